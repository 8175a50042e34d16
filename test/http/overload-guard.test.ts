import { createServer, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { listen } from '../../src/http/listener.ts';
import { type OverloadGuard, overloadGuard } from '../../src/http/overload-guard.ts';
import { opened, problemOf, sendRaw } from './wire.ts';

const guards: OverloadGuard[] = [];
const closers: (() => void)[] = [];
afterEach(() => {
  for (const guard of guards.splice(0)) guard.close();
  for (const close of closers.splice(0)) close();
});
const givenGuard = (limits?: Parameters<typeof overloadGuard>[0]) => {
  const guard = overloadGuard(limits);
  guards.push(guard);
  return guard;
};

describe('overloadGuard', () => {
  it('given room for 3, when 5 ask at once, then 2 are refused before the handler, and later there is room again', async () => {
    const guard = givenGuard({ maximumInFlight: 3 });
    const waiting: ServerResponse[] = [];
    let refusals = 0;
    const server = createServer(
      guard.around(
        (_request, response) => void waiting.push(response),
        (problem, _request, response) => {
          refusals += 1;
          response.writeHead(503, { 'Retry-After': String(problem.retryAfterSeconds) }).end();
        },
      ),
    );
    const url = `http://127.0.0.1:${await opened(server)}`;
    closers.push(() => {
      server.close();
      server.closeAllConnections();
    });

    const asked = Array.from({ length: 5 }, () => fetch(url));
    while (waiting.length < 3 || refusals < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(guard.inFlight()).toBe(3);
    for (const response of waiting) response.end();
    const answers = (await Promise.all(asked)).map(({ status, headers }) => `${status} ${headers.get('retry-after')}`);

    expect(answers.toSorted()).toEqual(['200 null', '200 null', '200 null', '503 1', '503 1']);
    while (guard.inFlight() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  /** Whoever sends requests ahead and leaves could fill the guard for ever, if what Node never tells were awaited. */
  it('given requests sent ahead by a client that leaves, when their handlers never answer, then there is room again', async () => {
    const guard = givenGuard();
    const listener = await listen({
      handler: guard.around(
        () => {},
        () => {},
      ),
      host: '127.0.0.1',
      port: 0,
    });

    await sendRaw(listener.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(20), 200);
    while (listener.connections() > 0) await new Promise((resolve) => setTimeout(resolve, 5));

    expect(guard.inFlight()).toBe(0);
    await listener.stop(0);
  });

  it('given the defaults and a blocked event loop, when 32 honest requests are in flight, then none is refused', async () => {
    const guard = givenGuard();
    // Safe: the guard only waits for the response's end, and asks whether its request is whole.
    const response = () => ({ once: () => {}, req: { complete: true } }) as unknown as ServerResponse;
    for (let count = 0; count < 32; count += 1) guard.admit(response());

    const begunAt = performance.now();
    while (performance.now() - begunAt < 700);
    await new Promise((resolve) => setTimeout(resolve, 300));

    expect(() => guard.admit(response())).not.toThrow();
  });

  it('given a delayed event loop and much in flight, when one more asks, then it is refused, until the loop is free again', async () => {
    const guard = givenGuard({ inFlightFloor: 1, maximumDelayMilliseconds: 100 });
    // Safe: as above.
    const response = () => ({ once: () => {}, req: { complete: true } }) as unknown as ServerResponse;
    guard.admit(response());
    await new Promise((resolve) => setTimeout(resolve, 50));

    const begunAt = performance.now();
    while (performance.now() - begunAt < 400);
    await new Promise((resolve) => setTimeout(resolve, 30));

    expect((await problemOf(() => guard.admit(response()))).code).toBe('overloaded');
    const endsAt = performance.now() + 10_000;
    let freed = false;
    while (!freed && performance.now() < endsAt) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      freed = await Promise.resolve()
        .then(() => guard.admit(response()))
        .then(
          () => true,
          () => false,
        );
    }
    expect(freed).toBe(true);
  });
});
