import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { LaunchService } from './run-page.ts';

const START_LIMIT_MILLISECONDS = 20_000;

/**
 * @returns a launcher of the service of the repository at `root`: embedded store, free ports; what the pages say of the
 * default addresses is replaced by where it listens
 */
export function launchServiceOf(root: string): LaunchService {
  return async (folder) => {
    const [port, operationsPort] = await Promise.all([freePort(), freePort()]);
    const environment = {
      LATCHKEY_DATA: './data',
      LATCHKEY_PORT: String(port),
      LATCHKEY_OPERATIONS_PORT: String(operationsPort),
    };
    const service = spawn(process.execPath, [join(root, 'src', 'main.ts'), 'serve'], {
      cwd: folder,
      env: { ...process.env, NODE_OPTIONS: '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [service.stdout, service.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString('utf8');
      });
    }
    const ended = once(service, 'exit');
    const stop = async () => {
      if (service.exitCode === null && service.signalCode === null) service.kill('SIGTERM');
      await ended;
    };
    const ready = await isReady(
      `http://127.0.0.1:${operationsPort}/readyz`,
      () => service.exitCode === null && service.signalCode === null,
    );
    if (!ready) {
      await stop();
      throw new Error(`The service did not start:\n${output}`);
    }
    return {
      environment,
      replacements: {
        'http://127.0.0.1:8080': `http://127.0.0.1:${port}`,
        'http://localhost:8080': `http://127.0.0.1:${port}`,
        'http://127.0.0.1:9090': `http://127.0.0.1:${operationsPort}`,
      },
      stop,
    };
  };
}

async function isReady(url: string, running: () => boolean): Promise<boolean> {
  const limit = Date.now() + START_LIMIT_MILLISECONDS;
  while (running() && Date.now() < limit) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return true;
    await pause(50);
  }
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return address.port;
}
