import type { SQLInputValue } from 'node:sqlite';
import { kindOf, ofKind, type StoredCollection, type StoredIndex } from './entity-text.ts';

/** What becomes part of an SQL text must be a plain name; values are always bound. */
const PLAIN_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/** The collections that the store was opened with, by name. */
export type Tables = ReadonlyMap<string, Table>;

/** A collection and its table: id, entity tag, the entity as JSON, and a computed column for each indexed field. */
export interface Table {
  readonly collection: StoredCollection;
  /** The name, quoted. */
  readonly name: string;
}

/** @throws TypeError when a name could not stand in SQL */
export function tablesOf(collections: readonly StoredCollection[]): Tables {
  return new Map(
    collections.map((collection) => {
      const indexNames = Object.keys(collection.indexes);
      for (const name of [collection.name, ...indexNames, ...Object.keys(collection.fields)]) {
        if (!PLAIN_NAME.test(name)) throw new TypeError(`'${name}' is not a plain name`);
      }
      return [collection.name, { collection, name: `"entities_${collection.name}"` }];
    }),
  );
}

/** @throws TypeError when the store was opened without the collection */
export function tableOf(tables: Tables, { name }: { readonly name: string }): Table {
  const table = tables.get(name);
  if (table === undefined) throw new TypeError(`the store was opened without the collection '${name}'`);
  return table;
}

/** @throws TypeError when the collection has no such index */
export function indexOf({ collection }: Table, name: string): StoredIndex {
  const index = Object.hasOwn(collection.indexes, name) ? collection.indexes[name] : undefined;
  if (index === undefined) throw new TypeError(`${collection.name} has no index '${name}'`);
  return index;
}

/** @returns the column of a field, quoted */
export function columnOf(field: string): string {
  return field === 'id' ? 'id' : `"field_${field}"`;
}

/**
 * The definition of a field's computed column. Measured against an index over the expression itself: a look-up costs the
 * same, but only a column can stand in a row value, `(createdAt, id) > (?, ?)`, that the index serves.
 */
export function columnDefinition(collection: StoredCollection, field: string): string {
  const type = kindOf(collection, field) === 'string' ? 'TEXT' : 'INTEGER';
  return `${columnOf(field)} ${type} GENERATED ALWAYS AS (json_extract(document, '$.${field}')) VIRTUAL`;
}

/** @returns the values as they are bound. @throws TypeError when one is not of its field's kind */
export function boundValues(
  { collection }: Table,
  fields: readonly string[],
  values: readonly unknown[],
): readonly SQLInputValue[] {
  return values.map((value, position) => {
    const field = fields[position] ?? '';
    const kept = ofKind(collection, field, kindOf(collection, field), value);
    if (typeof kept === 'boolean') return kept ? 1 : 0;
    if (typeof kept === 'string' || typeof kept === 'number') return kept;
    throw new TypeError(`${collection.name}.${field} cannot stand in an index`);
  });
}
