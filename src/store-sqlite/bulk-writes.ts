import { firstEntityTag } from '../store/entity-tag.ts';
import type { Store, Tally } from '../store/store.ts';
import { AlreadyExists } from '../store/store-errors.ts';
import { entityText, kindOf } from './entity-text.ts';
import type { WritingParts } from './sqlite-commit.ts';
import { isTaken } from './sqlite-errors.ts';
import { columnOf, type Table, tableOf } from './tables.ts';
import type { Journal } from './write-queue.ts';

/** Rows of one write: a few milliseconds of the event loop. */
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
        // Counters wait for no disk: that would stop the event loop many times a second.
        await queue.run(
          (journal) => {
            for (const tally of chunk) translated(table, () => addTally(parts, table, tally, journal));
          },
          { waitsForDisk: false },
        );
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

/** In one statement: reading the row, and writing it whole again, took three times as long. */
function addTally({ connection }: WritingParts, table: Table, tally: Tally, journal: Journal): void {
  const { id, add, raise = {}, first = {} } = tally;
  const entityTag = firstEntityTag();
  const text = entityText(table.collection, { ...first, id, entityTag, ...add, ...raise });
  const additions = Object.entries(add);
  const raises = Object.entries(raise);
  connection.run(
    tallyStatement(table, Object.keys(add), Object.keys(raise)),
    ...[id, entityTag, text, ...additions.map(([, amount]) => amount)],
    ...raises.flatMap(([, value]) => [value, value]),
  );
  journal.touch(table.collection.name, id);
}

function tallyStatement(table: Table, added: readonly string[], raised: readonly string[]): string {
  const kept = (field: string): string => `json_extract(document, '$.${integerField(table, field)}')`;
  const values = [
    ...added.map((field) => `, '$.${field}', coalesce(${kept(field)}, 0) + ?`),
    ...raised.map((field) => `, '$.${field}', max(coalesce(${kept(field)}, ?), ?)`),
  ];
  return `INSERT INTO ${table.name} (id, entity_tag, document) VALUES (?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET document = json_set(document${values.join('')})`;
}

/** A field of the definition has a plain name (`tablesOf`), so it may stand in SQL. @throws TypeError it is none, or no integer */
function integerField({ collection }: Table, field: string): string {
  if (kindOf(collection, field) === 'integer') return field;
  throw new TypeError(`${collection.name}.${field} must be of kind integer`);
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
