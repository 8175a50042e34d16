import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { clientAddresses } from '../../src/http/client-addresses.ts';
import { clientBuckets } from '../../src/http/client-buckets.ts';
import { type Listener, listen } from '../../src/http/listener.ts';
import { type OverloadGuard, overloadGuard } from '../../src/http/overload-guard.ts';
import { shedBy } from './wire.ts';

/** Behind a proxy, because not every system has several addresses on loopback. */
describe('a listener whose clients are told apart, given one that asks for more than there are places', () => {
  let guard: OverloadGuard | undefined;
  let listener: Listener | undefined;
  afterEach(async () => {
    guard?.close();
    await listener?.stop(0);
  });

  async function givenFlood(flood: (turn: number) => string) {
    const clientOf = clientBuckets({ clientAddressOf: clientAddresses(['127.0.0.1']), hasProxies: true });
    const opened = overloadGuard({ maximumInFlight: 40, clientOf });
    guard = opened;
    const waiting: ServerResponse[] = [];
    const handler = opened.around((_request, response) => void waiting.push(response));
    const { url } = await listen({ handler, shed: shedBy(opened), host: '127.0.0.1', port: 0 }).then((started) => {
      listener = started;
      return started;
    });
    const askedBy = (address: string) => fetch(url, { headers: { 'X-Forwarded-For': address } });
    const flooding = Array.from({ length: 60 }, (_, turn) => askedBy(flood(turn)));
    let shed = 0;
    for (const answer of flooding) void answer.then(({ status }) => (shed += status === 503 ? 1 : 0));
    while (shed < 20) await new Promise((resolve) => setTimeout(resolve, 5));
    return {
      askedBy,
      async answerAll() {
        for (const response of waiting.splice(0)) response.end();
        await Promise.all(flooding);
      },
    };
  }

  it('when another has 32 requests at once, then none of them is told 503, and its 33rd is', async () => {
    const { askedBy, answerAll } = await givenFlood(() => '192.0.2.1');

    const honest = Array.from({ length: 32 }, () => askedBy('192.0.2.2'));
    while (guard?.inFlight() !== 72) await new Promise((resolve) => setTimeout(resolve, 5));
    const further = await askedBy('192.0.2.2');
    await answerAll();

    expect(new Set((await Promise.all(honest)).map(({ status }) => status))).toEqual(new Set([200]));
    expect(further.status).toBe(503);
  });

  /** Anyone with IPv6 has 2^64 addresses, and would have own places for each. */
  it('when it has many addresses of one network of IPv6, then it is one client', async () => {
    const { askedBy, answerAll } = await givenFlood((turn) => `2001:db8::${turn.toString(16)}`);

    expect((await askedBy('2001:db8::ffff')).status).toBe(503);
    await answerAll();
  });
});
