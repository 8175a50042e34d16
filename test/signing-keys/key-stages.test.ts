import { describe, expect, it } from '@jest/globals';
import { endedKeys, stagesAt } from '../../src/signing-keys/key-stages.ts';
import type { SigningKey } from '../../src/signing-keys/signing-key.ts';

const VERIFY = 1_000;

function key(ordinal: number, signFrom: number, droppedAt?: number): SigningKey {
  return {
    id: `k${ordinal}`,
    entityTag: '1-0',
    ordinal,
    algorithm: 'ES256',
    publicJwk: { kty: 'EC', crv: 'P-256', x: '', y: '' },
    createdAt: 0,
    signFrom,
    ...(droppedAt === undefined ? {} : { droppedAt }),
  };
}

const live = (keys: readonly SigningKey[], now: number): string =>
  stagesAt(keys, now, VERIFY)
    .live.map(({ id }) => id)
    .join(' ');

describe('stagesAt', () => {
  it('when time goes on, then a key goes from next to current to previous to ended', () => {
    const keys = [key(1, 0), key(2, 100), key(3, 5_000)];

    expect(live(keys, 50)).toBe('k1 k2 k3');
    expect(live(keys, 99)).toBe('k1 k2 k3');
    expect(live(keys, 100)).toBe('k2 k1 k3');
    expect(live(keys, 1_099)).toBe('k2 k1 k3');
    expect(live(keys, 1_100)).toBe('k2 k3');
    expect(live(keys, 9_000)).toBe('k3');
  });

  it('when the answer is asked how long it holds, then it names the turns before and after', () => {
    const keys = [key(1, 0), key(2, 100)];

    expect(stagesAt(keys, 50, VERIFY)).toMatchObject({ from: 0, until: 100 });
    expect(stagesAt(keys, 100, VERIFY)).toMatchObject({ from: 100, until: 1_100 });
    expect(stagesAt(keys, 2_000, VERIFY)).toMatchObject({ from: 1_100, until: Number.POSITIVE_INFINITY });
  });

  it('when the clock was set back before every key, then the earliest one signs', () => {
    expect(live([key(1, 500), key(2, 900)], 10)).toBe('k1 k2');
  });

  it('when a key was staged under a clock far ahead, then a later one that is nearer takes its place', () => {
    const keys = [key(1, 0), key(2, 1_000_000), key(3, 100)];

    expect(live(keys, 50)).toBe('k1 k3 k2');
    expect(live(keys, 200)).toBe('k3 k1 k2');
  });

  it('when the current key was dropped, then it is gone and the one before it still ends when it was to end', () => {
    const keys = [key(1, 0), key(2, 100, 600), key(3, 600)];

    expect(live(keys, 700)).toBe('k3 k1');
    expect(live(keys, 1_100)).toBe('k3');
  });

  it('when a next key was dropped before its turn, then the current one never stops', () => {
    expect(live([key(1, 0), key(2, 100, 50)], 1_000_000)).toBe('k1');
  });
});

describe('endedKeys', () => {
  it('when the last token of a key has ended, then the key may go; the newest never', () => {
    const keys = [key(1, 0), key(2, 100)];

    expect(endedKeys(keys, 1_099, VERIFY)).toEqual([]);
    expect(endedKeys(keys, 1_100, VERIFY).map(({ id }) => id)).toEqual(['k1']);
    expect(endedKeys([key(2, 100)], 1e12, VERIFY)).toEqual([]);
  });

  it('when a dropped key goes, then every key whose end hung on it has ended', () => {
    const keys = [key(1, 0), key(2, 100, 600), key(3, 600)];

    expect(endedKeys(keys, 1_599, VERIFY).map(({ id }) => id)).toEqual(['k1']);
    expect(endedKeys(keys, 1_600, VERIFY).map(({ id }) => id)).toEqual(['k1', 'k2']);
  });
});
