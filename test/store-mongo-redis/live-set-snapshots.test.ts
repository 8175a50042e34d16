import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { SYSTEM_CLOCK } from '../../src/clock/clock.ts';
import { leasedRunner } from '../../src/jobs/leased-runner.ts';
import { type LiveSet, openLiveSet } from '../../src/revocations/live-set.ts';
import { cutOff, REVOCATIONS, tokenRevocation } from '../../src/revocations/revocation.ts';
import { anyCollection } from '../../src/store/collection.ts';
import type { Store } from '../../src/store/store.ts';
import { openMongoRedisStore } from '../../src/store-mongo-redis/open-mongo-redis-store.ts';
import { eventually } from '../contract/eventually.ts';
import { askMongo, startMongod } from '../harness/servers/mongod-process.ts';
import { startRedis } from '../harness/servers/redis-process.ts';
import type { ServerProcess } from '../harness/servers/server-process.ts';
import { serverAddresses } from '../harness/servers/test-addresses.ts';
import { givenNames, inDatabase } from './given-mongo-redis-store.ts';

const HOUR = 3_600_000;
const TOKENS = 200;

/** Issue 4: a starting node loads what is revoked from Redis, and Redis is refilled by the leased runner. */
describe('the snapshot of revocations in Redis', () => {
  const names = givenNames();
  const key = randomBytes(32);
  let server: ServerProcess;
  let redis: Redis;
  let stores: Store[];
  let sets: LiveSet[];
  let told: { from?: string; reason?: string }[];

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url, { retryStrategy: () => 50 });
    redis.on('error', () => undefined);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.remove();
    await inDatabase({ ...serverAddresses(), ...names }, (database) => database.dropDatabase());
  });
  beforeEach(() => {
    [stores, sets, told] = [[], [], []];
  });
  afterEach(async () => {
    await Promise.all(sets.map((set) => set.close()));
    await Promise.all(stores.map((store) => store.close()));
    await redis.flushall();
  });

  async function node(mongoUrl = serverAddresses().mongoUrl): Promise<{ store: Store; live: LiveSet }> {
    const collections = [anyCollection(REVOCATIONS)];
    const parts = { ...names, mongoUrl, redisUrl: server.url, collections, pendingMigrations: 'apply' } as const;
    const store = await openMongoRedisStore(parts);
    stores.push(store);
    const logger = { debug: (facts: object) => void told.push(facts), warn: (facts: object) => void told.push(facts) };
    const live = await openLiveSet({ store, clock: SYSTEM_CLOCK, snapshotKeys: [key], logger });
    sets.push(live);
    return { store, live };
  }

  async function revoke(store: Store, name: string): Promise<void> {
    const now = Date.now();
    await store.commit(
      Array.from({ length: TOKENS - 1 }, (_, number) => tokenRevocation(`${name}-${number}`, 'a', now + HOUR, now)),
    );
    await store.commit([cutOff(`key:${name}`, 3, 'a', now)]);
  }

  async function knows(live: LiveSet, name: string): Promise<boolean> {
    const tokens = Array.from({ length: TOKENS - 1 }, (_, number) => live.revokes([[`token:${name}-${number}`, 0]]));
    const all = await Promise.all([...tokens, live.revokes([[`key:${name}`, 2]])]);
    return !all.includes(false) && !(await live.revokes([[`key:${name}`, 3]]));
  }

  /** A set that is not current writes nothing. */
  const filled = (live: LiveSet): Promise<void> =>
    eventually(async () => {
      await live.refillSnapshot();
      expect(await snapshotKeys()).toContain(`${names.installationKeyPrefix}:snapshot:revocations`);
    }, 15_000);

  /** A machine that has too much to do may read MongoDB instead: then another one is started. */
  const startedFromSnapshot = async (): Promise<LiveSet> => {
    let started: LiveSet | undefined;
    await eventually(async () => {
      started = (await node()).live;
      expect(told.at(-1)?.from).toBe('snapshot');
    }, 20_000);
    if (started === undefined) throw new Error('one was started');
    return started;
  };

  const snapshotKeys = async (): Promise<readonly string[]> =>
    (await redis.keys(`${names.installationKeyPrefix}:snapshot:*`)).sort();

  it('given a snapshot and changes after it by another node, when a node starts, then it begins with both', async () => {
    const first = await node();
    await revoke(first.store, 'before');
    await filled(first.live);
    await revoke((await node()).store, 'after');

    const live = await startedFromSnapshot();

    expect([await knows(live, 'before'), await knows(live, 'after')]).toEqual([true, true]);
  });

  it('given a node that started from a snapshot, when another revokes, then it hears of it within a second', async () => {
    const first = await node();
    await filled(first.live);
    const { live } = await node();

    await revoke(first.store, 'later');

    await eventually(async () => expect(await knows(live, 'later')).toBe(true), 1_000);
  });

  it.each([
    ['flushed', async () => void (await redis.flushall())],
    ['killed and restarted empty', () => server.kill().then(() => server.restart())],
    [
      'evicting one part of it',
      async () => void (await redis.del((await snapshotKeys()).filter((name) => name.endsWith(':1')))),
    ],
  ])(
    'given Redis is %s, when the leased runner has its turn, then it is refilled',
    async (how, lose) => {
      const { store, live } = await node();
      await revoke(store, how);
      const runner = leasedRunner({
        store,
        tickMilliseconds: 50,
        jobs: [{ name: 'snapshot', everyMilliseconds: 50, run: live.refillSnapshot }],
        onError: () => undefined,
      });
      await eventually(async () => expect((await snapshotKeys()).length).toBe(5), 15_000);

      await lose();

      await eventually(async () => expect((await snapshotKeys()).length).toBeGreaterThanOrEqual(5), 15_000);
      await runner.close();
      expect(await knows(await startedFromSnapshot(), how)).toBe(true);
    },
    60_000,
  );

  /** Un-revocation: whoever can write Redis changes or leaves out what starting nodes load. */
  it('given a forged snapshot, when a node starts, then it reads MongoDB, and the runner puts a true one there', async () => {
    const { store, live } = await node();
    await revoke(store, 'true');
    await filled(live);
    const [, first = '', second = ''] = await snapshotKeys();
    await redis.copy(second, first, 'REPLACE');

    const misled = await node();
    const { from } = told.at(-1) ?? {};
    await live.refillSnapshot();

    expect([from, await knows(misled.live, 'true')]).toEqual(['store', true]);
    expect(await knows(await startedFromSnapshot(), 'true')).toBe(true);
  });

  it('given Redis is frozen, when a node starts, then it reads MongoDB within 5 seconds', async () => {
    const first = await node();
    await revoke(first.store, 'cold');
    await filled(first.live);
    await server.pause();
    try {
      const begunAt = performance.now();

      const { live } = await node();

      expect([told.at(-1)?.from, await knows(live, 'cold')]).toEqual(['store', true]);
      expect(performance.now() - begunAt).toBeLessThan(5_000);
    } finally {
      server.resume();
    }
  });

  it('given the change streams are cut, when a node starts, then it does not wait for them, and reads MongoDB', async () => {
    const mongod = await startMongod();
    try {
      const first = await node(mongod.url);
      await revoke(first.store, 'cut');
      await filled(first.live);
      const data = { failCommands: ['aggregate'], errorCode: 6, appName: 'latchkey' };
      await askMongo(mongod.url, { configureFailPoint: 'failCommand', mode: 'alwaysOn', data });

      const { live } = await node(mongod.url);

      expect([told.at(-1)?.from, await knows(live, 'cut')]).toEqual(['store', true]);
      await Promise.all(sets.map((set) => set.close()));
      await Promise.all(stores.map((store) => store.close()));
    } finally {
      await mongod.remove();
    }
  });

  it('given it was written, when an hour passes without anybody, then every part of it goes by itself', async () => {
    const { store, live } = await node();
    await revoke(store, 'short');
    await filled(live);

    const lives = await Promise.all((await snapshotKeys()).map((name) => redis.ttl(name)));

    for (const seconds of lives) expect([seconds > 0, seconds <= 3_600]).toEqual([true, true]);
  });
});
