import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Listener, type ListenerParts, listen } from '../../src/http/listener.ts';
import { type OverloadGuard, type OverloadLimits, overloadGuard } from '../../src/http/overload-guard.ts';
import { readForm } from '../../src/http/read-form.ts';
import { sendRaw, shedBy } from './wire.ts';

const sockets: Socket[] = [];
const guards: OverloadGuard[] = [];
const listeners: Listener[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const guard of guards.splice(0)) guard.close();
  await Promise.all(listeners.splice(0).map((listener) => listener.stop(0)));
});

const FORM = 'Content-Type: application/x-www-form-urlencoded\r\n';
const WITHOUT_BODY = `POST /x HTTP/1.1\r\nHost: a\r\n${FORM}Content-Length: 50\r\n\r\n`;

/** A listener behind a guard, whose handler reads a form and answers with its field b. */
async function givenListener(limits: Partial<ListenerParts['limits']> = {}, guarded: OverloadLimits = {}) {
  const guard = overloadGuard(guarded);
  guards.push(guard);
  const handler: RequestListener = (request, response) => {
    readForm(request).then(
      (form) => response.end(form.get('b')),
      () => response.destroy(),
    );
  };
  const guarding = { handler: guard.around(handler), shed: shedBy(guard) };
  const listener = await listen({ ...guarding, host: '127.0.0.1', port: 0, limits });
  listeners.push(listener);
  return { listener, guard };
}

async function givenSockets(port: number, count: number, bytes: string): Promise<readonly Socket[]> {
  const opened = Array.from({ length: count }, () => connect(port, '127.0.0.1'));
  sockets.push(...opened);
  for (const socket of opened) socket.on('error', () => {});
  await Promise.all(opened.map((socket) => new Promise<void>((resolve) => socket.write(bytes, () => resolve()))));
  return opened;
}

const askedHonestly = (url: string) =>
  fetch(url, { method: 'POST', body: new URLSearchParams({ a: '1', b: '2' }), signal: AbortSignal.timeout(2000) });

describe('listen behind an overload guard, given requests whose bodies do not come', () => {
  /** Slow body: 600 clients that announce a body and send none must not use up the room for work. */
  it('when 600 of them wait, then an honest client is served at once', async () => {
    const { listener, guard } = await givenListener();
    await givenSockets(listener.port, 600, WITHOUT_BODY);
    while (listener.connections() < 600) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 50));

    const answer = await askedHonestly(listener.url);

    expect([answer.status, await answer.text()]).toEqual([200, '2']);
    expect(guard.inFlight()).toBe(0);
  });

  it('when there are more of them than the bound, then further requests are refused until they are gone', async () => {
    const { listener } = await givenListener({}, { maximumArriving: 3 });
    const waiting = await givenSockets(listener.port, 3, WITHOUT_BODY);
    await new Promise((resolve) => setTimeout(resolve, 50));

    expect((await askedHonestly(listener.url)).status).toBe(503);
    for (const socket of waiting) socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await askedHonestly(listener.url)).status).toBe(200);
  });

  it('when a body comes later than its headers, then the request is counted as in flight from then on', async () => {
    const answers: (() => void)[] = [];
    const guard = overloadGuard();
    guards.push(guard);
    const handler: RequestListener = (request, response) =>
      void readForm(request).then(() => answers.push(() => response.end()));
    const listener = await listen({ handler: guard.around(handler), host: '127.0.0.1', port: 0 });
    listeners.push(listener);
    const [socket] = await givenSockets(listener.port, 1, WITHOUT_BODY);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = guard.inFlight();

    socket?.write('a'.repeat(50));
    while (answers.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));

    expect([before, guard.inFlight()]).toEqual([0, 1]);
    for (const answer of answers) answer();
    while (guard.inFlight() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  /** Bodies held back and sent all at once: one client must not fill the places of all others for the time of a wave. */
  it('when 900 of one client come all at once, then it is told 503 past its places, and another client is let in', async () => {
    const guard = overloadGuard({ clientOf: ({ url }) => url ?? '' });
    guards.push(guard);
    const answers: (() => void)[] = [];
    const refusals: unknown[] = [];
    const handler: RequestListener = (request, response) =>
      void readForm(request).then(
        () => answers.push(() => response.end()),
        (failure: { readonly code?: unknown }) => {
          refusals.push(failure.code);
          response.writeHead(503).end();
        },
      );
    const guarding = { handler: guard.around(handler), shed: shedBy(guard) };
    const listener = await listen({ ...guarding, host: '127.0.0.1', port: 0 });
    listeners.push(listener);
    const flood = await givenSockets(listener.port, 900, WITHOUT_BODY);
    while (listener.connections() < 900) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 100));

    for (const socket of flood) socket.write('a'.repeat(50));
    while (answers.length + refusals.length < 900) await new Promise((resolve) => setTimeout(resolve, 5));
    const honest = fetch(`${listener.url}/honest`, { method: 'POST', body: new URLSearchParams({ a: '1' }) });
    while (answers.length + refusals.length < 901) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const answer of answers) answer();

    expect((await honest).status).toBe(200);
    expect(new Set(refusals)).toEqual(new Set(['overloaded']));
    expect(refusals).toHaveLength(900 - 256);
  });

  it('when the time for the body is over, then the answer is 408 and the connection ends', async () => {
    const { listener } = await givenListener({ bodyMilliseconds: 200 });

    const answer = await sendRaw(listener.port, `${WITHOUT_BODY}a=1`, 2000);

    expect(answer).toMatchObject({ status: 408, closed: true });
    expect(answer.text).toMatch(/^Connection: close\r$/m);
  });

  it('when the body comes in pieces within its time, then it is served', async () => {
    const { listener } = await givenListener({ bodyMilliseconds: 500 });
    const [socket] = await givenSockets(listener.port, 1, WITHOUT_BODY);
    const answered = new Promise<string>((resolve) => socket?.once('data', (chunk) => resolve(String(chunk))));

    socket?.write(`a=${'1'.repeat(10)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket?.write('1'.repeat(38));

    expect(await answered).toMatch(/^HTTP\/1\.1 200/);
  });
});

describe('listen, given a client that opens connection after connection', () => {
  const limits = { connectionsPerClient: 3 };

  /** Connection exhaustion: one client must not be able to hold all the connections that there are. */
  it('when it opens one more than it may, then that one is closed at once, and there is room again when one ends', async () => {
    const { listener } = await givenListener(limits);
    const [first] = await givenSockets(listener.port, 3, '');
    while (listener.connections() < 3) await new Promise((resolve) => setTimeout(resolve, 5));

    expect(await sendRaw(listener.port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatchObject({
      text: '',
      closed: true,
    });
    first?.destroy();
    while (listener.connections() > 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await sendRaw(listener.port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).status).toBe(200);
  });

  it('when there are many clients at its address, then the bound does not apply', async () => {
    const listener = await listen({
      handler: (_request, response) => void response.end(),
      host: '127.0.0.1',
      port: 0,
      limits,
      manyClientsAt: (address) => address === '127.0.0.1',
    });
    listeners.push(listener);
    await givenSockets(listener.port, 5, '');

    expect((await sendRaw(listener.port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).status).toBe(200);
  });
});
