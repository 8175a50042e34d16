import { describe, expect, it } from '@jest/globals';
import { addressBucketOf, failedAttempts } from '../../src/limits/failed-attempts.ts';
import { problemOf } from '../http/wire.ts';

const givenClock = () => {
  // The beginning of a minute.
  let now = 1_700_000_040_000;
  return { now: () => now, letSecondsPass: (seconds: number) => (now += seconds * 1000) };
};
/** The count is taken over in a microtask. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
const fail = async (attempts: ReturnType<typeof failedAttempts>, key: string, times: number) => {
  for (let count = 0; count < times; count += 1) attempts.record(key);
  await settled();
};

describe('failedAttempts', () => {
  it('given a limit of 3, when a key has failed 3 times, then it is refused until its minute ends, and others are not', async () => {
    const clock = givenClock();
    let refusals = 0;
    const attempts = failedAttempts({ perMinute: 3, clock, onRefused: () => (refusals += 1) });

    await fail(attempts, 'a', 2);
    expect(() => attempts.check('a')).not.toThrow();
    clock.letSecondsPass(10);
    await fail(attempts, 'a', 1);

    expect(await problemOf(() => attempts.check('a'))).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 50 });
    expect(refusals).toBe(1);
    expect(() => attempts.check('b')).not.toThrow();
    clock.letSecondsPass(50);
    expect(() => attempts.check('a')).not.toThrow();
    await fail(attempts, 'a', 2);
    expect(() => attempts.check('a')).not.toThrow();
  });

  it('given a limit of 0, when a key fails often, then it is never refused', async () => {
    const attempts = failedAttempts({ perMinute: 0, clock: givenClock() });

    await fail(attempts, 'a', 100);

    expect(() => attempts.check('a')).not.toThrow();
  });

  /** Memory exhaustion by many addresses. */
  it('given more keys than are remembered, when they fail, then the oldest is forgotten everywhere', async () => {
    const attempts = failedAttempts({ perMinute: 2, clock: givenClock(), maximumKeys: 10 });
    await fail(attempts, 'first', 2);
    expect(() => attempts.check('first')).toThrow();

    for (let key = 0; key < 1000; key += 1) attempts.record(`other-${key}`);
    await settled();
    await fail(attempts, 'first', 1);

    expect(() => attempts.check('first')).not.toThrow();
  });
});

/** Anyone with IPv6 has 2^64 addresses. */
describe('addressBucketOf', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001::2:3:4:5:6', '2001:0:0:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
  ])('given %s, when its bucket is asked for, then it is %s', (address, bucket) => {
    expect(addressBucketOf(address)).toBe(bucket);
  });
});
