import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { eventually } from '../contract/eventually.ts';
import { describeOn } from '../harness/describe-on.ts';
import { givenServiceId } from '../harness/given-credentials.ts';
import { askMongo } from '../harness/servers/mongod-process.ts';
import {
  cutChangeStreams,
  givenTwoNodes,
  mendChangeStreams,
  revokedAt,
  type TwoNodes,
  verdictOf,
} from './given-two-nodes.ts';

/** What a revocation may need to every other node, whatever one thing fails. */
const SPREAD_MILLISECONDS = 1_000;
/** The second that a memory counts as fresh, the grace, and some. */
const GRACE_MILLISECONDS = 12_500;

// The embedded store has no ways to lose.
describeOn('mongo-redis', 'two nodes that lose ways to hear of each other', () => {
  let nodes: TwoNodes;
  beforeAll(async () => {
    nodes = await givenTwoNodes();
  });
  afterAll(() => nodes?.remove(), 60_000);

  /** Until both nodes trust their memories again, after what the test before has done to them. */
  beforeEach(() => eventually(expectAnswersFromMemory, 25_000));

  async function expectAnswersFromMemory(): Promise<void> {
    const token = await nodes.one.ownerToken();
    const before = await findsIn(nodes.mongod.url);
    for (let round = 0; round < 20; round += 1) {
      await Promise.all([verdictOf(nodes.one, token), verdictOf(nodes.other, token)]);
    }
    // A node that asked the primary would need six for each, 120; what else there is is background work, more on a slow machine.
    expect((await findsIn(nodes.mongod.url)) - before).toBeLessThan(100);
  }

  async function expectToSpread(): Promise<void> {
    const [ended, good] = [await nodes.one.ownerToken(), await nodes.one.ownerToken()];
    expect([await verdictOf(nodes.other, ended), await verdictOf(nodes.other, good)]).toEqual(['active', 'active']);

    await revokedAt(nodes.one, { token: ended });

    expect(await verdictOf(nodes.one, ended)).toBe('revoked');
    await eventually(async () => expect(await verdictOf(nodes.other, ended)).toBe('revoked'), SPREAD_MILLISECONDS);
    expect(await verdictOf(nodes.other, good)).toBe('active');
  }

  describe('given everything is up', () => {
    it('when a hot key is exchanged and a hot token introspected 200 times each, then neither server is asked for them', async () => {
      const { one, mongod, redis } = nodes;
      const token = await one.ownerToken();
      await verdictOf(one, token);
      const before = [await findsIn(mongod.url), await callsOf(redis.url)] as const;

      for (let round = 0; round < 200; round += 1) await Promise.all([one.ownerToken(), verdictOf(one, token)]);

      // Of 400 requests. What is left is background work, which goes on whether anything is asked or not, as long as they take.
      expect((await findsIn(mongod.url)) - before[0]).toBeLessThan(200);
      expect((await callsOf(redis.url)) - before[1]).toBeLessThan(200);
    });
  });

  describe('given the change streams are cut', () => {
    beforeEach(() => cutChangeStreams(nodes.mongod));
    afterEach(() => mendChangeStreams(nodes.mongod));

    it('when a token is revoked at one node, then the other refuses it within a second, by Redis', () =>
      expectToSpread());

    /** Lost publication: own heartbeats come back by Redis, and the memory would be trusted without it. */
    it('when the node that revokes cannot reach Redis, then the other refuses within a second all the same, and also when it can again', async () => {
      nodes.redisWay.cut();
      await expectToSpread();
      const token = await nodes.one.ownerToken();
      await revokedAt(nodes.one, { token });

      nodes.redisWay.mend();

      const endsAt = performance.now() + 4_000;
      await pause(SPREAD_MILLISECONDS);
      while (performance.now() < endsAt) expect(await verdictOf(nodes.other, token)).toBe('revoked');
    });

    /** Dropped key: a node that nobody tells would go on believing what a stolen signing key signs. */
    it('when a signing key is dropped at one node, then the other refuses its tokens within a second', async () => {
      const token = await nodes.one.ownerToken();
      expect(await verdictOf(nodes.other, token)).toBe('active');

      await dropSigningKey(nodes);

      await eventually(async () => expect(await verdictOf(nodes.other, token)).toBe('revoked'), SPREAD_MILLISECONDS);
      expect(await verdictOf(nodes.other, await nodes.other.ownerToken())).toBe('active');
    });
  });

  describe.each([
    ['killed', () => nodes.redis.kill(), () => nodes.redis.restart()],
    ['frozen', () => nodes.redis.pause(), async () => nodes.redis.resume()],
    ['flushed', () => flush(nodes.redis.url), async () => undefined],
    ['restarted empty', () => nodes.redis.restart(), async () => undefined],
    ['full, and evicts', () => evicting(nodes.redis.url), () => nodes.redis.restart()],
  ])('given Redis is %s', (_, fail, mend) => {
    afterEach(() => mendChangeStreams(nodes.mongod));

    it('when tokens are revoked before and after, then all are refused within a second, none else is, and Redis spreads again once it can', async () => {
      const before = await nodes.one.ownerToken();
      await revokedAt(nodes.one, { token: before });
      await fail();

      await expectToSpread();
      expect([await verdictOf(nodes.one, before), await verdictOf(nodes.other, before)]).toEqual([
        'revoked',
        'revoked',
      ]);
      await mend();

      await expectToSpread();
      // With the change streams away it is Redis that makes the memory good.
      await eventually(async () => {
        await mendChangeStreams(nodes.mongod);
        await pause(500);
        await cutChangeStreams(nodes.mongod);
        await pause(1_200);
        await expectAnswersFromMemory();
      }, 40_000);
      await expectToSpread();
      expect([await verdictOf(nodes.one, before), await verdictOf(nodes.other, before)]).toEqual([
        'revoked',
        'revoked',
      ]);
    });
  });

  describe('given both ways are cut', () => {
    afterEach(async () => {
      nodes.redis.resume();
      await mendChangeStreams(nodes.mongod);
    });

    it('when a token is revoked at one node, then the other asks the primary, and refuses it', async () => {
      await Promise.all([cutChangeStreams(nodes.mongod), nodes.redis.pause()]);

      await expectToSpread();
      await expectToSpread();
    });
  });

  describe('given one node is cut off from MongoDB, and not from Redis', () => {
    afterEach(() => nodes.mongoWay.mend());

    it('when keys and tokens are revoked elsewhere, then it accepts none of them; after its grace it is 503, never 401; then it recovers', async () => {
      const { one, other } = nodes;
      const { key } = await givenServiceId(one);
      const [ofKey, single, good] = [await one.tokenOf(key.secret), await one.ownerToken(), await one.ownerToken()];
      for (const token of [ofKey, single, good]) expect(await verdictOf(other, token)).toBe('active');
      nodes.mongoWay.cut();
      const cutAt = performance.now();

      await revokedAt(one, { token: single });
      await revokedAt(one, { apikey: key.secret });

      for (const token of [ofKey, single]) {
        await eventually(async () => expect(await verdictOf(other, token)).toBe('revoked'), SPREAD_MILLISECONDS);
      }
      while (performance.now() - cutAt < GRACE_MILLISECONDS) {
        expect(await verdictOf(other, single)).not.toBe('active');
        expect(await verdictOf(other, ofKey)).not.toBe('active');
        expect(await verdictOf(other, good)).not.toBe('revoked');
        await pause(200);
      }
      expect(await verdictOf(other, good)).toBe('cannot know');
      const exchanged = await other.exchange({ grant_type: 'apikey', apikey: other.adminKey });
      expect([exchanged.status, Number(exchanged.headers.get('retry-after')) > 0]).toEqual([503, true]);

      nodes.mongoWay.mend();

      await eventually(async () => expect(await verdictOf(other, good)).toBe('active'), 15_000);
      expect([await verdictOf(other, single), await verdictOf(other, ofKey)]).toEqual(['revoked', 'revoked']);
    });

    it('when a signing key is dropped elsewhere, then within a second it believes nothing that it cannot check', async () => {
      const token = await nodes.one.ownerToken();
      expect(await verdictOf(nodes.other, token)).toBe('active');
      nodes.mongoWay.cut();

      await dropSigningKey(nodes);

      await eventually(async () => expect(await verdictOf(nodes.other, token)).toBe('cannot know'), 2_000);
      nodes.mongoWay.mend();
      await eventually(async () => expect(await verdictOf(nodes.other, token)).toBe('revoked'), 15_000);
    });
  });

  describe.each([5_000, 60_000, -5_000, -60_000])(
    'given the clock of the other node is %i ms ahead',
    (milliseconds) => {
      beforeEach(() => nodes.other.clock.pass(milliseconds));
      afterEach(() => nodes.other.clock.pass(-milliseconds));

      it('when tokens are made and revoked at either, then both accept them at once, and refuse them within a second', async () => {
        for (const [maker, judge] of [
          [nodes.one, nodes.other],
          [nodes.other, nodes.one],
        ] as const) {
          const [ended, good] = [await maker.ownerToken(), await maker.ownerToken()];
          expect([await verdictOf(judge, ended), await verdictOf(judge, good)]).toEqual(['active', 'active']);
          await revokedAt(judge, { token: ended });
          expect(await verdictOf(judge, ended)).toBe('revoked');
          await eventually(async () => expect(await verdictOf(maker, ended)).toBe('revoked'), SPREAD_MILLISECONDS);
          expect(await verdictOf(maker, good)).toBe('active');
        }
      });
    },
  );
});

