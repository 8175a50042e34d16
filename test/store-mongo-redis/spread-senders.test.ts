import { describe, expect, it } from '@jest/globals';
import { spreadSenders } from '../../src/store-mongo-redis/spread-senders.ts';

/** A later instant of the monotonic clock. */
async function laterThan(instant: number): Promise<number> {
  while (performance.now() <= instant) await new Promise((resolve) => setTimeout(resolve, 1));
  return performance.now();
}

describe('what is known of the other processes on the fast way', () => {
  const unasked = async () => undefined;

  it('given a process of which every commit came, when its heartbeats follow, then nothing is missed', async () => {
    const senders = spreadSenders(unasked);
    const began = await laterThan(senders.missedAt());

    senders.heard('a', 0, false);
    senders.heard('a', 1, true);
    senders.heard('a', 2, true);
    senders.heard('a', 2, false);

    expect(senders.missedAt()).toBeLessThan(began);
  });

  /** Lost publication: who trusts own heartbeats alone goes on with a memory that lacks it. */
  it.each([
    ['a heartbeat', false],
    ['the next commit', true],
  ])('given a process whose commit was lost, when %s comes, then it is missed', async (_, isCommit) => {
    const senders = spreadSenders(unasked);
    senders.heard('a', 0, false);
    const before = await laterThan(senders.missedAt());

    senders.heard('a', isCommit ? 2 : 1, isCommit);

    expect(senders.missedAt()).toBeGreaterThanOrEqual(before);
  });

  it('given a commit that is sent again, when it comes late, then it is no new loss', async () => {
    const senders = spreadSenders(unasked);
    senders.heard('a', 0, false);
    senders.heard('a', 1, false);
    const before = await laterThan(senders.missedAt());

    senders.heard('a', 1, true);
    senders.heard('a', 2, true);

    expect(senders.missedAt()).toBeLessThan(before);
  });

  it('given a process that fell silent, when it left or none is known, then nobody waits for it', async () => {
    const senders = spreadSenders(unasked);
    expect(senders.silence()).toBe(0);
    senders.heard('a', 0, false);
    await laterThan(performance.now() + 5);
    expect(senders.silence()).toBeGreaterThanOrEqual(5);

    senders.left('a', 0);

    expect(senders.silence()).toBe(0);
  });

  /** Lost publication of a process that was killed before its next heartbeat could tell of it. */
  it('given a process that ended without a word, when it is forgotten, then what it sent last may be missed', async () => {
    const senders = spreadSenders(async () => 7);
    senders.heard('a', 0, false);
    const before = await laterThan(senders.missedAt());
    const realNow = performance.now;
    performance.now = () => realNow.call(performance) + 6_000;
    try {
      await senders.forgetStopped();
      await senders.forgetStopped();

      expect(senders.silence()).toBe(0);
      expect(senders.missedAt()).toBeGreaterThanOrEqual(before);
    } finally {
      performance.now = realNow;
    }
  });

  it.each([
    ['more commits than were heard', 1, true],
    ['as many as were heard', 0, false],
  ])(
    'given a process that leaves, when it says that it sent %s, then they are missed or not',
    async (_, sent, isMissed) => {
      const senders = spreadSenders(unasked);
      senders.heard('a', 0, false);
      const before = await laterThan(senders.missedAt());

      senders.left('a', sent);

      expect(senders.missedAt() >= before).toBe(isMissed);
    },
  );
});
