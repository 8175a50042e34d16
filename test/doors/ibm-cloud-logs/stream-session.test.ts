import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { streamSession } from '../../../src/doors/ibm-cloud-logs/stream-session.ts';
import type { OpenWebSocket } from '../../../src/http/accept-web-socket.ts';
import { bodyBudget } from '../../../src/http/read-inflated-body.ts';
import type { Sender } from '../../../src/ingestion/prove-sender.ts';
import { watchSenders } from '../../../src/ingestion/watch-senders.ts';
import { TokenRevoked } from '../../../src/problems/credential-problems.ts';
import { SpoolFull, StoreUnavailable } from '../../../src/problems/request-problems.ts';
import { newInstance } from '../../harness/given-instance.ts';
import { ENTRY } from './given-sender.ts';

const FRAME = Buffer.from(JSON.stringify([ENTRY]));

/** A stream over a socket that only writes down what is done with it, into a spool that waits until it is told. */
function givenStream({ budgetBytes = 1_000_000 } = {}) {
  const seen: string[] = [];
  const waiting: PromiseWithResolvers<void>[] = [];
  const taken: unknown[] = [];
  const defects: unknown[] = [];
  const instance = newInstance({ accountId: 'a'.repeat(32) });
  const state: { refusal: Error | undefined } = { refusal: undefined };
  const sender: Sender = {
    place: { instance, accountId: instance.accountId, keyId: 'key' },
    name: 'one',
    async requireStill() {
      if (state.refusal !== undefined) throw state.refusal;
    },
  };
  const webSocket: OpenWebSocket = {
    send: async (text) => void seen.push(text),
    pause: () => void seen.push('paused'),
    resume: () => void seen.push('resumed'),
    close: (code) => void seen.push(`closed ${code}`),
    open: true,
  };
  const stream = streamSession({
    ...{ webSocket, sender, budget: bodyBudget(budgetBytes), watch: watchSenders(60_000) },
    onDefect: (failure) => defects.push(failure),
    accept(_place, entries) {
      const durable = Promise.withResolvers<void>();
      waiting.push(durable);
      taken.push(entries);
      return durable.promise;
    },
  });
  const settled = async (): Promise<void> => {
    for (let turns = 0; turns < 5; turns += 1) await turn();
  };
  const send = async (frames: number): Promise<void> => {
    for (let frame = 0; frame < frames; frame += 1) stream.onText(FRAME);
    await settled();
  };
  return { stream, seen, waiting, taken, defects, state, send, settled };
}

const acknowledgement = (ack: number): string => JSON.stringify({ ack, accepted: 1, dropped: [] });

describe('a stream', () => {
  it('given 8 frames that are not durable yet, when they have come, then nothing more is read until one is acknowledged', async () => {
    const { seen, waiting, send, settled } = givenStream();

    await send(7);
    expect(seen).toEqual([]);
    await send(1);
    expect(seen).toEqual(['paused']);
    waiting[0]?.resolve();
    await settled();

    expect(seen).toEqual(['paused', acknowledgement(1), 'resumed']);
    // Given to the spool at once, so that they become durable together.
    expect(waiting).toHaveLength(8);
  });

  it('given frames of which the second is durable first, when both are, then they are acknowledged in their order', async () => {
    const { seen, waiting, send, settled } = givenStream();
    await send(2);

    waiting[1]?.resolve();
    await settled();
    expect(seen).toEqual([]);
    waiting[0]?.resolve();
    await settled();

    expect(seen).toEqual([acknowledgement(1), acknowledgement(2)]);
  });

  it.each([
    ['the spool is full', new SpoolFull(), 1013, 0],
    ['the store cannot be reached', new StoreUnavailable(), 1013, 0],
    ['something is broken', new TypeError('x is undefined'), 1011, 1],
  ])(
    'given frames, when %s, then the socket is closed and told so, and none is acknowledged',
    async (_what, failure, code, defects) => {
      const given = givenStream();
      await given.send(2);

      given.waiting[0]?.reject(failure);
      given.waiting[1]?.resolve();
      await given.settled();

      expect(given.seen).toEqual([`closed ${code}`]);
      expect(given.defects).toHaveLength(defects);
    },
  );

  it('given a sender that may not any more, when frames come before anybody has looked, then none of them is taken', async () => {
    const { seen, taken, state, send } = givenStream();
    state.refusal = new TokenRevoked('The token was revoked.');

    await send(3);

    expect(seen).toEqual(['closed 4401']);
    expect(taken).toEqual([]);
  });

  /** Frames of many sockets at once: each is small, and all together could fill the memory. */
  it('given frames of all streams that take up the memory for them, when one more comes, then its stream is to try again', async () => {
    const { seen, send } = givenStream({ budgetBytes: FRAME.length * 2 });

    await send(3);

    expect(seen).toEqual(['closed 1013']);
  });

  it('given a frame under way, when the service stops, then it is acknowledged before the end, and no other is taken', async () => {
    const { stream, seen, waiting, send, settled } = givenStream();
    await send(1);

    stream.onStopping();
    await send(1);
    expect(seen).toEqual(['paused']);
    waiting[0]?.resolve();
    await settled();

    expect(seen).toEqual(['paused', acknowledgement(1), 'closed 1001']);
    expect(waiting).toHaveLength(1);
  });
});
