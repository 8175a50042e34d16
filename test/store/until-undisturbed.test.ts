import { describe, expect, it } from '@jest/globals';
import { EntityTagStale } from '../../src/problems/entity-problems.ts';
import { StaleEntityTag } from '../../src/store/store-errors.ts';
import { untilUndisturbed } from '../../src/store/until-undisturbed.ts';

/** Fails so often, as a store does when others were faster. */
function disturbed(times: number) {
  let calls = 0;
  return {
    calls: () => calls,
    change: async () => {
      calls += 1;
      if (calls <= times) throw new StaleEntityTag('api_keys', 'ApiKey-1');
      return 'made';
    },
  };
}

describe('untilUndisturbed', () => {
  it('given a change that is disturbed twice, when it is made, then the third attempt is the answer', async () => {
    const { change, calls } = disturbed(2);

    expect(await untilUndisturbed(change)).toBe('made');
    expect(calls()).toBe(3);
  });

  it('given a change that is disturbed for ever, when it is made, then it ends as a conflict after 50 attempts', async () => {
    const { change, calls } = disturbed(Number.POSITIVE_INFINITY);

    await expect(untilUndisturbed(change)).rejects.toBeInstanceOf(EntityTagStale);
    expect(calls()).toBe(50);
  });

  it('given another failure, when it is thrown, then it passes at once', async () => {
    const failure = new Error('other');

    await expect(untilUndisturbed(() => Promise.reject(failure))).rejects.toBe(failure);
  });
});
