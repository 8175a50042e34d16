import type { ExpiringValues, Increment } from '../store/store.ts';
import type { WritingParts } from './sqlite-commit.ts';
import { retrying } from './sqlite-connection.ts';

/** @returns the store's expiring values, in a table of the same file; the clock decides what has expired */
export function sqliteExpiringValues({ connection, clock, queue }: Omit<WritingParts, 'tables'>): ExpiringValues {
  const endOf = (ttlSeconds: number): number => clock.now() + Math.round(ttlSeconds * 1000);
  const add = ({ key, by }: Increment, ttlSeconds: number): number => {
    const row = connection.first(
      `INSERT INTO expiring_values (key, value, expires_at) VALUES (?1, CAST(?4 AS TEXT), ?2)
        ON CONFLICT (key) DO UPDATE SET
          value = CAST(CASE WHEN expires_at > ?3 THEN CAST(value AS INTEGER) + ?4 ELSE ?4 END AS TEXT),
          expires_at = CASE WHEN expires_at > ?3 THEN expires_at ELSE ?2 END
        RETURNING value`,
      key,
      endOf(ttlSeconds),
      clock.now(),
      // As an integer: a number of JavaScript would be written as 1.0.
      BigInt(by),
    );
    return Number(row?.['value']);
  };
  return {
    put: (key, value, ttlSeconds) =>
      queue.run(() => {
        connection.run(
          `INSERT INTO expiring_values (key, value, expires_at) VALUES (?, ?, ?)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`,
          key,
          value,
          endOf(ttlSeconds),
        );
      }),

    get: (key) =>
      retrying(() => {
        const sql = 'SELECT value FROM expiring_values WHERE key = ? AND expires_at > ?';
        return textOf(connection.first(sql, key, clock.now())?.['value']);
      }),

    take: (key) =>
      queue.run(() => {
        const row = connection.first('DELETE FROM expiring_values WHERE key = ? RETURNING value, expires_at', key);
        return row !== undefined && Number(row['expires_at']) > clock.now() ? textOf(row['value']) : undefined;
      }),

    increment: (key, ttlSeconds) => queue.run(() => add({ key, by: 1 }, ttlSeconds)),

    addAll: async (increments, ttlSeconds) =>
      increments.length === 0 ? [] : queue.run(() => increments.map((increment) => add(increment, ttlSeconds))),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
