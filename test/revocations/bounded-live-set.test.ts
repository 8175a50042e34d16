import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '../../src/problems/request-problems.ts';
import { type LiveSet, openLiveSet } from '../../src/revocations/live-set.ts';
import { cutOff, grantRevocation, REVOCATIONS, tokenRevocation } from '../../src/revocations/revocation.ts';
import type { Change } from '../../src/store/changes.ts';
import type { Store } from '../../src/store/store.ts';
import { openSqliteStore } from '../../src/store-sqlite/open-sqlite-store.ts';

const HOUR = 3_600_000;
const LIMIT = 100;

/** Issue 4: one million revoked tokens a process, and never a refused revocation; here the bound is 100. */
describe('the live set beyond its bound', () => {
  let folder: string;
  let store: Store;
  let asked: number;
  let isStoreAway: boolean;
  let live: LiveSet;
  let now = 1_800_000_000_000;
  const clock = { now: () => now };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-bounded-'));
    store = await openSqliteStore({ file: join(folder, 'store.sqlite'), clock, collections: [REVOCATIONS] });
    live = await openLiveSet({ store: counting(store), clock, singlesLimit: LIMIT });
    const tokens = Array.from({ length: 300 }, (_, number) => tokenRevocation(`t-${number}`, 'a', now + HOUR, now));
    for (let start = 0; start < 300; start += 100) await store.commit(tokens.slice(start, start + 100));
    await store.commit([grantRevocation('late-grant', 'a', now)]);
    const cutOffs = Array.from({ length: 150 }, (_, number): Change => cutOff(`key:k-${number}`, 2, 'a', now));
    await store.commit(cutOffs);
    await live.revokes([]);
    asked = 0;
    isStoreAway = false;
  });
  afterAll(async () => {
    await live.close();
    await store.close();
    await rm(folder, { recursive: true });
  });

  // What the durable store is asked after the set has opened; and it can be away.
  function counting(real: Store): Store {
    const read: Store['read'] = (collection) => {
      asked += 1;
      if (isStoreAway) throw new StoreUnavailable({ diagnostic: 'away' });
      return real.read(collection);
    };
    return { ...real, read };
  }

  const revokes = (subject: string) => live.revokes([[subject, 0]]);

  it('when 301 single revocations came, then 100 are held exactly, the rest by the filter, and all are revoked', async () => {
    const revoked = await Promise.all(Array.from({ length: 300 }, (_, number) => revokes(`token:t-${number}`)));

    expect(revoked).not.toContain(false);
    expect(await revokes('grant:late-grant')).toBe(true);
    expect([live.size, live.filtered]).toEqual([LIMIT, 201]);
    expect(asked).toBe(201);
  });

  it('when generations were cut off, then every one of them is held in full', async () => {
    asked = 0;

    const revoked = await Promise.all(Array.from({ length: 150 }, (_, number) => revokes(`key:k-${number}`)));

    expect([revoked.includes(false), live.generations, asked]).toEqual([false, 150, 0]);
  });

  it('when a good token looks revoked to the filter, then the durable store tells that it is not', async () => {
    asked = 0;
    const good = await Promise.all(Array.from({ length: 20_000 }, (_, number) => revokes(`token:good-${number}`)));

    expect(good).not.toContain(true);
    expect(asked).toBeLessThan(200);
  });

  /** "Cannot know" must never be answered like "not revoked", or cutting a node off would bring revoked tokens back. */
  it('when the filter seems to have a token and the store is away, then nobody claims to know', async () => {
    isStoreAway = true;
    try {
      await expect(revokes('token:t-299')).rejects.toThrow(StoreUnavailable);
      expect(await revokes('token:t-0')).toBe(true);
      expect(await revokes('key:unheard-of')).toBe(false);
    } finally {
      isStoreAway = false;
    }
  });

  it('when another is opened on the same store, then it holds as much and knows as much', async () => {
    const second = await openLiveSet({ store, clock, singlesLimit: LIMIT });

    const revoked = await Promise.all(
      Array.from({ length: 300 }, (_, number) => second.revokes([[`token:t-${number}`, 0]])),
    );
    await second.close();

    expect(revoked).not.toContain(false);
    expect(second.size).toBe(LIMIT);
  });

  it('when the last affected token is out of the skew tolerance, then it is forgotten, and not a second before', async () => {
    const atFirst = live.bytes;

    now += HOUR + 60_000;
    await live.sweep();
    const kept = [live.size, live.filtered];
    now += 1_000;
    await live.sweep();
    // Cut-offs are kept half a minute longer, for tokens that are made late.
    now += 30_000;
    await live.sweep();

    expect(kept).toEqual([LIMIT, 201]);
    // The grant's refresh tokens live for 72 hours.
    expect([live.size, live.filtered, live.generations]).toEqual([0, 1, 0]);
    expect(live.bytes).toBeLessThan(atFirst);
    expect(await revokes('grant:late-grant')).toBe(true);
  });
});
