import type { Entity, FieldKind } from '../store/collection.ts';

/** The part of a collection that the embedded store needs; every `Collection` is one. */
export interface StoredCollection {
  readonly name: string;
  readonly fields: Readonly<Record<string, FieldKind>>;
  readonly indexes: Readonly<Record<string, StoredIndex>>;
  readonly followed: boolean;
  readonly expiresBy: string | undefined;
}

/** An index of a `StoredCollection`. */
export interface StoredIndex {
  readonly fields: readonly string[];
  readonly unique?: boolean;
}

/**
 * @returns the entity as JSON text, without its absent fields
 * @throws TypeError when a field is not defined, or its value is not of the defined kind: a mistake of the program
 */
export function entityText(collection: StoredCollection, entity: object): string {
  const kept: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(entity)) {
    const kind = kindOf(collection, field);
    if (value !== undefined) kept[field] = ofKind(collection, field, kind, value);
  }
  ofKind(collection, 'id', 'string', kept['id']);
  ofKind(collection, 'entityTag', 'string', kept['entityTag']);
  return JSON.stringify(kept);
}

/** @returns the entity that was written as this text, frozen to the bottom */
export function entityOf(text: unknown): Entity {
  // Only `entityText` writes the column, and it refuses what the definition does not allow.
  return frozenToTheBottom(JSON.parse(String(text))) as Entity;
}

/** @throws TypeError when the collection defines no such field */
export function kindOf(collection: StoredCollection, field: string): FieldKind {
  // Own names only: `constructor` and its like are found on every object.
  const kind = Object.hasOwn(collection.fields, field) ? collection.fields[field] : undefined;
  if (kind === undefined) throw new TypeError(`${collection.name} has no field '${field}'`);
  return kind;
}

/** @returns the value as it is kept. @throws TypeError when it is not of the kind; the message never holds the value */
export function ofKind(collection: StoredCollection, field: string, kind: FieldKind, value: unknown): unknown {
  if (kind === 'json') return value;
  // A lone surrogate has no UTF-8 form; SQLite would keep bytes under which no look-up finds the row again.
  if (kind === 'string' && typeof value === 'string') return value.toWellFormed();
  if (kind === 'integer' && Number.isSafeInteger(value)) return value;
  if (kind === 'boolean' && typeof value === 'boolean') return value;
  throw new TypeError(`${collection.name}.${field} must be of kind ${kind}`);
}

function frozenToTheBottom(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) frozenToTheBottom(inner);
  return Object.freeze(value);
}
