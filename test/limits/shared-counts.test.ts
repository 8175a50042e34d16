import { afterEach, describe, expect, it } from '@jest/globals';
import { type SharedBucket, type SharedCountsParts, sharedCounts } from '../../src/limits/shared-counts.ts';
import type { Increment } from '../../src/store/store.ts';
import { eventually } from '../contract/eventually.ts';
import { givenSqliteStore, type SqliteStoreUnderTest } from '../store-sqlite/given-sqlite-store.ts';

const KEY = Buffer.alloc(32, 7);
const MINUTE = 28_333_334;
const clock = { now: () => MINUTE * 60_000 + 1 };

const givenBucket = (name: string, untold = 1): SharedBucket & { others: number[] } => {
  const others: number[] = [];
  return { name, minute: MINUTE, untold, told: 0, others, learn: (failures) => others.push(failures) };
};

/** What is told to other processes, and how it is bounded. */
describe('sharedCounts', () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
  const givenCounts = (parts: Omit<SharedCountsParts, 'clock' | 'key'>) => {
    const counts = sharedCounts({ clock, key: KEY, everyMilliseconds: 5, ...parts });
    closing.push(counts.close);
    return counts;
  };
  /** What a store would be given, trip by trip. */
  const givenListener = (answer: (trip: readonly Increment[]) => Promise<readonly number[]>) => {
    const trips: (readonly Increment[])[] = [];
    const addAll = (increments: readonly Increment[]) => {
      trips.push(increments);
      return answer(increments);
    };
    return { trips, expiring: { addAll } };
  };
  const alone = async (increments: readonly Increment[]) => increments.map(({ by }) => by);

  describe('given two processes on one store', () => {
    const subjects: SqliteStoreUnderTest[] = [];
    afterEach(async () => {
      for (const subject of subjects.splice(0)) await subject.dispose();
    });

    it('when both tell of one bucket, then each learns what the other has had, and of no other bucket', async () => {
      const subject = await givenSqliteStore();
      subjects.push(subject);
      const here = givenCounts({ expiring: subject.store.expiring });
      const there = givenCounts({ expiring: (await subject.another()).expiring });
      const [mine, yours, else_] = [givenBucket('a', 3), givenBucket('a', 4), givenBucket('b', 9)];

      here.tell(mine);
      await eventually(async () => expect(mine.others).toEqual([0]));
      there.tell(else_);
      there.tell(yours);
      await eventually(async () => expect(yours.others).toEqual([3]));
      mine.untold += 1;
      here.tell(mine);

      await eventually(async () => expect(mine.others).toEqual([0, 4]));
      expect(else_.others).toEqual([0]);
      expect(mine.told).toBe(4);
    });
  });

  /** Whoever can read the store must not learn addresses, or digests of secrets to try guesses against. */
  it('given a bucket, when it is told, then its name in the store is no address, no digest, and differs by minute and key', async () => {
    const { trips, expiring } = givenListener(alone);
    givenCounts({ expiring }).tell(givenBucket('address 192.0.2.1'));
    givenCounts({ expiring, ...{ key: Buffer.alloc(32, 8) } }).tell(givenBucket('address 192.0.2.1'));

    await eventually(async () => expect(trips).toHaveLength(2));

    const names = trips.flat().map(({ key }) => key);
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^failures:[A-Za-z0-9_-]{24}$/);
  });

  it('given nothing new, when time passes, then the store is not asked', async () => {
    const { trips, expiring } = givenListener(alone);
    const bucket = givenBucket('a');
    givenCounts({ expiring }).tell(bucket);
    await eventually(async () => expect(bucket.others).toEqual([0]));

    await new Promise((resolve) => setTimeout(resolve, 60));

    expect(trips).toHaveLength(1);
  });

  it('given a bucket of a minute that is over, when it is told, then the store is not asked for it', async () => {
    const { trips, expiring } = givenListener(alone);
    const counts = givenCounts({ expiring });
    counts.tell({ ...givenBucket('old'), minute: MINUTE - 1 });
    counts.tell(givenBucket('new'));

    await eventually(async () => expect(trips.flat()).toHaveLength(1));
  });

  /** Memory exhaustion, and a store that is asked for ever more, by failures from many addresses. */
  it('given 30,000 buckets at once, when they are told, then a trip has at most 500, and at most 10,000 are kept', async () => {
    const { trips, expiring } = givenListener(alone);
    const counts = givenCounts({ expiring, everyMilliseconds: 0 });
    const last = givenBucket('last');

    for (let position = 0; position < 30_000; position += 1) counts.tell(givenBucket(`b${position}`));
    counts.tell(last);

    await eventually(async () => expect(last.others).toEqual([0]), 10_000);
    expect(Math.max(...trips.map(({ length }) => length))).toBe(500);
    expect(trips.flat()).toHaveLength(10_000);
  });

  it('given a store that never answers, when failures go on, then nobody waits, and one trip is under way', async () => {
    const { trips, expiring } = givenListener(() => new Promise(() => {}));
    const counts = sharedCounts({ clock, key: KEY, expiring, everyMilliseconds: 1 });

    for (let turn = 0; turn < 20; turn += 1) {
      counts.tell(givenBucket(`b${turn}`));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }

    expect(trips).toHaveLength(1);
  });

  it('given a store that fails, when it is back, then what is new is told, and what may have arrived is not told twice', async () => {
    let away = true;
    const errors: unknown[] = [];
    const { trips, expiring } = givenListener(async (increments) => {
      if (away) throw new Error('away');
      return increments.map(({ by }) => by + 2);
    });
    const counts = givenCounts({ expiring, onError: (cause) => errors.push(cause) });
    const bucket = givenBucket('a', 5);
    counts.tell(bucket);
    await eventually(async () => expect(errors).toHaveLength(1));

    away = false;
    bucket.untold += 1;
    counts.tell(bucket);

    await eventually(async () => expect(bucket.others).toEqual([2]));
    expect(trips.map(([increment]) => increment?.by)).toEqual([5, 1]);
  });
});
