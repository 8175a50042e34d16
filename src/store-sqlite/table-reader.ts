import type { SQLInputValue } from 'node:sqlite';
import type { Entity, IndexValue } from '../store/collection.ts';
import type { Page, PageRequest } from '../store/store.ts';
import { entityOf, type StoredIndex } from './entity-text.ts';
import type { ForeignWrites, RowCache } from './row-cache.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { boundValues, columnOf, indexOf, type Table } from './tables.ts';

const LARGEST_PAGE = 1_000;

/** What reading stands on. */
export interface ReadingParts {
  readonly connection: SqliteConnection;
  readonly cache: RowCache;
  readonly foreign: Pick<ForeignWrites, 'check'>;
}

/** Reads one table, at once; what it throws is SQLite's. */
export interface TableReader {
  get(id: string): Entity | undefined;
  find(index: string, values: readonly IndexValue[]): Entity | undefined;
  page(index: string, request: PageRequest): Page<Entity>;
  count(index: string, equals: readonly IndexValue[], limit: number): number;
  /** Every entity of the table, in the order in which they were inserted. */
  all(): Iterable<Entity>;
}

/** @returns a reader of the table; rows read by id or by a unique value are kept in the cache */
export function tableReader(table: Table, { connection, cache, foreign }: ReadingParts): TableReader {
  const { name: collection } = table.collection;
  const byId = `SELECT document FROM ${table.name} WHERE id = ?`;

  return {
    get(id) {
      foreign.check();
      const kept = cache.get(collection, id);
      if (kept !== undefined) return counted(cache, kept);
      cache.counts.misses += 1;
      const row = connection.first(byId, id);
      return row === undefined ? undefined : keptEntity(cache, collection, row['document']);
    },

    find(indexName, values) {
      const { fields, unique } = indexOf(table, indexName);
      if (unique !== true || values.length !== fields.length) {
        throw new TypeError(`find needs a unique index and all of its values, not ${collection}.${indexName}`);
      }
      foreign.check();
      const key = `${indexName} ${values.join('\u0000')}`;
      const kept = cache.find(collection, key);
      if (kept !== undefined && hasValues(kept, fields, values)) return counted(cache, kept);
      cache.counts.misses += 1;
      const matches = fields.map((field) => `${columnOf(field)} = ?`).join(' AND ');
      const row = connection.first(
        `SELECT document FROM ${table.name} WHERE ${matches}`,
        ...boundValues(table, fields, values),
      );
      return row === undefined ? undefined : keptEntity(cache, collection, row['document'], key);
    },

    page(indexName, request) {
      const index = indexOf(table, indexName);
      const { sql, values } = pageQuery(table, index, request);
      const rows = connection.all(sql, ...values).map((row) => entityOf(row['document']));
      if (rows.length <= request.limit) return { rows, next: undefined };
      rows.pop();
      return { rows, next: valuesOf(rows.at(-1), index.fields.slice(request.equals.length)) };
    },

    count(indexName, equals, limit) {
      const conditions = prefixConditions(table, indexOf(table, indexName), equals);
      const row = connection.first(
        `SELECT count(*) AS counted FROM (SELECT 1 FROM ${table.name} WHERE ${conditions.sql} LIMIT ?)`,
        ...conditions.values,
        limit,
      );
      return Number(row?.['counted']);
    },

    *all() {
      const sql = `SELECT rowid AS position, document FROM ${table.name} WHERE rowid > ? ORDER BY rowid LIMIT ?`;
      for (let position = 0; ; ) {
        const rows = connection.all(sql, position, LARGEST_PAGE);
        for (const row of rows) yield entityOf(row['document']);
        if (rows.length < LARGEST_PAGE) return;
        position = Number(rows.at(-1)?.['position']);
      }
    },
  };
}

interface Conditions {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

function pageQuery(table: Table, index: StoredIndex, request: PageRequest): Conditions {
  const { equals, after, limit, skip = 0, descending = false } = request;
  if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST_PAGE) {
    throw new RangeError(`a page has 1 to ${LARGEST_PAGE} rows`);
  }
  const rest = index.fields.slice(equals.length);
  const conditions = prefixConditions(table, index, equals);
  const parts = [`SELECT document FROM ${table.name} WHERE ${conditions.sql}`];
  const values = [...conditions.values];
  if (after !== undefined) {
    if (after.length !== rest.length) throw new TypeError(`the cursor must have ${rest.length} values`);
    // A row value: one step down the index to where the last page ended, however many rows share its first values.
    const columns = rest.map(columnOf).join(', ');
    parts.push(`AND (${columns}) ${descending ? '<' : '>'} (${rest.map(() => '?').join(', ')})`);
    values.push(...boundValues(table, rest, after));
  }
  if (rest.length > 0) {
    parts.push(`ORDER BY ${rest.map((field) => `${columnOf(field)}${descending ? ' DESC' : ''}`).join(', ')}`);
  }
  // One more than asked for tells whether there is another page.
  if (skip === 0) return { sql: `${parts.join(' ')} LIMIT ?`, values: [...values, limit + 1] };
  return { sql: `${parts.join(' ')} LIMIT ? OFFSET ?`, values: [...values, limit + 1, skip] };
}

function prefixConditions(table: Table, index: StoredIndex, equals: readonly IndexValue[]): Conditions {
  if (equals.length > index.fields.length) throw new TypeError('there are more values than the index has fields');
  const matches = index.fields.slice(0, equals.length).map((field) => `${columnOf(field)} = ?`);
  // A unique index leaves out entities that lack one of its fields; SQLite's keeps them, as NULL.
  const present = index.unique === true ? index.fields.map((field) => `${columnOf(field)} IS NOT NULL`) : [];
  return {
    sql: [...matches, ...present].join(' AND ') || 'TRUE',
    values: boundValues(table, index.fields, equals),
  };
}

function counted({ counts }: RowCache, hit: Entity): Entity {
  counts.hits += 1;
  return hit;
}

function keptEntity(cache: RowCache, collection: string, document: unknown, key?: string): Entity {
  const text = String(document);
  const entity = entityOf(text);
  cache.keep(collection, entity, text, key);
  return entity;
}

function hasValues(entity: Entity, fields: readonly string[], values: readonly IndexValue[]): boolean {
  return fields.every((field, position) => Reflect.get(entity, field) === values[position]);
}

function valuesOf(entity: Entity | undefined, fields: readonly string[]): readonly IndexValue[] {
  if (entity === undefined) return [];
  // The fields of an index are never objects (`boundValues` refuses them), and those of an ordered one are never absent.
  return fields.map((field) => Reflect.get(entity, field) as IndexValue);
}
