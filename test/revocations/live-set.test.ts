import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '../../src/problems/request-problems.ts';
import { type LiveSet, openLiveSet } from '../../src/revocations/live-set.ts';
import { cutOff, REVOCATIONS, tokenRevocation } from '../../src/revocations/revocation.ts';
import type { Store } from '../../src/store/store.ts';
import { openSqliteStore } from '../../src/store-sqlite/open-sqlite-store.ts';
import { type RevocationSubject, revocationSubjects } from '../../src/token-format/revocation-subjects.ts';
import { accessClaims } from '../token-format/given-claims.ts';

const HOUR = 3_600_000;

describe('the live set', () => {
  let folder: string;
  let store: Store;
  let now = 1_800_000_000_000;
  const clock = { now: () => now };
  const open = () => openSqliteStore({ file: join(folder, 'store.sqlite'), clock, collections: [REVOCATIONS] });
  let live: LiveSet;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-live-set-'));
    store = await open();
    live = await openLiveSet({ store, clock });
  });
  afterAll(async () => {
    await live.close();
    await store.close();
    await rm(folder, { recursive: true });
  });

  /** R16, CVE-2026-8922: one level that is compared wrongly lets a token of a suspended account pass. */
  it('given all combinations of cut levels, when tokens are compared, then each cut level alone is enough', async () => {
    const chain = revocationSubjects(accessClaims());
    for (let cut = 0; cut < 2 ** chain.length; cut += 1) {
      const subjects = chain.map(([subject, generation]): RevocationSubject => [`${subject}#${cut}`, generation]);
      const levels = subjects.filter((_subject, level) => (cut >> level) % 2 === 1);
      const changes = levels.map(([subject, generation]) => cutOff(subject, generation + 1, 'a', now));
      if (changes.length > 0) await store.commit(changes);

      expect([cut, await live.revokes(subjects)]).toEqual([cut, cut > 0]);
    }
  });

  it('given a cut-off of a generation, when a token of that or a later one comes, then it is good', async () => {
    await store.commit([cutOff('key:edge', 5, 'a', now)]);

    expect(await Promise.all([4, 5, 6].map((generation) => live.revokes([['key:edge', generation]])))).toEqual([
      true,
      false,
      false,
    ]);
  });

  it.each([
    ['hears of everything', { isCurrent: true, wasCurrentLately: true, primary: false }, 'memory', false],
    ['asks the primary', { isCurrent: false, wasCurrentLately: false, primary: true }, 'primary', false],
    ['goes on for the grace', { isCurrent: false, wasCurrentLately: true, primary: false }, 'grace', false],
    ['cannot know', { isCurrent: false, wasCurrentLately: false, primary: false }, 'unknown', 'unknown'],
  ] as const)('given a process that %s, when it is asked, then it counts by what it was told', async (...row) => {
    const [, { primary, ...hears }, counted, expected] = row;
    const subscription = {
      catchUp: () => undefined,
      isCurrent: () => hears.isCurrent,
      wasCurrentLately: () => hears.wasCurrentLately,
    };
    let isAway = false;
    const impaired = new Proxy(store, {
      get(target, name, receiver) {
        if (name === 'watch') return async () => subscription;
        if (name === 'read' && isAway) throw new StoreUnavailable();
        return Reflect.get(target, name, receiver);
      },
    });
    const set = await openLiveSet({ store: impaired, clock });
    isAway = !primary;

    const told = await set.revokes([['key:unheard-of', 1]]).catch(() => 'unknown');

    expect(told).toBe(expected);
    expect(set.checks).toEqual({ memory: 0, primary: 0, grace: 0, unknown: 0, [counted]: 1 });
  });

  /** The primary is slow, then away: what is heard meanwhile counts, and the grace is only for what is not known. */
  it('given the grace, when a revocation is heard while the primary is asked, then the token is refused', async () => {
    const asked = Promise.withResolvers<never>();
    const subscription = { catchUp: () => undefined, isCurrent: () => false, wasCurrentLately: () => true };
    let isSlow = false;
    const slow = new Proxy(store, {
      get(target, name, receiver) {
        if (name === 'watch') return async () => subscription;
        if (name === 'read' && isSlow) return () => ({ page: () => asked.promise });
        return Reflect.get(target, name, receiver);
      },
    });
    const set = await openLiveSet({ store: slow, clock });
    isSlow = true;

    const told = set.revokes([['key:heard-meanwhile', 1]]);
    set.learn('key:heard-meanwhile', 2, now + HOUR);
    asked.reject(new StoreUnavailable());

    expect(await told).toBe(true);
  });

  it('given a set that is open, when something is taken back, then it tells once how long that took', async () => {
    const told: number[] = [];
    await store.commit([cutOff('key:before', 2, 'a', now)]);
    const set = await openLiveSet({ store, clock, onArrival: (milliseconds) => told.push(milliseconds) });

    await store.commit([cutOff('key:measured', 2, 'a', now - 70)]);
    await store.commit([cutOff('key:measured', 1, 'a', now - 90)]);

    expect(told).toEqual([70]);
    await set.close();
  });

  /** A change that is delivered late must not bring a revoked token back. */
  it('given a high cut-off, when a lower one follows, then the high one stays', async () => {
    await store.commit([cutOff('key:late', 9, 'a', now)]);
    await store.commit([cutOff('key:late', 3, 'a', now)]);

    expect(await live.revokes([['key:late', 8]])).toBe(true);
  });

  it('given another process, when it has committed, then the next question sees it', async () => {
    const other = await open();

    await other.commit([tokenRevocation('from-elsewhere', 'a', now + HOUR, now)]);

    expect(await live.revokes([['token:from-elsewhere', 0]])).toBe(true);
    await other.close();
  });

  it('given more revocations than a page, when a set is opened, then it holds all of them', async () => {
    for (let start = 0; start < 1200; start += 200) {
      const numbers = Array.from({ length: 200 }, (_, index) => start + index);
      await store.commit(numbers.map((number) => tokenRevocation(`many-${number}`, 'a', now + HOUR, now)));
    }

    const opened = await openLiveSet({ store, clock });

    const numbers = Array.from({ length: 1200 }, (_, number) => number);
    const revoked = await Promise.all(numbers.map((number) => opened.revokes([[`token:many-${number}`, 0]])));
    await opened.close();
    expect(numbers.filter((number) => revoked[number] !== true)).toEqual([]);
  });

  it('given the time of revocations, when it has passed with the tolerated skew, then they are forgotten, and not before', async () => {
    await store.commit([tokenRevocation('brief', 'a', now + HOUR, now)]);

    now += HOUR + 60_000;
    await live.sweep();
    const kept = await live.revokes([['token:brief', 0]]);
    now += 1_000;
    await live.sweep();
    const forgotten = await live.revokes([['token:brief', 0]]);
    // Cut-offs are kept for as long as tokens made late can live.
    now += 30_000;
    await live.sweep();

    expect([kept, forgotten, live.size]).toEqual([true, false, 0]);
  });
});
