import { randomUUID } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SYSTEM_CLOCK } from '../../src/clock/clock.ts';
import { type Forwarder, forwardLines } from '../../src/log-forwarding/forward-lines.ts';
import { HAND_OVERS, handOversIn } from '../../src/log-forwarding/hand-over.ts';
import { httpSink, SinkFailure, streamSink } from '../../src/log-forwarding/log-sink.ts';
import { spoolTrimming } from '../../src/log-forwarding/trim-spool.ts';
import { SpoolFull } from '../../src/problems/request-problems.ts';
import type { Spool } from '../../src/spool/spool.ts';
import { openFileSpool } from '../../src/spool-files/open-file-spool.ts';
import { anyCollection } from '../../src/store/collection.ts';
import type { Store } from '../../src/store/store.ts';
import { openSqliteStore } from '../../src/store-sqlite/open-sqlite-store.ts';
import { eventually } from '../contract/eventually.ts';
import { type GivenSink, givenSink } from '../harness/given-sink.ts';

const MIB = 1024 * 1024;

describe('forwardLines', () => {
  let folder: string;
  let store: Store;
  let spool: Spool;
  let sink: GivenSink;
  let instance: string;
  let errors: unknown[];
  let open: { close(): Promise<void> }[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-forward-'));
    const file = join(folder, 'store.sqlite');
    store = await openSqliteStore({ file, clock: SYSTEM_CLOCK, collections: [anyCollection(HAND_OVERS)] });
    const bounds = { bytes: MIB, handedOver: handOversIn(store).positionOf };
    spool = await openFileSpool({ folder: join(folder, 'spool'), clock: SYSTEM_CLOCK, bounds });
    sink = await givenSink();
    instance = randomUUID();
    errors = [];
    open = [];
  });
  afterEach(async () => {
    for (const each of open) await each.close();
    await sink.close();
    await spool.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  const forwarding = (
    url = sink.url,
    timeoutMilliseconds = 5_000,
    pauseMilliseconds = 10,
    lookMilliseconds = 10,
  ): Forwarder => {
    const forwarder = forwardLines({
      ...{ store, spool, clock: SYSTEM_CLOCK, lookMilliseconds, pauseMilliseconds },
      sink: httpSink({ url, authorization: 'Bearer of-the-sink', timeoutMilliseconds }),
      onError: (cause) => errors.push(cause),
    });
    open.push(forwarder);
    return forwarder;
  };
  const numbersTaken = () => sink.taken.map((line): unknown => JSON.parse(line).n);
  const append = async (first: number, count: number): Promise<void> => {
    for (let n = first; n < first + count; n++) await spool.append(instance, [`{"n":${n}}`]);
  };
  const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

  it('when lines come, then they are posted in order, as JSON lines that name the instance, once', async () => {
    const forwarder = forwarding();

    await append(0, 20);

    await eventually(() => expect(numbersTaken()).toEqual(upTo(20)), 5_000);
    expect(JSON.parse(sink.taken[0] ?? '')).toEqual({ instance, n: 0 });
    expect(sink.posts[0]?.headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      authorization: 'Bearer of-the-sink',
    });
    await eventually(
      () => expect(forwarder.facts()).toMatchObject({ isHolder: true, linesSent: 20, lagBytes: 0 }),
      5_000,
    );
    expect(errors).toEqual([]);
  });

  it('given a sink that answers 500, and then recovers, when lines wait, then all come, and the failures are counted', async () => {
    let answers = 0;
    sink.answer = () => {
      answers += 1;
      return answers <= 3 ? 500 : 200;
    };
    await append(0, 5);

    const forwarder = forwarding();

    await eventually(() => expect(numbersTaken()).toEqual(upTo(5)), 5_000);
    expect(forwarder.facts()).toMatchObject({ failures: 3 });
    // One line for the outage, and not one for each try.
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(SinkFailure);
    expect(String(errors[0])).not.toContain('of-the-sink');
  });

  it('given a sink that fails now and then, when it takes lines again, then what waits for it does not wait for the next look', async () => {
    let answers = 0;
    sink.answer = () => {
      answers += 1;
      return answers % 2 === 1 ? 500 : 200;
    };
    await append(0, 5);

    const forwarder = forwarding(sink.url, 5_000, 10, 60_000);

    await eventually(() => expect(numbersTaken()).toEqual(upTo(5)), 5_000);
    expect(forwarder.facts()).toMatchObject({ failures: 1 });
  });

  it('given lines that failed, when they are gone before they are tried again, then nothing looks for them without a pause', async () => {
    sink.answer = () => 500;
    await append(0, 1);
    let reads = 0;
    const forwarder = forwardLines({
      ...{ store, clock: SYSTEM_CLOCK, lookMilliseconds: 60_000, pauseMilliseconds: 1 },
      sink: httpSink({ url: sink.url, authorization: undefined, timeoutMilliseconds: 5_000 }),
      onError: (cause) => errors.push(cause),
      spool: {
        ...{ instances: spool.instances, usage: spool.usage },
        read: async (instanceId, request) => {
          reads += 1;
          const page = await spool.read(instanceId, request);
          return reads === 1 ? page : { ...page, batches: [], hasMore: false };
        },
      },
    });
    open.push(forwarder);
    await eventually(() => expect(reads).toBeGreaterThan(1), 5_000);

    await expect(eventually(() => expect(reads).toBeGreaterThan(3), 100)).rejects.toThrow();
  });

  it('given a sink that never answers, when lines come, then they are taken all the same until the bound, and none is lost', async () => {
    sink.answer = () => 'never';
    const forwarder = forwarding(sink.url, 100);
    const wide = 'x'.repeat(20_000);
    let accepted = 0;

    const filling = async () => {
      for (;;) {
        await spool.append(instance, [`{"n":${accepted},"text":"${wide}"}`]);
        accepted += 1;
      }
    };

    await expect(filling()).rejects.toThrow(SpoolFull);
    expect(accepted).toBeGreaterThan(30);
    await eventually(() => expect(forwarder.facts().failures).toBeGreaterThan(1), 5_000);
    expect(forwarder.facts().lagBytes).toBeGreaterThan(0);
    sink.answer = () => 200;
    await eventually(() => expect(numbersTaken()).toEqual(upTo(accepted)), 10_000);
    await eventually(() => spool.append(instance, ['{"n":"again"}']), 5_000);
  });

  it('given that it ends after the sink has lines and before it answered, when another begins, then it sends them again and loses none', async () => {
    let answerIt: (status: number) => void = () => undefined;
    sink.answer = () => new Promise((resolve) => (answerIt = resolve));
    await append(0, 3);
    const first = forwarding();
    await eventually(() => expect(sink.posts).toHaveLength(1), 5_000);

    await first.close();
    answerIt(200);
    sink.answer = () => 200;
    await append(3, 2);
    forwarding();

    await eventually(() => expect(numbersTaken()).toEqual([0, 1, 2, ...upTo(5)]), 5_000);
  });

  it('given two of them, when lines come, then one hands over, and the other goes on where it stopped', async () => {
    const first = forwarding();
    await eventually(() => expect(first.facts().isHolder).toBe(true), 5_000);
    const second = forwarding();
    await append(0, 3);
    await eventually(() => expect(numbersTaken()).toEqual(upTo(3)), 5_000);
    await eventually(() => expect(first.facts().linesSent).toBe(3), 5_000);
    expect(second.facts().isHolder).toBe(false);

    await first.close();
    await append(3, 3);

    await eventually(() => expect(numbersTaken()).toEqual(upTo(6)), 5_000);
    await eventually(() => expect(second.facts()).toMatchObject({ isHolder: true, linesSent: 3 }), 5_000);
  });

  it('given a sink that takes two lines at once, when more wait, then they come in parts', async () => {
    sink.answer = ({ lines }) => (lines.length > 2 ? 413 : 200);
    await append(0, 9);

    forwarding();

    await eventually(() => expect(numbersTaken()).toEqual(upTo(9)), 5_000);
  });

  it('given lines of one instance that the sink refuses, when another has lines, then these are handed over', async () => {
    sink.answer = ({ lines }) => (lines.some((line) => line.includes('poison')) ? 400 : 200);
    await spool.append(randomUUID(), ['{"n":"poison"}']);
    await append(0, 3);

    forwarding();

    await eventually(() => expect(numbersTaken()).toEqual(upTo(3)), 5_000);
  });

  /** Poison message: one sender's line would hold up the lines of all accounts. */
  it('given a line of one instance at which the sink always fails, when another has lines, then these do not wait for its pauses', async () => {
    const isPoison = (lines: readonly string[]) => lines.some((line) => line.includes('poison'));
    const poisonPosts = () => sink.posts.filter(({ lines }) => isPoison(lines)).length;
    sink.answer = ({ lines }) => (isPoison(lines) ? 500 : 200);
    await spool.append(randomUUID(), ['{"n":"poison"}']);
    const forwarder = forwarding(sink.url, 5_000, 50);
    await eventually(() => expect(forwarder.facts().failures).toBeGreaterThan(4), 10_000);
    const before = poisonPosts();

    for (let n = 0; n < 7; n++) {
      await append(n, 1);
      await eventually(() => expect(numbersTaken()).toEqual(upTo(n + 1)), 10_000);
    }

    // Not one of its pauses, each of which is a second and more by now, for each line.
    expect(poisonPosts() - before).toBeLessThan(6);
  });

  /** A sink that is taken over could send the authorization, and all lines, wherever it likes. */
  it('given a sink that redirects, when lines wait, then they are not sent elsewhere', async () => {
    const elsewhere = await givenSink();
    open.push(elsewhere);
    sink.answer = () => 307;
    await append(0, 1);

    const forwarder = forwarding();

    await eventually(() => expect(forwarder.facts().failures).toBeGreaterThan(0), 5_000);
    expect(elsewhere.posts).toEqual([]);
  });

  /** Memory exhaustion: what waits for the end of the forwarding would hold the lines of every post until then. */
  it('given lines that a stream has taken, when it goes on, then nothing waits for the end on their behalf', async () => {
    const written: string[] = [];
    const stream = new Writable({
      write(chunk, _encoding, done) {
        written.push(String(chunk));
        done();
      },
    });
    const { signal } = new AbortController();
    const toStream = streamSink(stream);

    for (const n of upTo(3)) await toStream.send([`{"n":${n}}`], signal);

    expect(written.join('')).toBe('{"n":0}\n{"n":1}\n{"n":2}\n');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('given lines that were handed over and others that were not, when old ones are trimmed, then only the former go', async () => {
    const clock = { now: () => Date.now() + 10 * 3_600_000 };
    const handOvers = handOversIn(store);
    const trim = spoolTrimming({ spool, clock, retentionMilliseconds: 3_600_000, limitBytes: MIB, handOvers });
    const other = randomUUID();
    await append(0, 3);
    const forwarder = forwarding();
    await eventually(() => expect(numbersTaken()).toEqual(upTo(3)), 5_000);
    await eventually(() => expect(forwarder.facts().linesSent).toBe(3), 5_000);
    await forwarder.close();
    await spool.append(other, ['{"n":1}']);
    const lease = await store.lease('test', 10_000);
    if (lease === undefined) throw new Error('the lease is held');

    await trim(lease);
    await trim(lease);

    expect(await spool.instances()).toEqual([other]);
    expect(await store.read(HAND_OVERS).get(instance)).toBeUndefined();
  });
});
