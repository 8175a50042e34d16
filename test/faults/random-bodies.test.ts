import { describe, expect, it } from '@jest/globals';
import { type RandomRequest, randomRequests } from '../../scripts/drills/random-bodies.ts';

const BODIES = 2_000;

describe('the random bodies of the fuzzing drill', () => {
  const taken = (seed: number): readonly RandomRequest[] => {
    const requests = randomRequests(seed, () => 'lk_fresh');
    return Array.from({ length: BODIES }, () => requests.next().value);
  };

  /** A finding that cannot be made again cannot be mended. */
  it('when the seed is the same, then so are the bodies; when it is another, then they differ', () => {
    const [once, again, other] = [taken(7), taken(7), taken(8)].map((requests) =>
      requests.map(({ body, contentType }) => `${contentType} ${body.toString('base64')}`).join(),
    );

    expect(once === again).toBe(true);
    expect(once === other).toBe(false);
  });

  it('when many are made, then every kind of mischief is among them', () => {
    const texts = taken(7).map(({ body }) => body.toString('latin1'));

    for (const piece of [
      'apikey[$ne]',
      '__proto__[x]',
      'constructor.prototype',
      '%00',
      '%ff%fe',
      'a[a[a[',
      'lk_fresh',
    ]) {
      expect(texts.filter((text) => text.includes(piece)).length).toBeGreaterThan(0);
    }
    expect(Math.max(...texts.map(({ length }) => length))).toBeGreaterThan(8_192);
    expect(new Set(taken(7).map(({ contentType }) => contentType)).size).toBeGreaterThan(5);
  });
});
