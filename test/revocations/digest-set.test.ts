import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { digestSet } from '../../src/revocations/digest-set.ts';
import { ENTRY_WORDS } from '../../src/revocations/digest-table.ts';

/** Digests with few different words, so that many begin their search in the same place. */
const CROWDED = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(1)).map((words) => Uint32Array.from(words));
const ACTIONS = fc.array(fc.record({ words: CROWDED, expirySeconds: fc.integer({ min: 1, max: 50 }) }), {
  maxLength: 200,
});

function sweepAll(set: ReturnType<typeof digestSet>, nowSeconds: number): void {
  for (let piece = 0; piece < set.pieces; piece += 1) set.sweep(piece, nowSeconds);
}

describe('the set of digests', () => {
  it('given any additions and any instant, when it is swept, then it holds exactly what has not expired', () => {
    fc.assert(
      fc.property(ACTIONS, fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 4 }), (actions, instants) => {
        const set = digestSet(1_000);
        const model = new Map<string, number>();
        for (const { words, expirySeconds } of actions) {
          set.add(words, 0, expirySeconds);
          model.set(words.join(), Math.max(expirySeconds, model.get(words.join()) ?? 0));
        }
        for (const now of [0, ...instants].sort((one, other) => one - other)) {
          sweepAll(set, now);
          for (const [name, expirySeconds] of model) if (expirySeconds < now) model.delete(name);

          expect(set.size).toBe(model.size);
          for (const { words } of actions) expect(set.has(words, 0)).toBe(model.has(words.join()));
        }
      }),
    );
  });

  it('given a full set, when more is added, then it is not taken, and what is there can still be prolonged', () => {
    const set = digestSet(2);
    const [one, two, three] = [1, 2, 3].map((word) => Uint32Array.of(word, 0, 0, 0));
    if (!one || !two || !three) throw new Error('three were made');
    set.add(one, 0, 10);
    set.add(two, 0, 10);

    expect([set.add(three, 0, 10), set.has(three, 0), set.add(one, 0, 20)]).toEqual([false, false, true]);
    sweepAll(set, 15);
    expect([set.size, set.has(one, 0), set.has(two, 0)]).toEqual([1, true, false]);
  });

  it('given 50,000 entries, when they have expired, then it takes no more memory than at first', () => {
    const set = digestSet(50_000);
    const atFirst = set.bytes;
    for (let number = 0; number < 50_000; number += 1) {
      set.add(Uint32Array.of(number, number * 7, number * 31, number * 101), 0, 100);
    }
    const full = set.bytes;

    sweepAll(set, 101);

    expect(full).toBeLessThanOrEqual(50_000 * 35);
    expect([set.size, set.bytes]).toEqual([0, atFirst]);
  });

  it('given entries, when they are copied, then each stands there once with its expiry', () => {
    const set = digestSet(100);
    for (let number = 1; number <= 40; number += 1) set.add(Uint32Array.of(number, 2, 3, number), 0, 1_000 + number);

    const expiries: number[] = [];
    for (let piece = 0; piece < set.pieces; piece += 1) {
      const entries = set.entries(piece);
      for (let at = 0; at < entries.length; at += ENTRY_WORDS) expiries.push(entries[at + ENTRY_WORDS - 1] ?? 0);
    }

    expect(expiries.sort()).toEqual(Array.from({ length: 40 }, (_, number) => 1_001 + number));
  });
});
