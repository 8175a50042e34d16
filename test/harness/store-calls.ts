import { DatabaseSync, StatementSync } from 'node:sqlite';
import { jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { mongo } from 'mongoose';

/** Counts what the store asks of its file, or of its servers, in this process. */
export interface StoreCalls {
  /** @returns how many there were while this was done, the fewest of some times: background work asks as well, now and then */
  fewestOf(work: () => Promise<unknown>): Promise<number>;
  /** To be called when nothing is to be counted any more. */
  restore(): void;
}

const TIMES = 5;

/** Begins to count, for both back-ends. */
export function countStoreCalls(): StoreCalls {
  const statements = (['get', 'all', 'run', 'iterate'] as const).map((name) =>
    jest.spyOn(StatementSync.prototype, name),
  );
  const spies = [
    ...statements,
    jest.spyOn(DatabaseSync.prototype, 'exec'),
    ...(['find', 'findOne', 'aggregate', 'countDocuments', 'insertOne', 'insertMany'] as const).map((name) =>
      jest.spyOn(mongo.Collection.prototype, name),
    ),
    ...(['updateOne', 'updateMany', 'replaceOne', 'deleteOne', 'bulkWrite', 'findOneAndUpdate'] as const).map((name) =>
      jest.spyOn(mongo.Collection.prototype, name),
    ),
    jest.spyOn(Redis.prototype, 'sendCommand'),
  ];
  // Asked once a turn of the event loop, of memory that processes share, and nothing is read by it: no call of the store.
  const looks = (): number =>
    statements.reduce((sum, { mock }) => sum + mock.contexts.filter(isLookForForeignWrites).length, 0);
  const counted = (): number => spies.reduce((sum, { mock }) => sum + mock.calls.length, 0) - looks();
  return {
    async fewestOf(work) {
      let fewest = Number.POSITIVE_INFINITY;
      for (let time = 0; time < TIMES; time += 1) {
        const before = counted();
        await work();
        fewest = Math.min(fewest, counted() - before);
      }
      return fewest;
    },
    restore() {
      for (const spy of spies) spy.mockRestore();
    },
  };
}

const isLookForForeignWrites = (statement: unknown): boolean =>
  statement instanceof StatementSync && statement.sourceSQL === 'PRAGMA data_version';
