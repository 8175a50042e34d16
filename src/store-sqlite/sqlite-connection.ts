import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { StoreUnavailable } from '../problems/request-problems.ts';
import { OWN_CHECKPOINT_PAGES } from './checkpoints.ts';
import { isBusy, storeError } from './sqlite-errors.ts';

/** How long SQLite itself may wait for a lock, which stops the event loop; what takes longer is tried again later. */
const BUSY_TIMEOUT_MILLISECONDS = 2;
/** How long a call is tried again while other processes hold the lock. */
const RETRY_BOUND_MILLISECONDS = 5_000;

/** One column's value of a row, as SQLite gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** The one connection of this process to the file; its statements are prepared once. */
export interface SqliteConnection {
  /** @returns the first row, or `undefined` */
  first(sql: string, ...values: readonly SQLInputValue[]): Row | undefined;
  all(sql: string, ...values: readonly SQLInputValue[]): readonly Row[];
  /** @returns how many rows were changed */
  run(sql: string, ...values: readonly SQLInputValue[]): number;
  /** Statements without values or answers. */
  execute(sql: string): void;
  /** @returns a number that differs from the last one if another process has committed in between */
  dataVersion(): number;
  /** Whether a transaction is open. */
  inTransaction(): boolean;
  /** @throws StoreUnavailable when the file at the path is no longer the opened one */
  requireSameFile(): void;
  close(): void;
}

/**
 * Opens the file, made with mode 0600 when it is missing (it holds digests and sealed secrets; `-wal` and `-shm` get the
 * same mode from SQLite).
 * @throws StoreUnavailable
 */
export async function openConnection(file: string): Promise<SqliteConnection> {
  return retrying(() => connect(file));
}

/** Tries `work` again, without stopping the event loop, while another process holds the lock. @throws StoreUnavailable */
export async function retrying<T>(work: () => T): Promise<T> {
  let endsAt: number | undefined;
  for (;;) {
    try {
      return work();
    } catch (error) {
      endsAt ??= performance.now() + RETRY_BOUND_MILLISECONDS;
      if (!isBusy(error) || performance.now() >= endsAt) throw storeError(error);
    }
    await jitteredPause();
  }
}

/** 2 to 12 ms: processes that wait for the same lock do not come back at the same time. */
export async function jitteredPause(): Promise<void> {
  await pause(2 + Math.random() * 10);
}

/** How long a write may wait for its turn, in milliseconds. */
export const WRITE_BOUND_MILLISECONDS = RETRY_BOUND_MILLISECONDS;

function connect(file: string): SqliteConnection {
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MILLISECONDS });
  try {
    const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode'];
    if (mode !== 'wal') {
      throw new StoreUnavailable({
        diagnostic: `SQLite cannot keep a write-ahead log at ${file} (mode ${String(mode)})`,
      });
    }
    // FULL: a commit is on the disk before it is answered, also when the machine loses power.
    database.exec('PRAGMA synchronous = FULL');
    database.exec(`PRAGMA wal_autocheckpoint = ${OWN_CHECKPOINT_PAGES}`);
    // Nothing is written outside the data folder: under a read-only root there may be no other place.
    database.exec('PRAGMA temp_store = MEMORY');
    return connectionOver(database, file);
  } catch (error) {
    database.close();
    throw error;
  }
}

function connectionOver(database: DatabaseSync, file: string): SqliteConnection {
  const statements = new Map<string, StatementSync>();
  const statement = (sql: string): StatementSync => {
    let prepared = statements.get(sql);
    if (prepared === undefined) {
      prepared = database.prepare(sql);
      statements.set(sql, prepared);
    }
    return prepared;
  };
  const dataVersion = database.prepare('PRAGMA data_version');
  const { ino, dev } = statSync(file);

  return {
    first: (sql, ...values) => statement(sql).get(...values),
    all: (sql, ...values) => statement(sql).all(...values),
    run: (sql, ...values) => Number(statement(sql).run(...values).changes),
    execute: (sql) => database.exec(sql),
    dataVersion: () => Number(dataVersion.get()?.['data_version']),
    inTransaction: () => database.isTransaction,
    requireSameFile() {
      const now = statSync(file, { throwIfNoEntry: false });
      // SQLite goes on writing to a file that was deleted or replaced; whatever it answers then is lost at the next start.
      if (now?.ino !== ino || now.dev !== dev) {
        throw new StoreUnavailable({ diagnostic: `${file} is not the file that was opened` });
      }
    },
    close() {
      if (database.isOpen) database.close();
    },
  };
}
