import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { acceptWebSocket, type OpenWebSocket, UpgradeRequired } from '../../src/http/accept-web-socket.ts';
import { type Listener, type ListenerParts, listen } from '../../src/http/listener.ts';
import { overloadGuard } from '../../src/http/overload-guard.ts';
import { Overloaded } from '../../src/problems/request-problems.ts';
import { selfSigned } from './self-signed-certificate.ts';
import { sendRaw, shedBy } from './wire.ts';

const open: Listener[] = [];
const clients: (WebSocket | Socket)[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client instanceof WebSocket ? client.terminate() : client.destroy();
  await Promise.all(open.splice(0).map((listener) => listener.stop(0)));
});

const LIMIT_BYTES = 1000;

/** At `/socket` every text comes back, unless `onText` does something else. */
async function givenListener(
  parts: Partial<ListenerParts> = {},
  onText?: (socket: OpenWebSocket) => void,
  limitBytes = LIMIT_BYTES,
) {
  const accepted: OpenWebSocket[] = [];
  const answered: string[] = [];
  const accept = (request: IncomingMessage): Promise<void> =>
    acceptWebSocket(request, {
      protocol: 'echo.v1',
      limitBytes,
      tooLargeCode: 4413,
      events(webSocket) {
        accepted.push(webSocket);
        return {
          onText: (message) => (onText ? onText(webSocket) : void webSocket.send(`${message}`)),
          onBinary: () => webSocket.close(4400, 'binary'),
          onStopping: () => webSocket.close(1001, 'stop'),
          onClosed: () => answered.push('closed'),
        };
      },
    });
  const handler: RequestListener = (request, response) => {
    if (!request.url?.startsWith('/socket')) {
      response.end('ordinary');
      return;
    }
    accept(request).catch((failure: unknown) => {
      response.statusCode = failure instanceof UpgradeRequired ? 426 : failure instanceof Overloaded ? 503 : 400;
      response.end('refused');
    });
  };
  const listener = await listen({
    handler,
    host: '127.0.0.1',
    port: 0,
    isWebSocketPath: (path) => path === '/socket',
    onAnswered: ({ url }, { statusCode }) => answered.push(`${url} ${statusCode}`),
    ...parts,
  });
  open.push(listener);
  return { ...listener, accepted, answered };
}

async function connected(listener: Listener, protocols: string[] = ['echo.v1'], options = {}): Promise<WebSocket> {
  const client = new WebSocket(`${listener.url.replace('http', 'ws')}/socket`, protocols, options);
  clients.push(client);
  await once(client, 'open');
  return client;
}

async function refusedStatus(listener: Listener, protocols: string[]): Promise<number | undefined> {
  const client = new WebSocket(`${listener.url.replace('http', 'ws')}/socket`, protocols);
  client.on('error', () => {});
  const [, response] = await once(client, 'unexpected-response');
  return response.statusCode;
}

const closeOf = async (client: WebSocket): Promise<number> => (await once(client, 'close'))[0];
const HEAD = 'Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
const HANDSHAKE = `${HEAD}Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n`;

