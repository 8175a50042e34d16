import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '../../src/problems/request-problems.ts';
import { type LiveSet, openLiveSet } from '../../src/revocations/live-set.ts';
import { cutOff, grantRevocation, REVOCATIONS, tokenRevocation } from '../../src/revocations/revocation.ts';
import type { Store } from '../../src/store/store.ts';
import { openSqliteStore } from '../../src/store-sqlite/open-sqlite-store.ts';
import { type MemorySnapshots, memorySnapshots } from './memory-snapshots.ts';

const HOUR = 3_600_000;
const TOKENS = 400;

/** R16, R25: a node that starts loads what is revoked from a copy that it does not have to trust. */
describe('snapshots of the live set', () => {
  let folder: string;
  let durable: Store;
  let store: Store;
  let snapshots: MemorySnapshots;
  let now: number;
  let pagesRead: number;
  let opened: LiveSet[];
  let told: { from?: string; reason?: string }[];
  const key = randomBytes(32);
  const clock = { now: () => now };

  beforeEach(async () => {
    now = 1_800_000_000_000;
    pagesRead = 0;
    opened = [];
    told = [];
    folder = await mkdtemp(join(tmpdir(), 'latchkey-snapshots-'));
    durable = await openSqliteStore({ file: join(folder, 'store.sqlite'), clock, collections: [REVOCATIONS] });
    snapshots = memorySnapshots();
    const read: Store['read'] = (collection) => {
      pagesRead += 1;
      return durable.read(collection);
    };
    store = { ...durable, read, snapshots };
  });
  afterEach(async () => {
    await Promise.all(opened.map((live) => live.close()));
    await durable.close();
    await rm(folder, { recursive: true });
  });

  /** A set that holds 100 exactly and has more, so that the filter is part of the snapshot. */
  async function open(snapshotKeys: readonly Buffer[] = [key]): Promise<LiveSet> {
    const logger = { debug: (facts: object) => void told.push(facts), warn: (facts: object) => void told.push(facts) };
    const live = await openLiveSet({ store, clock, singlesLimit: 100, snapshotKeys, logger });
    opened.push(live);
    return live;
  }

  async function revokeTokens(name: string, count: number): Promise<void> {
    for (let start = 0; start < count; start += 100) {
      const numbers = Array.from({ length: Math.min(100, count - start) }, (_, index) => start + index);
      await store.commit(numbers.map((number) => tokenRevocation(`${name}-${number}`, 'a', now + HOUR, now)));
    }
  }

  async function givenSnapshot(): Promise<LiveSet> {
    await revokeTokens('before', TOKENS);
    await store.commit([
      grantRevocation('g', 'a', now),
      cutOff('key:k', 7, 'a', now),
      cutOff('account:a', 3, 'a', now),
    ]);
    const live = await open();
    await live.refillSnapshot();
    return live;
  }

  async function missing(live: LiveSet, name: string, count: number): Promise<readonly number[]> {
    const numbers = Array.from({ length: count }, (_, number) => number);
    const revoked = await Promise.all(numbers.map((number) => live.revokes([[`token:${name}-${number}`, 0]])));
    return numbers.filter((number) => revoked[number] !== true);
  }

  it('given a snapshot and changes after it, when a set is opened, then it knows both and has not read the collection', async () => {
    await givenSnapshot();
    await revokeTokens('after', 50);
    await store.commit([cutOff('key:k', 9, 'a', now)]);
    pagesRead = 0;

    const live = await open();

    expect([pagesRead, told.at(-1)?.from]).toEqual([0, 'snapshot']);
    expect([await missing(live, 'before', TOKENS), await missing(live, 'after', 50)]).toEqual([[], []]);
    expect(
      await Promise.all([
        live.revokes([['grant:g', 0]]),
        live.revokes([['key:k', 8]]),
        live.revokes([['key:k', 9]]),
        live.revokes([['account:a', 2]]),
        live.revokes([['token:never', 0]]),
      ]),
    ).toEqual([true, true, false, true, false]);
    expect([live.size, live.generations]).toEqual([100, 2]);
  });

  it('given what expired after the snapshot was made, when a set that has it sweeps, then it is forgotten in time', async () => {
    await givenSnapshot();
    now += HOUR + 91_000;

    const live = await open();
    await live.sweep();

    // The grant lives for 72 hours, and so does what a refresh token of another account could lead into.
    expect(live.size + live.filtered).toBe(1);
    expect(await live.revokes([['key:k', 0]])).toBe(false);
    expect(await live.revokes([['account:a', 0]])).toBe(true);
    expect(live.generations).toBe(1);
  });

  it.each([
    ['a chunk is missing in the middle', (chunks: Uint8Array[]) => void chunks.splice(1, 1)],
    ['its end is missing', (chunks: Uint8Array[]) => void chunks.pop()],
    [
      'a chunk is cut short',
      (chunks: Uint8Array[]) => void chunks.splice(1, 1, (chunks[1] ?? new Uint8Array()).subarray(0, 60)),
    ],
    ['a chunk is empty', (chunks: Uint8Array[]) => void chunks.splice(0, 1, new Uint8Array())],
    ['all is gone but its beginning', (chunks: Uint8Array[]) => void chunks.splice(1)],
  ])(
    'given a torn snapshot (%s), when a set is opened, then it reads the durable store and knows everything',
    async (_, tear) => {
      await givenSnapshot();
      tear(snapshots.chunks ?? []);

      const live = await open();

      expect(told.at(-1)?.from).toBe('store');
      expect(await missing(live, 'before', TOKENS)).toEqual([]);
    },
  );

  /** Un-revocation: whoever can write Redis leaves a revoked token out of what starting nodes load. */
  it.each([
    ['one bit of an entry is turned', (chunks: Uint8Array[]) => turnBit(chunks[2])],
    [
      'two chunks change places',
      (chunks: Uint8Array[]) => void chunks.splice(1, 2, ...[chunks[2], chunks[1]].flatMap((chunk) => chunk ?? [])),
    ],
    ['a chunk stands there twice', (chunks: Uint8Array[]) => void chunks.splice(2, 0, ...chunks.slice(1, 2))],
    ['the place to go on from is another', (chunks: Uint8Array[]) => turnBit(chunks[0])],
  ])(
    'given a forged snapshot (%s), when a set is opened, then it is not used, and the operator is told',
    async (_, forge) => {
      await givenSnapshot();
      forge(snapshots.chunks ?? []);

      const live = await open();

      expect(told.at(-2)?.reason).toMatch(/not authentic/);
      expect(told.at(-1)?.from).toBe('store');
      expect(await missing(live, 'before', TOKENS)).toEqual([]);
    },
  );

  /** Splicing: each part is authentic, but of another time; together they would leave out what came in between. */
  it('given parts of two authentic snapshots, when a set is opened, then they are not taken for one', async () => {
    const live = await givenSnapshot();
    const older = [...(snapshots.chunks ?? [])];
    now += 61_000;
    await revokeTokens('between', 10);
    await live.refillSnapshot();
    snapshots.chunks?.splice(1, snapshots.chunks.length - 1, ...older.slice(1));

    const next = await open();

    expect(told.at(-1)?.from).toBe('store');
    expect(await missing(next, 'between', 10)).toEqual([]);
  });

  /** Roll-back: a whole older snapshot is authentic; it names its place, and everything later is told from there. */
  it('given an older snapshot put back, when a set is opened, then what came after it is known as well', async () => {
    const live = await givenSnapshot();
    const older = [...(snapshots.chunks ?? [])];
    now += 61_000;
    await revokeTokens('between', 10);
    await live.refillSnapshot();
    snapshots.chunks = older;

    const next = await open();

    expect(told.at(-1)?.from).toBe('snapshot');
    expect(await missing(next, 'between', 10)).toEqual([]);
  });

  it('given a snapshot under a retired master key, when a set is opened that knows it, then it is used', async () => {
    await givenSnapshot();

    await open([randomBytes(32), key]);

    expect(told.at(-1)?.from).toBe('snapshot');
  });

  it('given a snapshot under a foreign master key, when a set is opened, then it is not used', async () => {
    await givenSnapshot();

    const live = await open([randomBytes(32)]);

    expect(told.at(-1)?.from).toBe('store');
    expect(await missing(live, 'before', TOKENS)).toEqual([]);
  });

  describe('the leased job that keeps it', () => {
    it('when there is a fresh one, or an older one and no news, then it writes nothing', async () => {
      const live = await givenSnapshot();

      await live.refillSnapshot();
      now += 120_000;
      await live.refillSnapshot();

      expect(snapshots.saved).toBe(1);
    });

    it('when there is news and it is a minute old, then it is written anew, and not before', async () => {
      const live = await givenSnapshot();
      await revokeTokens('news', 1);

      await live.refillSnapshot();
      const early = snapshots.saved;
      now += 60_000;
      await live.refillSnapshot();

      expect([early, snapshots.saved]).toEqual([1, 2]);
    });

    it('when it is half an hour old, then it is written anew before it vanishes by itself', async () => {
      const live = await givenSnapshot();
      now += 1_800_000;

      await live.refillSnapshot();

      expect(snapshots.saved).toBe(2);
    });

    it('when it has vanished, or somebody has forged it, then it is written anew at once', async () => {
      const live = await givenSnapshot();
      snapshots.chunks = undefined;
      await live.refillSnapshot();
      turnBit(snapshots.chunks?.[0]);

      await live.refillSnapshot();
      const next = await open();

      expect([snapshots.saved, told.at(-1)?.from]).toEqual([3, 'snapshot']);
      expect(await missing(next, 'before', TOKENS)).toEqual([]);
    });

    it('when the place for snapshots is away, then it says so once, and writes when it is back', async () => {
      const live = await givenSnapshot();
      const { load } = snapshots;
      snapshots.load = () => Promise.reject(new StoreUnavailable({ diagnostic: 'away' }));
      snapshots.chunks = undefined;
      told = [];

      await live.refillSnapshot();
      await live.refillSnapshot();
      const saying = told.length;
      snapshots.load = load;
      await live.refillSnapshot();

      expect([saying, snapshots.saved]).toEqual([1, 2]);
    });
  });

  it('given the place for snapshots is away, when a set is opened, then it reads the durable store', async () => {
    await revokeTokens('t', 10);
    snapshots.load = () => Promise.reject(new StoreUnavailable({ diagnostic: 'away' }));

    const live = await open();

    expect(await missing(live, 't', 10)).toEqual([]);
  });
});

function turnBit(chunk: Uint8Array | undefined): void {
  if (chunk === undefined) throw new Error('there is no such chunk');
  const last = chunk.length - 1;
  chunk[last] = (chunk[last] ?? 0) ^ 1;
}
