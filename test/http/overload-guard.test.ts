import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Listener, listen } from '../../src/http/listener.ts';
import { type OverloadGuard, type OverloadLimits, overloadGuard } from '../../src/http/overload-guard.ts';
import { sendRaw, shedBy } from './wire.ts';

const guards: OverloadGuard[] = [];
const listeners: Listener[] = [];
afterEach(async () => {
  for (const guard of guards.splice(0)) guard.close();
  await Promise.all(listeners.splice(0).map((listener) => listener.stop(0)));
});
const givenGuard = (limits?: OverloadLimits) => {
  const guard = overloadGuard(limits);
  guards.push(guard);
  return guard;
};
const givenListener = async (guard: OverloadGuard, handler: (response: ServerResponse) => void) => {
  const counted = guard.around((_request, response) => handler(response));
  const listener = await listen({ handler: counted, shed: shedBy(guard), host: '127.0.0.1', port: 0 });
  listeners.push(listener);
  return listener;
};
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const blockFor = (milliseconds: number) => {
  const begunAt = performance.now();
  while (performance.now() - begunAt < milliseconds);
};
// Safe: the guard reads the headers of a request, and waits for the end of a response.
const asked = { headers: {} } as unknown as IncomingMessage;
const enter = (guard: OverloadGuard) =>
  guard.around(() => {})(asked, { once: () => {} } as unknown as ServerResponse & { req: IncomingMessage });

describe('overloadGuard', () => {
  it('given room for 3, when 5 ask at once, then 2 are refused before the handler, and later there is room again', async () => {
    const guard = givenGuard({ maximumInFlight: 3 });
    const waiting: ServerResponse[] = [];
    const { url } = await givenListener(guard, (response) => waiting.push(response));
    let refusals = 0;

    const answering = Array.from({ length: 5 }, async () => {
      const { status, headers } = await fetch(url);
      if (status === 503) refusals += 1;
      return `${status} ${headers.get('retry-after')}`;
    });
    while (waiting.length < 3 || refusals < 2) await pause(5);
    expect(guard.inFlight()).toBe(3);
    for (const response of waiting) response.end();

    expect((await Promise.all(answering)).toSorted()).toEqual(['200 null', '200 null', '200 null', '503 1', '503 1']);
    while (guard.inFlight() > 0) await pause(5);
  });

  /** Whoever sends requests ahead and leaves could fill the guard for ever, if what Node never tells were awaited. */
  it('given requests sent ahead by a client that leaves, when their handlers never answer, then there is room again', async () => {
    const guard = givenGuard();
    const listener = await givenListener(guard, () => {});

    await sendRaw(listener.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(20), 200);
    while (listener.connections() > 0) await pause(5);

    expect(guard.inFlight()).toBe(0);
  });

  it('given requests sent ahead when there is no room, when they are shed, then each is told so, in order, and the connection goes on', async () => {
    const guard = givenGuard({ maximumInFlight: 1 });
    const waiting: ServerResponse[] = [];
    const listener = await givenListener(guard, (response) => waiting.push(response));

    const answering = sendRaw(listener.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3), 400);
    while (waiting.length < 1) await pause(5);
    await pause(100);
    waiting[0]?.end('first');

    const statuses = [...(await answering).text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status);
    expect(statuses).toEqual(['200', '503', '503']);
  });

  /** Slow reading: what is shed must not be a way to have answers kept in memory for as long as one likes. */
  it('given a client that is shed on and on and reads nothing, when it has had its time, then its connection is ended', async () => {
    const guard = givenGuard({ maximumInFlight: 0 });
    const listener = await listen({
      ...{ handler: guard.around(() => {}), host: '127.0.0.1', port: 0, limits: { unreadMilliseconds: 300 } },
      shed(request, response) {
        response.writeHead(503).end(Buffer.alloc(2_000_000, 'x'));
        return guard.isFull(request);
      },
    });
    listeners.push(listener);
    const socket = connect(listener.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.pause();

    for (let turn = 0; turn < 20; turn += 1) socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    while (listener.connections() === 0) await pause(5);
    const endsAt = performance.now() + 10_000;
    while (listener.connections() > 0 && performance.now() < endsAt) await pause(50);

    socket.destroy();
    expect(listener.connections()).toBe(0);
  });

  it('given the defaults and a blocked event loop, when 32 honest requests are in flight, then none is refused', async () => {
    const guard = givenGuard();
    for (let count = 0; count < 32; count += 1) enter(guard);

    blockFor(700);
    await pause(300);

    expect(guard.isFull(asked)).toBe(false);
  });

  it('given a delayed event loop and much in flight, when one more asks, then it is refused, until the loop is free again', async () => {
    const guard = givenGuard({ inFlightFloor: 1, maximumDelayMilliseconds: 100 });
    enter(guard);
    await pause(50);

    blockFor(400);
    await pause(30);

    expect(guard.isFull(asked)).toBe(true);
    const endsAt = performance.now() + 10_000;
    while (guard.isFull(asked) && performance.now() < endsAt) await pause(50);
    expect(guard.isFull(asked)).toBe(false);
  });
});