describe('a listener with a path for web sockets', () => {
  it('when a client asks for one, then it is spoken, and the request counts as answered with 101', async () => {
    const listener = await givenListener();
    const client = await connected(listener);

    client.send('hello');
    const [message] = await once(client, 'message');

    expect(`${message}`).toBe('hello');
    expect(client.protocol).toBe('echo.v1');
    expect(listener.answered).toEqual(['/socket 101']);
    expect(listener.connections()).toBe(1);
  });

  it('when a client names no subprotocol, then none is answered, and it is served', async () => {
    expect((await connected(await givenListener(), [])).protocol).toBe('');
  });

  it.each([['only other subprotocols', 400, () => ['other']]])(
    'when it names %s, then the answer is %i over plain HTTP',
    async (_what, status, protocols) => {
      expect(await refusedStatus(await givenListener(), protocols())).toBe(status);
    },
  );

  it.each([
    ['no upgrade', 'GET /socket HTTP/1.1\r\nHost: a\r\n\r\n', 426],
    ['another upgrade', 'GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n', 426],
    ['an older version', `GET /socket HTTP/1.1\r\n${HANDSHAKE.replace('13', '7')}`, 426],
    ['another method', `POST /socket HTTP/1.1\r\n${HANDSHAKE}`, 426],
    ['HTTP/1.0', `GET /socket HTTP/1.0\r\n${HANDSHAKE}`, 426],
    ['no key', `GET /socket HTTP/1.1\r\n${HEAD}\r\n`, 400],
    ['a short key', `GET /socket HTTP/1.1\r\n${HEAD}Sec-WebSocket-Key: abc\r\n\r\n`, 400],
    ['two hosts', `GET /socket HTTP/1.1\r\nHost: b\r\n${HANDSHAKE}`, 400],
    ['too many headers', `GET /socket HTTP/1.1\r\n${'X-A: b\r\n'.repeat(130)}${HANDSHAKE}`, 431],
  ])('when it asks with %s, then the answer is over plain HTTP', async (_what, bytes, status) => {
    expect(await sendRaw((await givenListener()).port, bytes, 100)).toMatchObject({ status });
  });

  /** Other doors: the `Upgrade` header is an offer, and whoever does not take it answers as if it were not there. */
  it('when an ordinary path is asked with Upgrade, then it is answered, and the connection goes on', async () => {
    const { port } = await givenListener();

    const answer = await sendRaw(port, `GET /a HTTP/1.1\r\n${HANDSHAKE}`, 100);

    expect(answer.text).toMatch(/200 OK[\s\S]*keep-alive[\s\S]*ordinary/);
    expect(answer.closed).toBe(false);
  });

  /** Response confusion: answers that are owed would stand behind the switch of protocols. */
  it('when it is sent ahead behind another request, then that one is answered first, and no protocol is switched', async () => {
    const { port } = await givenListener({}, undefined);

    const answer = await sendRaw(port, `GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /socket HTTP/1.1\r\n${HANDSHAKE}`, 200);

    expect(answer.text).toMatch(/^HTTP\/1\.1 200[\s\S]*HTTP\/1\.1 426/);
    expect(answer.text).not.toContain('HTTP/1.1 101');
  });

  it('when there is too much to do, then the answer is 503 over plain HTTP', async () => {
    const guard = overloadGuard({ maximumInFlight: 0, inFlightFloor: 0 });
    const full = { ...guard, isFull: () => true };
    const listener = await givenListener({ shed: shedBy(full) });

    expect(await refusedStatus(listener, [])).toBe(503);
    guard.close();
  });

  it('when it speaks TLS, then web sockets are spoken over it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-'));
    const { cert, key } = selfSigned('a');
    const tls = { certificateFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
    await Promise.all([writeFile(tls.certificateFile, cert), writeFile(tls.keyFile, key)]);
    const client = await connected(await givenListener({ tls }), ['echo.v1'], {
      ca: cert,
      checkServerIdentity: () => undefined,
    });

    client.send('hello');

    expect(`${(await once(client, 'message'))[0]}`).toBe('hello');
    await rm(folder, { recursive: true });
  });
});

