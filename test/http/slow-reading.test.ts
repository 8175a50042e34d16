import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Listener, listen } from '../../src/http/listener.ts';
import { type OverloadGuard, overloadGuard } from '../../src/http/overload-guard.ts';
import { shedBy } from './wire.ts';

const AHEAD = 8;
const CLIENTS = 8;
/** More than the buffers of a connection on loopback hold. */
const ANSWER = Buffer.alloc(2_000_000, 'x');

describe('a listener behind an overload guard, given clients that ask and read nothing', () => {
  const sockets: Socket[] = [];
  let listener: Listener | undefined;
  let guard: OverloadGuard | undefined;
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    guard?.close();
    await listener?.stop(0);
  });

  async function givenUnreadAnswers(unreadMilliseconds: number): Promise<Listener> {
    const opened = overloadGuard({ maximumInFlight: CLIENTS * (AHEAD - 2) });
    guard = opened;
    const handler = opened.around((_request, response) => void response.end(ANSWER));
    const started = await listen({
      handler,
      shed: shedBy(opened),
      host: '127.0.0.1',
      port: 0,
      limits: { unreadMilliseconds },
    });
    listener = started;
    for (let client = 0; client < CLIENTS; client += 1) {
      const socket = connect(started.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.pause();
      sockets.push(socket);
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(AHEAD));
    }
    while (started.connections() < CLIENTS) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 200));
    return started;
  }

  /** Slow reading: two dozen sockets that never read kept every honest client out for as long as they liked. */
  it('when they fill every place, then an honest client is served all the same', async () => {
    const { url } = await givenUnreadAnswers(60_000);

    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });

    expect(answer.status).toBe(200);
    expect((await answer.arrayBuffer()).byteLength).toBe(ANSWER.length);
    expect(guard?.inFlight()).toBeGreaterThanOrEqual(CLIENTS * (AHEAD - 2));
  });

  /** Refusals behind unread answers hold no place; given back as unread, each made room for one more request of a flood. */
  it('when they send what is refused behind it, then no more is let in than there is room for', async () => {
    const opened = overloadGuard({ maximumInFlight: 64 });
    guard = opened;
    let held = 0;
    const handler = opened.around(({ url }, response) => {
      if (url === '/big') response.end(ANSWER);
      else held += 1;
    });
    const started = await listen({ handler, shed: shedBy(opened), host: '127.0.0.1', port: 0 });
    listener = started;
    const send = (count: number, bytes: string): void => {
      for (let client = 0; client < count; client += 1) {
        const socket = connect(started.port, '127.0.0.1').on('error', () => {});
        socket.pause();
        sockets.push(socket);
        socket.write(bytes);
      }
    };
    send(40, `${'GET /big HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3)}GET / HTTP/1.1\r\n\r\n`);
    await new Promise((resolve) => setTimeout(resolve, 400));

    send(200, 'GET /hold HTTP/1.1\r\nHost: a\r\n\r\n');
    while (held < 64) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 400));

    expect(held).toBe(64);
  });

  it('when they go on reading nothing, then their connections are ended', async () => {
    const { connections } = await givenUnreadAnswers(300);

    const endsAt = performance.now() + 10_000;
    while (connections() > 0 && performance.now() < endsAt) await new Promise((resolve) => setTimeout(resolve, 50));

    expect(connections()).toBe(0);
  });
});
