import { describe, expect, it } from '@jest/globals';
import { overflowFilter } from '../../src/revocations/overflow-filter.ts';

const NOW = 1_800_000_000;

function randomDigests(count: number): readonly Uint32Array[] {
  const words = new Uint32Array(count * 4);
  for (let start = 0; start < words.byteLength; start += 65_536) {
    crypto.getRandomValues(new Uint8Array(words.buffer, start, Math.min(65_536, words.byteLength - start)));
  }
  return Array.from({ length: count }, (_, number) => words.subarray(number * 4, number * 4 + 4));
}

describe('the filter beyond the bound', () => {
  it('given 10,000 digests of any expiry, when they are asked for, then none is missing and few others are there', () => {
    const filter = overflowFilter();
    const added = randomDigests(10_000);
    added.forEach((digest, number) => void filter.add(digest, 0, NOW + 1 + (number % 260_000), NOW));

    const missing = added.filter((digest) => !filter.mayHave(digest, 0));
    const others = randomDigests(5_000).filter((digest) => filter.mayHave(digest, 0));

    expect(missing).toEqual([]);
    expect(others.length).toBeLessThan(100);
  });

  it('given 28,000 of one hour, when they fill its slices, then each took about two bytes', () => {
    const filter = overflowFilter();
    for (const digest of randomDigests(28_000)) filter.add(digest, 0, NOW + 3_600, NOW);

    expect(filter.size).toBeGreaterThan(27_900);
    expect(filter.bytes / filter.size).toBeLessThanOrEqual(2.1);
  });

  /** A filter that only fills would in the end take every good token for a revoked one. */
  it('given a steady stream of an hour, when a day has passed, then it holds no more than about two hours of it', () => {
    const filter = overflowFilter();
    let most = 0;
    for (let second = 0; second < 86_400; second += 60) {
      for (const digest of randomDigests(10)) filter.add(digest, 0, NOW + second + 3_600, NOW + second);
      filter.sweep(NOW + second);
      most = Math.max(most, filter.size);
    }
    filter.sweep(NOW + 86_400 + 3_601);

    expect(most).toBeLessThanOrEqual(10 * 60 * 2.5);
    expect([filter.size, filter.bytes]).toEqual([0, 0]);
  });

  it('given entries of very different lives, when the short ones are over, then only the long ones are kept', () => {
    const filter = overflowFilter();
    const [long] = randomDigests(1);
    if (!long) throw new Error('one was made');
    for (const digest of randomDigests(1_000)) filter.add(digest, 0, NOW + 100, NOW);
    filter.add(long, 0, NOW + 259_200, NOW);

    filter.sweep(NOW + 101);

    expect([filter.size, filter.mayHave(long, 0)]).toEqual([1, true]);
  });

  it('given the same digest twice, when its second expiry is no later, then it is counted once', () => {
    const filter = overflowFilter();
    const [digest] = randomDigests(1);
    if (!digest) throw new Error('one was made');

    filter.add(digest, 0, NOW + 100, NOW);
    filter.add(digest, 0, NOW + 100, NOW);

    expect(filter.size).toBe(1);
  });

  it('given a slice of another filter, when it is adopted, then what was added there is found here', () => {
    const [there, here] = [overflowFilter(), overflowFilter()];
    const added = randomDigests(100);
    for (const digest of added) there.add(digest, 0, NOW + 100, NOW);

    for (const slice of there.slices()) here.adopt({ ...slice, bits: slice.bits.slice() });

    expect(added.filter((digest) => !here.mayHave(digest, 0))).toEqual([]);
    expect(here.size).toBe(100);
  });
});