/** Drops the key that signs, as an operator does in an emergency. */
async function dropSigningKey({ one }: TwoNodes): Promise<void> {
  const { signingKeys } = one.domains;
  const current = signingKeys.list().find(({ stage }) => stage === 'current');
  await signingKeys.drop(current?.kid ?? '');
}

/** How many times documents were looked for since the server started. */
async function findsIn(url: string): Promise<number> {
  const { opcounters } = await askMongo(url, { serverStatus: 1 });
  // Its shape is MongoDB's own (the page of the command `serverStatus`).
  return Number((opcounters as { query: number }).query);
}

/** How many commands Redis has done, but for those that follow and feed the stream of changes. */
async function callsOf(url: string): Promise<number> {
  const text = await withRedis(url, (redis) => redis.info('commandstats'));
  const counts = text.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm);
  const ours = new Set(['xadd', 'xread', 'info', 'client|setname', 'client|setinfo', 'ping']);
  return [...counts].reduce((sum, [, name = '', calls]) => (ours.has(name) ? sum : sum + Number(calls)), 0);
}

const flush = (url: string): Promise<void> => withRedis(url, async (redis) => void (await redis.flushall()));

/** Makes Redis throw away whatever is there, the stream of changes too. */
async function evicting(url: string): Promise<void> {
  await withRedis(url, async (redis) => {
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await redis.config('SET', 'maxmemory', '3mb');
    for (let name = 0; name < 200; name += 1) await redis.set(`filler:${name}`, 'x'.repeat(50_000));
  });
}

async function withRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
