import { type AnyCollection, storedField } from './documents.ts';
import { INTERNAL_COLLECTIONS } from './entity-models.ts';

/** An index as MongoDB is asked for it. */
export interface IndexToBe {
  readonly name: string;
  readonly key: Record<string, 1>;
  readonly unique?: true;
  readonly partialFilterExpression?: Record<string, { $exists: true }>;
  readonly expireAfterSeconds?: number;
}

/** A collection with its indexes. */
export interface CollectionToBe {
  readonly collection: string;
  readonly indexes: readonly IndexToBe[];
}

/** Commit ids are known for two hours; the port promises one. Heartbeats of processes that are gone end as late. */
const COMMIT_IDS_SECONDS = 7_200;

/** All that is asked of batches of log lines, but their text, stands in it. */
const LOG_BATCHES_IN_ORDER: IndexToBe = {
  name: 'inOrder',
  key: { instance: 1, writer: 1, number: 1, at: 1, bytes: 1, lines: 1 },
};

/** @returns everything that must be in the database before the store may be used */
export function structureOf(collections: readonly AnyCollection[]): readonly CollectionToBe[] {
  const ending: IndexToBe = { name: 'ending', key: { at: 1 }, expireAfterSeconds: COMMIT_IDS_SECONDS };
  return [
    // `leases` is not among them: the lease under which the rest is made makes it.
    { collection: INTERNAL_COLLECTIONS.migrations, indexes: [] },
    { collection: INTERNAL_COLLECTIONS.commits, indexes: [ending] },
    { collection: INTERNAL_COLLECTIONS.heartbeats, indexes: [ending] },
    { collection: INTERNAL_COLLECTIONS.logBatches, indexes: [LOG_BATCHES_IN_ORDER] },
    ...collections.map(({ name, indexes }) => ({
      collection: name,
      indexes: Object.entries(indexes).map(([index, definition]) => indexOf(index, definition)),
    })),
  ];
}

function indexOf(name: string, { fields, unique }: AnyCollection['indexes'][string]): IndexToBe {
  const stored = fields.map(storedField);
  const key = Object.fromEntries(stored.map((field) => [field, 1] as const));
  if (unique !== true) return { name, key };
  // An entity that lacks one of the fields is left out, so any number may lack it.
  const present = Object.fromEntries(stored.map((field) => [field, { $exists: true } as const]));
  return { name, key, unique: true, partialFilterExpression: present };
}
