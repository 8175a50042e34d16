import { firstEntityTag } from '../store/entity-tag.ts';
import type { Store, Tally } from '../store/store.ts';
import { AlreadyExists } from '../store/store-errors.ts';
import { entityOf, entityText } from './entity-text.ts';
import type { WritingParts } from './sqlite-commit.ts';
import { isTaken } from './sqlite-errors.ts';
import { columnOf, type Table, tableOf } from './tables.ts';
import type { Journal } from './write-queue.ts';

/** Rows of one write: about 5 ms of the event loop. */
const ROWS_PER_WRITE = 250;

/** The writes that need no commit of their own kind: a log, counters and sweeping. */
export type BulkWrites = Pick<Store, 'append' | 'tally' | 'deleteExpired'>;

/** @returns the store's `append`, `tally` and `deleteExpired` */
export function bulkWrites(parts: WritingParts): BulkWrites {
  const { connection, tables, queue } = parts;
  return {
    async append(collection, events) {
      const table = unfollowed(tableOf(tables, collection));
      const rows = events.map((event) => {
        return { id: event.id, entityTag: event.entityTag, text: entityText(table.collection, event) };
      });
      const sql = `INSERT INTO ${table.name} (id, entity_tag, document) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING`;
      for (const chunk of chunksOf(rows)) {
        await queue.run(() => {
          for (const { id, entityTag, text } of chunk) {
            translated(table, () => connection.run(sql, id, entityTag, text));
          }
        });
      }
    },

    async tally(collection, tallies) {
      const table = unfollowed(tableOf(tables, collection));
      for (const chunk of chunksOf(structuredClone(tallies))) {
        await queue.run((journal) => {
          for (const tally of chunk) translated(table, () => addTally(parts, table, tally, journal));
        });
      }
    },

    async deleteExpired(collection, before, limit) {
      const table = tableOf(tables, collection);
      const { name, expiresBy } = table.collection;
      if (expiresBy === undefined) throw new TypeError(`${name} does not expire`);
      const column = columnOf(expiresBy);
      return queue.run((journal) => {
        const gone = connection.all(
          `DELETE FROM ${table.name} WHERE rowid IN
            (SELECT rowid FROM ${table.name} WHERE ${column} < ? ORDER BY ${column} LIMIT ?) RETURNING id`,
          before,
          limit,
        );
        for (const row of gone) journal.touch(name, String(row['id']));
        return gone.length;
      });
    },
  };
}

function addTally({ connection }: WritingParts, table: Table, tally: Tally, journal: Journal): void {
  const { id, add, raise = {}, first = {} } = tally;
  const row = connection.first(`SELECT document FROM ${table.name} WHERE id = ?`, id);
  const made = row === undefined;
  const entity: Record<string, unknown> = made
    ? { ...first, id, entityTag: firstEntityTag() }
    : { ...entityOf(row['document']) };
  for (const [field, amount] of Object.entries(add)) entity[field] = numberOf(entity, field, 0) + amount;
  for (const [field, value] of Object.entries(raise)) entity[field] = Math.max(numberOf(entity, field, value), value);
  const text = entityText(table.collection, entity);
  if (made) {
    const sql = `INSERT INTO ${table.name} (id, entity_tag, document) VALUES (?, ?, ?)`;
    connection.run(sql, id, String(entity['entityTag']), text);
  } else connection.run(`UPDATE ${table.name} SET document = ? WHERE id = ?`, text, id);
  journal.touch(table.collection.name, id);
}

function numberOf(entity: Readonly<Record<string, unknown>>, field: string, absent: number): number {
  const value = entity[field];
  return typeof value === 'number' ? value : absent;
}

function unfollowed(table: Table): Table {
  if (table.collection.followed) {
    throw new TypeError(`${table.collection.name} is followed; only commit tells those who watch`);
  }
  return table;
}

function translated(table: Table, write: () => void): void {
  try {
    write();
  } catch (error) {
    if (isTaken(error)) throw new AlreadyExists(table.collection.name, { cause: error });
    throw error;
  }
}

function chunksOf<T>(rows: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(rows.length / ROWS_PER_WRITE) }, (_, chunk) =>
    rows.slice(chunk * ROWS_PER_WRITE, (chunk + 1) * ROWS_PER_WRITE),
  );
}
