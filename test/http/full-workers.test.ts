import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';

let service: ChildProcess | undefined;
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  // Its workers end with it.
  service?.kill('SIGKILL');
});

async function givenFullWorkers(): Promise<number> {
  const program = join(import.meta.dirname, 'full-listener.ts');
  const started = spawn(process.execPath, [program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
  });
  service = started;
  const [said] = await once(started.stdout, 'data');
  return Number(String(said));
}

function givenConnection(port: number): { isClosed(): boolean } {
  let closed = false;
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket
    .on('error', () => {})
    .on('close', () => {
      closed = true;
    });
  // Who does not read does not hear of the end.
  socket.resume();
  return { isClosed: () => closed };
}

describe('listen, in several processes that share a port', () => {
  /**
   * Connection exhaustion: Node.js passes a connection for which a process has no room to the next one. When none has any,
   * it would go round for as long as its client stays, and the first process, which looks after all, would do nothing else.
   */
  it('given that all are full, when one more connection comes, then it is closed and not passed round and round', async () => {
    const port = await givenFullWorkers();
    const held = Array.from({ length: 4 }, () => givenConnection(port));
    await pause(300);

    const further = givenConnection(port);

    const endsAt = performance.now() + 3_000;
    while (!further.isClosed() && performance.now() < endsAt) await pause(20);
    expect(further.isClosed()).toBe(true);
    expect(held.map(({ isClosed }) => isClosed())).toEqual([false, false, false, false]);
  });
});
