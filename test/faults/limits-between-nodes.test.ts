import { hash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { newApiKeySecret } from '../../src/secrets/api-key-secret.ts';
import { eventually } from '../contract/eventually.ts';
import { settingsOf } from '../harness/backends.ts';
import { describeOn } from '../harness/describe-on.ts';
import { type RunningService, runningService } from '../harness/running-service.ts';
import { startRedis } from '../harness/servers/redis-process.ts';
import type { ServerProcess } from '../harness/servers/server-process.ts';

const LIMIT = 20;
const PAUSE_MILLISECONDS = 60;
/** What may pass while the processes have not yet heard of each other: half a second of guesses, and as many for a busy machine. */
const UNHEARD = 16;

// The embedded store has no Redis to lose; what its workers share is below.
describeOn('mongo-redis', 'the limit of failures on several nodes (R30)', () => {
  let redis: ServerProcess;
  const nodes: RunningService[] = [];
  const nodeAt = (turn: number): RunningService => {
    const node = nodes[turn % nodes.length];
    if (node === undefined) throw new Error('no node has started');
    return node;
  };

  beforeAll(async () => {
    redis = await startRedis();
    const settings = {
      ...settingsOf('mongo-redis'),
      LATCHKEY_REDIS_URL: redis.url,
      LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: String(LIMIT),
    };
    const first = await runningService({ backend: 'mongo-redis', settings });
    nodes.push(first);
    for (let count = 1; count < 3; count += 1) {
      nodes.push(await runningService({ backend: 'mongo-redis', settings, dataFolder: first.dataFolder }));
    }
  });
  beforeEach(() => {
    for (const { clock } of nodes) clock.beginMinute();
  });
  afterAll(async () => {
    for (const node of nodes.toReversed()) await node.dispose();
    await redis.remove();
  });

  const guess = async (turn: number, apikey = newApiKeySecret()): Promise<number> =>
    (await nodeAt(turn).exchange({ grant_type: 'apikey', apikey })).status;
  const guessAt = async (node: number, times: number, apikey?: string) => {
    const seen: number[] = [];
    for (let turn = 0; turn < times; turn += 1) seen.push(await guess(node, apikey));
    return seen;
  };
  const goodAt = async (turn: number): Promise<number> =>
    (await nodeAt(turn).exchange({ grant_type: 'apikey', apikey: nodeAt(0).adminKey })).status;

  it('given an address that is over its limit on one node, when it fails on another, then it is limited there in 2 s, and good keys are not', async () => {
    expect(new Set(await guessAt(0, LIMIT))).toEqual(new Set([400]));

    const begunAt = performance.now();
    let passed = 0;
    while ((await guess(1)) === 400) {
      passed += 1;
      await pause(PAUSE_MILLISECONDS);
    }

    expect(performance.now() - begunAt).toBeLessThan(2_000);
    expect(passed).toBeLessThan(LIMIT);
    expect(await goodAt(0)).toBe(200);
    expect(await goodAt(1)).toBe(200);
  });

  /** Guessing from one address through every node in turn, to have the limit once for each of them. */
  it('given guesses that are spread over three nodes, when they go on, then little more than one limit of them is answered', async () => {
    let answered = 0;
    for (let turn = 0; turn < 3 * LIMIT; turn += 1) {
      if ((await guess(turn)) === 400) answered += 1;
      await pause(PAUSE_MILLISECONDS);
    }

    expect(answered).toBeGreaterThanOrEqual(LIMIT);
    expect(answered).toBeLessThanOrEqual(LIMIT + UNHEARD);
    expect(await goodAt(2)).toBe(200);
  });

  it('given failures that were counted, when Redis is read, then neither an address nor a digest stands there', async () => {
    const secret = newApiKeySecret();
    await guessAt(0, 2, secret);
    const client = new Redis(redis.url);

    await eventually(async () => expect((await client.keys('*:failures:*')).length).toBeGreaterThan(1), 2_000);
    const names = (await client.keys('*')).join('\n');
    client.disconnect();

    expect(names).not.toContain('127.0.0.1');
    expect(names).not.toContain(hash('sha256', secret, 'base64url'));
    expect(names).not.toContain(hash('sha256', secret));
  });

  describe.each([
    ['killed', () => redis.kill()],
    ['frozen', () => redis.pause()],
  ])('given that Redis is %s', (_, fail) => {
    it('when failures go on, then each node limits by itself at once, and good keys work; when it is back, they count together', async () => {
      await fail();
      const begunAt = performance.now();

      for (const node of [0, 1]) {
        expect(await guessAt(node, LIMIT + 1)).toEqual([...Array.from({ length: LIMIT }, () => 400), 429]);
        expect(await goodAt(node)).toBe(200);
      }
      expect(performance.now() - begunAt).toBeLessThan(5_000);

      await redis.restart();
      await eventually(async () => {
        for (const { clock } of nodes) clock.beginMinute();
        await guessAt(0, LIMIT);
        await pause(PAUSE_MILLISECONDS);
        await guess(1);
        await pause(600);
        expect(await guess(1)).toBe(429);
      }, 15_000);
    });
  });
});

// The store of several nodes is above.
describeOn('sqlite', 'the limit of failures among workers on one file (R30)', () => {
  const given = async (workers: string, dataFolder?: string): Promise<RunningService> => {
    const settings = { LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: String(LIMIT), LATCHKEY_WORKERS: workers };
    const service = await runningService({ settings, ...(dataFolder !== undefined && { dataFolder }) });
    service.clock.beginMinute();
    return service;
  };
  const guessAt = async (service: RunningService) =>
    (await service.exchange({ grant_type: 'apikey', apikey: newApiKeySecret() })).status;
  const counts = ({ dataFolder }: RunningService): number => {
    const database = new DatabaseSync(join(dataFolder, 'latchkey.sqlite'), { readOnly: true });
    const found = database.prepare("SELECT count(*) AS counted FROM expiring_values WHERE key LIKE 'failures:%'").get();
    database.close();
    return Number(found?.['counted']);
  };

  it('given an address that is over its limit at one worker, when it fails at another, then it is limited there in 2 s', async () => {
    const first = await given('2');
    const second = await given('2', first.dataFolder);
    for (let turn = 0; turn < LIMIT; turn += 1) await guessAt(first);

    await guessAt(second);
    await eventually(async () => expect(await guessAt(second)).toBe(429), 2_000);
    const isGood = (await second.exchange({ grant_type: 'apikey', apikey: first.adminKey })).status === 200;

    await second.dispose();
    await first.dispose();
    expect(isGood).toBe(true);
  });

  it('given one process alone, when failures are counted, then nothing is written for it', async () => {
    const alone = await given('1');
    for (let turn = 0; turn < LIMIT; turn += 1) await guessAt(alone);
    await pause(600);

    const written = counts(alone);

    await alone.dispose();
    expect(written).toBe(0);
  });
});
