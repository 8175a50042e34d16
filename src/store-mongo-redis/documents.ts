import type { Entity, FieldKind, IndexValue } from '../store/collection.ts';

/** A collection's definition, whatever its entities are: what is needed to prepare it and to check what is written. */
export interface AnyCollection {
  readonly name: string;
  readonly fields: Readonly<Record<string, FieldKind>>;
  readonly indexes: Readonly<Record<string, { readonly fields: readonly string[]; readonly unique?: boolean }>>;
  readonly followed: boolean;
  readonly immutable: boolean;
  readonly expiresBy: string | undefined;
}

/** An entity as MongoDB keeps it: `_id` is its id, JSON is text. */
export type StoredDocument = { _id: string } & Record<string, string | number | boolean>;

/**
 * Counts the commits that only expected the entity to be unchanged. Writing it makes such a commit conflict with one
 * that changes the entity at the same time (write skew); no reader sees it.
 */
export const EXPECTED_COUNT = 'expectedCount';

/** @returns the name under which MongoDB knows a field */
export function storedField(field: string): string {
  return field === 'id' ? '_id' : field;
}

/**
 * @returns the entity as MongoDB keeps it, without its absent fields
 * @throws TypeError when a field is not defined, or its value is not of the defined kind
 */
export function toDocument(collection: AnyCollection, entity: Entity): StoredDocument {
  const document: StoredDocument = { _id: entity.id };
  for (const [field, value] of Object.entries(entity)) {
    if (value !== undefined) document[storedField(field)] = toStored(collection, field, value);
  }
  return document;
}

/** @returns a frozen copy of what was stored, without what only the back-end knows */
export function toEntity<T extends Entity>(collection: AnyCollection, document: Readonly<Record<string, unknown>>): T {
  const entity: Record<string, unknown> = {};
  for (const [field, kind] of Object.entries(collection.fields)) {
    const value = document[storedField(field)];
    if (value === undefined || value === null) continue;
    entity[field] = kind === 'json' ? frozenToTheBottom(JSON.parse(String(value))) : value;
  }
  // The fields are those of the definition, which the compiler holds equal to those of T, and only `toDocument` writes.
  return Object.freeze(entity) as unknown as T;
}

/**
 * @returns the value, if it may stand in a filter
 * @throws TypeError else: an object here would be read as an operator (NoSQL operator injection)
 */
export function indexValue(value: IndexValue): IndexValue {
  if (typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value)) return value;
  throw new TypeError('a value of an index is a string, an integer or a boolean');
}

/** @throws TypeError unless the collection defines the field with this kind */
export function requireField(collection: AnyCollection, field: string, kind: FieldKind): void {
  if (kindOf(collection, field) !== kind)
    throw new TypeError(`${collection.name}.${field} is not a field of kind ${kind}`);
}

/** @returns the value of one field as MongoDB keeps it */
export function toStored(collection: AnyCollection, field: string, value: unknown): string | number | boolean {
  const kind = kindOf(collection, field);
  if (kind === 'json') {
    // As text, every JSON value comes back as it was: BSON refuses or reinterprets keys such as '$ref' or '\u0000'.
    const text: string | undefined = JSON.stringify(value);
    if (text !== undefined) return text;
  }
  if (kind === 'string' && typeof value === 'string') return value;
  if (kind === 'boolean' && typeof value === 'boolean') return value;
  if (kind === 'integer' && typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new TypeError(`${collection.name}.${field}: the value is not of the kind '${kind}'`);
}

function kindOf(collection: AnyCollection, field: string): FieldKind {
  const kind = Object.hasOwn(collection.fields, field) ? collection.fields[field] : undefined;
  if (kind === undefined) throw new TypeError(`${collection.name} has no field '${field}'`);
  return kind;
}

function frozenToTheBottom(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) frozenToTheBottom(inner);
  return Object.freeze(value);
}
