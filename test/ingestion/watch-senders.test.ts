import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { Sender } from '../../src/ingestion/prove-sender.ts';
import { watchSenders } from '../../src/ingestion/watch-senders.ts';
import { TokenRevoked } from '../../src/problems/credential-problems.ts';
import { StoreUnavailable } from '../../src/problems/request-problems.ts';
import { newInstance } from '../harness/given-instance.ts';

const EVERY_MILLISECONDS = 10;

function givenSender(name: string) {
  const instance = newInstance({ accountId: 'a'.repeat(32) });
  const state: { asked: number; failure: Error | undefined } = { asked: 0, failure: undefined };
  const sender: Sender = {
    place: { instance, accountId: instance.accountId, keyId: name },
    name,
    async requireStill() {
      state.asked += 1;
      if (state.failure !== undefined) throw state.failure;
    },
  };
  return { sender, state };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(2);
}

describe('watchSenders', () => {
  it('given many who stand and fall together, when they are looked at, then one of them is asked about for all', async () => {
    const watch = watchSenders(EVERY_MILLISECONDS);
    const { sender, state } = givenSender('one');
    const ended: unknown[] = [];
    for (let count = 0; count < 5_000; count += 1) watch.watch(sender, (reason) => ended.push(reason));

    await until(() => state.asked >= 3);
    expect(state.asked).toBeLessThan(10);
    state.failure = new TokenRevoked('The token was revoked.');
    await until(() => ended.length > 0);

    expect(ended).toHaveLength(5_000);
    expect(watch.count()).toBe(0);
  });

  it('given thousands of different ones, when one may not any more, then it alone is told, once', async () => {
    const watch = watchSenders(EVERY_MILLISECONDS);
    const many = Array.from({ length: 3_000 }, (_, at) => givenSender(`sender ${at}`));
    const ended: number[] = [];
    for (const [at, { sender }] of many.entries()) watch.watch(sender, () => ended.push(at));
    const [, second] = many;

    if (second !== undefined) second.state.failure = new TokenRevoked('The token was revoked.');
    await until(() => ended.length > 0);
    await delay(5 * EVERY_MILLISECONDS);

    expect(ended).toEqual([1]);
    expect(watch.count()).toBe(2_999);
  });

  it('given one about whom nothing can be known, when it is looked at, then it stays until something is known', async () => {
    const watch = watchSenders(EVERY_MILLISECONDS);
    const { sender, state } = givenSender('one');
    const ended: unknown[] = [];
    watch.watch(sender, (reason) => ended.push(reason));

    state.failure = new StoreUnavailable();
    await until(() => state.asked >= 3);
    expect(ended).toEqual([]);
    state.failure = new TokenRevoked('The token was revoked.');
    await until(() => ended.length > 0);

    expect(ended).toEqual([state.failure]);
  });

  it('given one that has ended by itself, when the next look comes, then nobody is asked about any more', async () => {
    const watch = watchSenders(EVERY_MILLISECONDS);
    const { sender, state } = givenSender('one');
    watch.watch(sender, () => {})();

    await delay(5 * EVERY_MILLISECONDS);

    expect(state.asked).toBe(0);
  });
});
