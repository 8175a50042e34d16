import type { Lease, Store } from '../store/store.ts';
import type { WritingParts } from './sqlite-commit.ts';

type LeaseParts = Omit<WritingParts, 'tables'>;

/**
 * @returns the store's `lease`. A row a name; its fence grows with each holder, and once more when it is released, so
 *   that the fence alone tells whether a holder still holds. The end only says when another may take it.
 */
export function leasesOver(parts: LeaseParts): Store['lease'] {
  const { connection, clock, queue } = parts;
  return (name, milliseconds) =>
    queue.run(() => {
      const row = connection.first(
        `INSERT INTO leases (name, fence, expires_at) VALUES (?1, 1, ?2)
          ON CONFLICT (name) DO UPDATE SET fence = fence + 1, expires_at = ?2 WHERE expires_at <= ?3
          RETURNING fence`,
        name,
        clock.now() + milliseconds,
        clock.now(),
      );
      return row === undefined ? undefined : heldLease(parts, name, Number(row['fence']));
    });
}

function heldLease({ connection, clock, queue }: LeaseParts, name: string, fence: number): Lease {
  return {
    name,
    fence,
    renew: (milliseconds) =>
      queue.run(() => {
        const sql = 'UPDATE leases SET expires_at = ? WHERE name = ? AND fence = ?';
        return connection.run(sql, clock.now() + milliseconds, name, fence) > 0;
      }),
    release: () =>
      queue.run(() => {
        connection.run('UPDATE leases SET fence = fence + 1, expires_at = 0 WHERE name = ? AND fence = ?', name, fence);
      }),
  };
}
