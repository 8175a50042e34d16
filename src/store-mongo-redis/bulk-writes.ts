import { mongo, trusted } from 'mongoose';
import { firstEntityTag } from '../store/entity-tag.ts';
import type { Store, Tally } from '../store/store.ts';
import { AlreadyExists } from '../store/store-errors.ts';
import {
  type AnyCollection,
  indexValue,
  requireField,
  type StoredDocument,
  toDocument,
  toStored,
} from './documents.ts';
import type { EntityModels } from './entity-models.ts';
import { isDuplicateKey, withinStoreTime } from './store-failures.ts';

const BULK_MILLISECONDS = 10_000;

/** The writes that are not transactional: `append`, `tally` and `deleteExpired`. */
export function bulkWrites(models: EntityModels): Pick<Store, 'append' | 'tally' | 'deleteExpired'> {
  return {
    async append(collection, events) {
      if (events.length === 0) return;
      const { native, collection: known } = models(collection.name);
      const documents = events.map((event) => toDocument(known, event));
      // Below mongoose: `toDocument` has checked every field, and hydrating thousands of documents would hold the event loop.
      const insertion = () => native.insertMany(documents, { ordered: false }).catch(passOverKnownIds(collection.name));
      await withinStoreTime(insertion, BULK_MILLISECONDS);
    },

    async tally(collection, tallies) {
      if (tallies.length === 0) return;
      const { native, collection: known } = models(collection.name);
      const writes = tallies.map((tally) => upsertOf(known, tally));
      // Below mongoose, as above: casting took as long as everything else that is done for them here.
      const bulk = (part: typeof writes) => native.bulkWrite(part, { ordered: false });
      await withinStoreTime(
        () =>
          bulk(writes).catch((error: unknown) => {
            // Two made the same row at once: what lost was not written and is now an addition.
            const lost = duplicatesOf(error);
            if (lost === undefined) throw error;
            return bulk(lost.flatMap((position) => writes[position] ?? []));
          }),
        BULK_MILLISECONDS,
      );
    },

    async deleteExpired(collection, before, limit) {
      const { model } = models(collection.name);
      const field = collection.expiresBy;
      if (field === undefined) throw new TypeError(`${collection.name} does not expire`);
      const isOver = { [field]: trusted({ $lt: indexValue(before) }) };
      return withinStoreTime(async () => {
        const found = await model
          .find(isOver, { _id: 1 })
          .sort({ [field]: 1 })
          .limit(limit)
          .lean();
        if (found.length === 0) return 0;
        const ids = found.map(({ _id }) => _id);
        // Asked again: one of them may have been given more time in between.
        const { deletedCount } = await model.deleteMany({ ...isOver, _id: trusted({ $in: ids }) });
        return deletedCount;
      }, BULK_MILLISECONDS);
    },
  };
}

function upsertOf(
  collection: AnyCollection,
  { id, add, raise = {}, first = {} }: Tally,
): mongo.AnyBulkWriteOperation<StoredDocument> {
  const stored = (values: Readonly<Record<string, unknown>>): Record<string, string | number | boolean> =>
    Object.fromEntries(Object.entries(values).map(([field, value]) => [field, toStored(collection, field, value)]));
  for (const field of Object.keys({ ...add, ...raise })) requireField(collection, field, 'integer');
  const update = {
    $setOnInsert: { entityTag: firstEntityTag(), ...stored(first) },
    ...(Object.keys(add).length > 0 && { $inc: stored(add) }),
    ...(Object.keys(raise).length > 0 && { $max: stored(raise) }),
  };
  // The driver's types cannot know which fields of an open-ended document are numbers; here they have been checked.
  const checked = update as unknown as mongo.UpdateFilter<StoredDocument>;
  return { updateOne: { filter: { _id: String(indexValue(id)) }, update: checked, upsert: true } };
}

function passOverKnownIds(name: string): (error: unknown) => void {
  return (error) => {
    if (duplicatesOf(error) === undefined) throw error;
    const others = writeErrorsOf(error).filter(({ errmsg }) => errmsg?.includes('index: _id_') !== true);
    if (others.length > 0) throw new AlreadyExists(name, { cause: error });
  };
}

// The positions of the writes that met a taken id or unique value; `undefined` when anything else went wrong.
function duplicatesOf(error: unknown): readonly number[] | undefined {
  if (!(error instanceof mongo.MongoBulkWriteError) || !isDuplicateKey(error)) return undefined;
  const writeErrors = writeErrorsOf(error);
  if (error.result.getWriteConcernError() !== undefined) return undefined;
  return writeErrors.every(({ code }) => code === 11000) ? writeErrors.map(({ index }) => index) : undefined;
}

function writeErrorsOf(error: unknown): readonly mongo.WriteError[] {
  if (!(error instanceof mongo.MongoBulkWriteError)) return [];
  return [error.writeErrors].flat();
}