describe('an open web socket', () => {
  it.each([
    ['too large', 4413, (client: WebSocket) => client.send('x'.repeat(LIMIT_BYTES + 1))],
    [
      'too large together',
      4413,
      (client: WebSocket) => {
        for (let part = 0; part < 11; part += 1) client.send('x'.repeat(100), { fin: false });
      },
    ],
    ['binary', 4400, (client: WebSocket) => client.send(Buffer.alloc(1))],
    ['not UTF-8', 1007, (client: WebSocket) => client.send(Buffer.from([0xff]), { binary: false })],
    ['not masked', 1002, (client: WebSocket) => client.send('x', { mask: false })],
  ])('when a message is %s, then it is closed with %i', async (_what, code, send) => {
    const client = await connected(await givenListener());

    send(client);

    expect(await closeOf(client)).toBe(code);
  });

  /** Garbage: whatever bytes come, the process lives and the connection ends. */
  it('when bytes come that are no frames, then it ends, and the next client is served', async () => {
    const listener = await givenListener();
    const garbage = Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 131) % 256));

    const head = Buffer.from(`GET /socket HTTP/1.1\r\n${HANDSHAKE}`);
    const answer = await sendRaw(listener.port, Buffer.concat([head, garbage]), 5000);

    expect(answer).toMatchObject({ status: 101, closed: true });
    await connected(listener);
  });

  it('when nothing is read from it, then nothing more than a connection holds has come', async () => {
    const listener = await givenListener({}, (socket) => socket.pause());
    const client = await connected(listener);
    for (let sent = 0; sent < 20_000; sent += 1) client.send('x'.repeat(900));

    await delay(200);

    expect(client.bufferedAmount).toBeGreaterThan(5_000_000);
  });

  /** Half-open connections: a client that was switched off sends no end, and would be held for ever. */
  /** Memory exhaustion: each client of thousands could send all but the end of a message, and stay. */
  it('given messages that do not end, when together they are too much, then the oldest is cut off, and the others are served', async () => {
    const listener = await givenListener({ mostUnfinishedBytes: 300_000 }, undefined, 1_000_000);
    const [waiting, other] = [await connected(listener), await connected(listener)];
    const text = 'x'.repeat(200_000);
    const cutOff = closeOf(waiting);
    for (let n = 0; n < 3; n++) {
      other.send(text);
      expect(String((await once(other, 'message'))[0])).toBe(text);
    }
    waiting.send(text, { fin: false });
    waiting.ping();
    await once(waiting, 'pong');

    other.send(text, { fin: false });

    expect(await cutOff).toBe(1006);
    other.send('end');
    expect(String((await once(other, 'message'))[0])).toBe(`${text}end`);
  });

  it('when its client answers nothing any more, then it is cut off; one that answers stays', async () => {
    const listener = await givenListener({
      webSocketTimes: { everyMilliseconds: 20, pingMilliseconds: 50, silentMilliseconds: 400 },
    });
    const honest = await connected(listener);
    const dead = connect(listener.port, '127.0.0.1');
    clients.push(dead);
    dead.write(`GET /socket HTTP/1.1\r\n${HANDSHAKE}`);
    dead.resume();

    await once(dead, 'close');
    await delay(400);

    expect(honest.readyState).toBe(WebSocket.OPEN);
    expect(listener.connections()).toBe(1);
  });

  /** Slow reading: what a client does not take would be kept for it. */
  it('when its client takes nothing of what it is sent, then it is cut off', async () => {
    const listener = await givenListener({ webSocketTimes: { everyMilliseconds: 20, unreadMilliseconds: 200 } });
    const client = await connected(listener);
    client.pause();

    for (let sent = 0; sent < 20_000; sent += 1) void listener.accepted[0]?.send('x'.repeat(1000));

    while (listener.connections() > 0) await delay(10);
    expect(listener.accepted[0]?.open).toBe(false);
  });

  it('when the listener stops, then every client is told with 1001, and the stop is over when they have gone', async () => {
    const listener = await givenListener();
    const many = await Promise.all(Array.from({ length: 50 }, () => connected(listener)));
    const codes = many.map(closeOf);
    const begunAt = performance.now();

    await listener.stop(5000);

    expect(new Set(await Promise.all(codes))).toEqual(new Set([1001]));
    expect(performance.now() - begunAt).toBeLessThan(2500);
  });

  it('when its client never answers the close, then the stop cuts it off in time', async () => {
    const listener = await givenListener();
    const dead = connect(listener.port, '127.0.0.1');
    clients.push(dead);
    dead.write(`GET /socket HTTP/1.1\r\n${HANDSHAKE}`);
    while (listener.accepted.length === 0) await delay(5);

    await listener.stop(600);

    expect(listener.connections()).toBe(0);
  });
});
