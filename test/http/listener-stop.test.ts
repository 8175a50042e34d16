import { Agent, get, type RequestListener } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { type Listener, listen } from '../../src/http/listener.ts';

interface Answer {
  readonly status: number | undefined;
  readonly connection: string | undefined;
}

const serving = (handler: RequestListener) => listen({ handler, host: '127.0.0.1', port: 0 });
const answering =
  (milliseconds: number): RequestListener =>
  (_request, response) =>
    void setTimeout(() => response.end('ok'), milliseconds);

function ask(listener: Listener, agent: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get(listener.url, { agent }, (response) => {
      response
        .resume()
        .on('end', () => resolve({ status: response.statusCode, connection: response.headers.connection }));
    }).on('error', reject);
  });
}

describe('stop', () => {
  it('given a request under way, when the listener stops, then it is answered with Connection: close', async () => {
    const listener = await serving(answering(200));
    const agent = new Agent({ keepAlive: true });
    const answer = ask(listener, agent);
    await delay(50);

    await listener.stop(5000);

    expect(await answer).toEqual({ status: 200, connection: 'close' });
    expect(listener.connections()).toBe(0);
    agent.destroy();
  });

  /** A handshake that the kernel has finished is a connection to the client: it has sent its request. */
  it('given connections that nobody has accepted yet, when the listener stops, then they are answered', async () => {
    const listener = await serving(answering(0));
    const answers = Array.from({ length: 32 }, () => ask(listener, new Agent()));
    await new Promise((resolve) => process.nextTick(resolve));

    const [outcomes] = await Promise.all([Promise.allSettled(answers), listener.stop(5000)]);

    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
  });

  it('given nothing open, when the listener stops, then it returns at once and the port is free', async () => {
    const listener = await serving(answering(0));
    const begunAt = performance.now();

    await listener.stop(5000);

    expect(performance.now() - begunAt).toBeLessThan(500);
    await expect(ask(listener, new Agent())).rejects.toThrow(/ECONNREFUSED/);
  });

  it('given an idle connection, when the listener stops, then it is closed within its patience', async () => {
    const listener = await serving(answering(0));
    const agent = new Agent({ keepAlive: true });
    await ask(listener, agent);
    expect(listener.connections()).toBe(1);

    await listener.stop(600);

    expect(listener.connections()).toBe(0);
    agent.destroy();
  });

  it('given a request that never ends, when the grace is over, then it is cut off', async () => {
    const listener = await serving(() => {});
    const agent = new Agent({ keepAlive: true });
    const cut = expect(ask(listener, agent)).rejects.toThrow();
    await delay(50);
    const begunAt = performance.now();

    await listener.stop(300);

    expect(performance.now() - begunAt).toBeGreaterThanOrEqual(290);
    await cut;
    agent.destroy();
  });

  /** R37: no request of a client that honours `Connection: close` may fail. */
  it('given 16 clients that ask again and again, when the listener stops, then none of their requests fails', async () => {
    for (let round = 0; round < 5; round += 1) {
      const listener = await serving(answering(2));
      const agent = new Agent({ keepAlive: true, maxSockets: 16 });
      let asked = 0;
      const failures: unknown[] = [];
      const client = async (): Promise<void> => {
        for (;;) {
          const answer = await ask(listener, agent).catch((failure) => failure);
          if (answer instanceof Error) failures.push(answer);
          else asked += 1;
          if (answer instanceof Error || answer.connection === 'close') return;
        }
      };
      const clients = Array.from({ length: 16 }, client);
      while (asked < 100 && failures.length === 0) await delay(5);

      await listener.stop(5000);
      await Promise.all(clients);

      expect(failures).toEqual([]);
      agent.destroy();
    }
  });
});
