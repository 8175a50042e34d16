import type { Clock } from '../clock/clock.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { WriteQueue } from './write-queue.ts';

const SWEEP_EVERY_MILLISECONDS = 60_000;
const ROWS_PER_SWEEP = 1_000;
/** The port promises an hour. */
const COMMIT_ID_MILLISECONDS = 2 * 3_600_000;
const CHANGE_MILLISECONDS = 24 * 3_600_000;

/**
 * @returns what removes the rows that the store's own tables no longer need, a bounded piece at a time, at most once a
 *   minute unless a piece was full
 */
export function sweepOver(connection: SqliteConnection, clock: Clock, queue: WriteQueue): () => void {
  let sweptAt = clock.now();
  return () => {
    const now = clock.now();
    if (Math.abs(now - sweptAt) < SWEEP_EVERY_MILLISECONDS) return;
    sweptAt = now;
    queue
      .run(() => sweepTables(connection, now))
      .then(
        (full) => {
          if (full) sweptAt = 0;
        },
        // Nobody waits for it, and what stays is found by the next one.
        () => undefined,
      );
  };
}

/** @returns whether there may be more */
function sweepTables(connection: SqliteConnection, now: number): boolean {
  const removed = [
    removeOlder(connection, 'commits', 'id', 'committed_at', now - COMMIT_ID_MILLISECONDS),
    removeOlder(connection, 'expiring_values', 'key', 'expires_at', now),
    removeOldChanges(connection, now - CHANGE_MILLISECONDS),
  ];
  return Math.max(...removed) >= ROWS_PER_SWEEP;
}

function removeOlder(connection: SqliteConnection, table: string, key: string, column: string, before: number): number {
  const oldest = `SELECT ${key} FROM ${table} WHERE ${column} < ? ORDER BY ${column} LIMIT ?`;
  return connection.run(`DELETE FROM ${table} WHERE ${key} IN (${oldest})`, before, ROWS_PER_SWEEP);
}

// From the front, up to the first that is young enough: a clock that was set back must not tear a hole into the sequence.
function removeOldChanges(connection: SqliteConnection, before: number): number {
  const sql = 'SELECT sequence, committed_at FROM changes ORDER BY sequence LIMIT ?';
  const oldest = connection.all(sql, ROWS_PER_SWEEP);
  const young = oldest.findIndex((row) => Number(row['committed_at']) >= before);
  const last = young < 0 ? oldest.at(-1) : oldest[young - 1];
  return last === undefined ? 0 : connection.run('DELETE FROM changes WHERE sequence <= ?', Number(last['sequence']));
}
