import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '../../src/problems/request-problems.ts';
import { insert } from '../../src/store/changes.ts';
import type { Store, StoredChange } from '../../src/store/store.ts';
import { openMongoRedisStore } from '../../src/store-mongo-redis/open-mongo-redis-store.ts';
import { CONTRACT_COLLECTIONS, givenNote, givenWidget, NOTES, WIDGETS } from '../contract/contract-collections.ts';
import { eventually } from '../contract/eventually.ts';
import { startMongod } from '../harness/servers/mongod-process.ts';
import { startRedis } from '../harness/servers/redis-process.ts';
import type { ServerProcess } from '../harness/servers/server-process.ts';
import { givenNames } from './given-mongo-redis-store.ts';

/** What a caller waits for at most when MongoDB is away, with room for a busy machine. */
const BOUND_MILLISECONDS = 7_000;

describe('a store whose servers fail', () => {
  let mongod: ServerProcess;
  let redis: ServerProcess;
  let store: Store;
  const warnings: string[] = [];
  const logger = { info: () => {}, warn: (_: object, message: string) => warnings.push(message), error: () => {} };
  const opened = () =>
    openMongoRedisStore({
      mongoUrl: mongod.url,
      redisUrl: redis.url,
      ...givenNames(),
      collections: CONTRACT_COLLECTIONS,
      pendingMigrations: 'apply',
      logger,
    });

  beforeAll(async () => {
    [mongod, redis] = await Promise.all([startMongod(), startRedis()]);
  });
  afterAll(async () => {
    await Promise.all([mongod.remove(), redis.remove()]);
  });
  beforeEach(async () => {
    warnings.length = 0;
    store = await opened();
  });
  afterEach(() => store.close());

  describe('given Redis is stopped', () => {
    beforeEach(() => redis.stop());
    afterEach(() => redis.restart());

    it('when it is read and committed, then both go on, and the readiness check passes', async () => {
      const widget = givenWidget();

      await store.commit([insert(WIDGETS, widget)]);

      expect(await store.read(WIDGETS).get(widget.id)).toStrictEqual(widget);
      await store.ping();
      expect(await store.describe()).toEqual([expect.stringMatching(/^MongoDB \d/), 'Redis unreachable']);
    });

    it('when an expiring value is asked for, then it is refused at once, and when Redis is back, it is answered', async () => {
      const began = performance.now();
      await expect(store.expiring.take('code:a')).rejects.toThrow(StoreUnavailable);
      await expect(store.expiring.increment('count:a', 60)).rejects.toThrow(StoreUnavailable);
      expect(performance.now() - began).toBeLessThan(1_000);

      await redis.restart();

      await eventually(async () => expect(await store.expiring.increment('count:a', 60)).toBe(1), 10_000);
      expect(warnings.filter((warning) => warning.startsWith('Redis cannot be reached'))).toHaveLength(1);
    });

    it('when the store is opened, then it opens, and serves what needs no Redis', async () => {
      const another = await opened();

      await another.commit([insert(NOTES, givenNote())]);

      await another.close();
    });
  });

  describe('given Redis is frozen', () => {
    beforeEach(() => redis.pause());
    afterEach(() => redis.resume());

    it('when an expiring value is asked for, then it is refused within a second', async () => {
      const began = performance.now();

      await expect(store.expiring.get('code:a')).rejects.toThrow(StoreUnavailable);

      expect(performance.now() - began).toBeLessThan(1_000);
    });
  });

  describe.each([
    ['stopped', () => mongod.stop(), () => mongod.restart()],
    ['killed', () => mongod.kill(), () => mongod.restart()],
    ['frozen', () => mongod.pause(), async () => mongod.resume()],
  ])('given MongoDB is %s', (_, fail, mend) => {
    it('when it is used, then every call is StoreUnavailable in bounded time; when it is back, it goes on', async () => {
      const changes: StoredChange[] = [];
      await store.watch([WIDGETS], (change) => changes.push(change));
      const before = givenWidget();
      await store.commit([insert(WIDGETS, before)]);
      await fail();

      const calls = [
        () => store.read(WIDGETS).get(before.id),
        () => store.read(WIDGETS).find('byName', [before.ownerId, before.name]),
        () => store.read(WIDGETS).page('byOwner', { equals: [before.ownerId], limit: 5 }),
        () => store.commit([insert(WIDGETS, givenWidget())]),
        () => store.lease('sweeper', 1_000),
        () => store.ping(),
      ];
      const began = performance.now();
      const outcomes = await Promise.allSettled(calls.map((call) => call()));
      const waited = performance.now() - began;
      await mend();

      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'store_unavailable' } });
      }
      expect(waited).toBeLessThan(BOUND_MILLISECONDS);
      const after = givenWidget();
      await eventually(async () => await store.commit([insert(WIDGETS, after)], { id: after.id }), 15_000);
      // After a read that failed the next ones fail at once, for a moment.
      await eventually(async () => expect(await store.read(WIDGETS).get(before.id)).toStrictEqual(before), 1_000);
      await eventually(() => expect(changes.map(({ id }) => id)).toContain(after.id), 5_000);
    });
  });

  /** A second answer to one request would be a second key, of which nobody knows. */
  it('given MongoDB is killed while commits are under way, when it is back, then what was acknowledged is there, once and whole', async () => {
    const pairs = Array.from({ length: 60 }, () => [givenWidget(), givenWidget()] as const);
    const acknowledged: string[] = [];
    const commits = pairs.map(async ([one, other], position) => {
      await new Promise((resolve) => setTimeout(resolve, position * 5));
      await store.commit([insert(WIDGETS, one), insert(WIDGETS, other)]).then(
        () => acknowledged.push(one.id),
        () => undefined,
      );
    });
    await eventually(() => expect(acknowledged.length).toBeGreaterThan(0), 5_000);
    await mongod.kill();
    await mongod.restart();
    await Promise.all(commits);

    await eventually(() => store.ping(), 10_000);
    for (const [one, other] of pairs) {
      const [first, second] = [await store.read(WIDGETS).get(one.id), await store.read(WIDGETS).get(other.id)];
      expect(first === undefined).toBe(second === undefined);
      if (acknowledged.includes(one.id)) expect(first).toStrictEqual(one);
    }
    expect(acknowledged.length).toBeGreaterThan(0);
  });
});
