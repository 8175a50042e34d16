import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the ports that a system gives to connections by itself (Linux from 32,768 on, others from 49,152): what was free a
 * moment ago, or is given back by a server that starts again, is not taken meanwhile by somebody's outgoing connection.
 */
const PORTS = { from: 15_000, to: 32_000 } as const;
const ATTEMPTS = 50;

/** @returns a TCP port of 127.0.0.1 that nobody listened on when it was asked for */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(PORTS.from, PORTS.to);
    if (await isFree(port)) return port;
  }
  throw new Error('no free TCP port was found');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
