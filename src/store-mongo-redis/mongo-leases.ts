import { randomUUID } from 'node:crypto';
import type { Connection, mongo } from 'mongoose';
import type { Lease } from '../store/store.ts';
import { LeaseLost } from '../store/store-errors.ts';
import { INTERNAL_COLLECTIONS } from './entity-models.ts';
import { nativeDatabase } from './mongo-connection.ts';
import { isDuplicateKey, withinStoreTime } from './store-failures.ts';

interface LeaseDocument {
  readonly _id: string;
  readonly fence: number;
  /** Names one acquisition; absent when released. */
  readonly holder?: string;
  /** By the server's clock: the clocks of nodes need not agree. */
  readonly until: Date;
  /** Written by every commit under the lease, so that it conflicts with an acquisition at the same time. */
  readonly commits?: number;
}

/** Exclusive work, kept in documents with a fencing counter. */
export interface MongoLeases {
  /** @returns the lease, or `undefined` when another holds it */
  acquire(name: string, milliseconds: number): Promise<Lease | undefined>;
  /** To be called inside the transaction of a commit. @throws LeaseLost when the lease has gone to another */
  requireHeld(lease: Lease, session: mongo.ClientSession): Promise<void>;
}

/** Keeps leases in the collection `leases`. */
export function mongoLeases(connection: Connection): MongoLeases {
  const leases = nativeDatabase(connection).collection<LeaseDocument>(INTERNAL_COLLECTIONS.leases);

  const acquire = async (name: string, milliseconds: number): Promise<Lease | undefined> => {
    const holder = randomUUID();
    const found = await leases.findOneAndUpdate({ _id: name }, takeWhenFree(holder, milliseconds), {
      upsert: true,
      returnDocument: 'after',
    });
    if (found?.holder !== holder) return undefined;
    return heldLease(leases, name, found.fence, holder);
  };

  return {
    acquire: (name, milliseconds) =>
      withinStoreTime(() =>
        acquire(name, milliseconds).catch((error: unknown) => {
          // Two made the first document of this name at once; the one that lost looks again.
          if (isDuplicateKey(error)) return acquire(name, milliseconds);
          throw error;
        }),
      ),

    async requireHeld({ name, fence }, session) {
      const filter = { _id: name, fence, holder: { $exists: true } };
      const { matchedCount } = await leases.updateOne(filter, { $inc: { commits: 1 } }, { session });
      if (matchedCount === 0) throw new LeaseLost(name);
    },
  };
}

function heldLease(leases: mongo.Collection<LeaseDocument>, name: string, fence: number, holder: string): Lease {
  return {
    name,
    fence,

    renew: (milliseconds) =>
      withinStoreTime(async () => {
        const { matchedCount } = await leases.updateOne({ _id: name, holder }, [
          { $set: { until: after(milliseconds) } },
        ]);
        return matchedCount === 1;
      }),

    // The document stays: its fence must go on growing.
    release: () =>
      withinStoreTime(
        async () =>
          void (await leases.updateOne({ _id: name, holder }, { $unset: { holder: 1 }, $set: { until: new Date(0) } })),
      ),
  };
}

// One update, so that of any number of callers one sees its own name in the answer.
function takeWhenFree(holder: string, milliseconds: number): mongo.Document[] {
  const whenFree = (taken: unknown, kept: unknown) => ({ $cond: ['$$isFree', taken, kept] });
  const isFree = { $lte: [{ $ifNull: ['$until', new Date(0)] }, '$$NOW'] };
  const next = {
    fence: whenFree({ $add: [{ $ifNull: ['$fence', 0] }, 1] }, '$fence'),
    holder: whenFree(holder, '$holder'),
    until: whenFree(after(milliseconds), '$until'),
  };
  return [{ $replaceWith: { $let: { vars: { isFree }, in: { $mergeObjects: ['$$ROOT', next] } } } }];
}

function after(milliseconds: number): mongo.Document {
  return { $add: ['$$NOW', milliseconds] };
}
