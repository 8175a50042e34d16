import type { Connection, Model, mongo } from 'mongoose';
import { Schema } from 'mongoose';
import { type AnyCollection, EXPECTED_COUNT, type StoredDocument, storedField } from './documents.ts';
import { nativeDatabase } from './mongo-connection.ts';

/** A collection's definition and the mongoose model made from it. */
export interface EntityModel {
  readonly collection: AnyCollection;
  readonly model: Model<StoredDocument>;
  /** The driver's own collection below the model: no casting, no check of fields or operators. */
  readonly native: mongo.Collection<StoredDocument>;
}

/** Finds the model of a defined collection by its name. @throws TypeError when the store was not opened with it */
export type EntityModels = (name: string) => EntityModel;

/** Collections of the back-end's own; no definition may have one of these names. */
export const INTERNAL_COLLECTIONS = {
  commits: 'commits',
  heartbeats: 'heartbeats',
  leases: 'leases',
  logBatches: 'log_batches',
  migrations: 'migrations',
} as const;

const INTERNAL_NAMES: ReadonlySet<string> = new Set(Object.values(INTERNAL_COLLECTIONS));

// JSON is kept as text: see `toStored`.
const STORED_TYPES = { string: String, integer: Number, boolean: Boolean, json: String } as const;

/** Generates one model a collection, so that there is no second description of an entity that could drift. */
export function entityModels(connection: Connection, collections: readonly AnyCollection[]): EntityModels {
  const models = new Map<string, EntityModel>();
  for (const collection of collections) {
    if (INTERNAL_NAMES.has(collection.name)) {
      throw new TypeError(`'${collection.name}' is a collection of the back-end's own`);
    }
    const model = connection.model<StoredDocument>(collection.name, schemaOf(collection), collection.name);
    const native = nativeDatabase(connection).collection<StoredDocument>(collection.name);
    models.set(collection.name, { collection, model, native });
  }
  return (name) => {
    const found = models.get(name);
    if (found === undefined) throw new TypeError(`the store was opened without the collection '${name}'`);
    return found;
  };
}

function schemaOf(collection: AnyCollection): Schema<StoredDocument> {
  const paths: Record<string, typeof String | typeof Number | typeof Boolean> = { [EXPECTED_COUNT]: Number };
  for (const [field, kind] of Object.entries(collection.fields)) {
    paths[storedField(field)] = STORED_TYPES[kind];
  }
  // The definition is open-ended, so mongoose cannot infer the document's type from it; `toDocument` makes exactly that type.
  return new Schema(paths as never, {
    collection: collection.name,
    strict: 'throw',
    strictQuery: 'throw',
    autoIndex: false,
    autoCreate: false,
    versionKey: false,
    id: false,
    suppressReservedKeysWarning: true,
  });
}
