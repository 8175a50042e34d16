/** A program of a test: two processes that share a port, each with room for two connections. Says the port when both listen. */
import cluster from 'node:cluster';
import { once } from 'node:events';
import { listen } from '../../src/http/listener.ts';

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()];
  const [first] = await Promise.all(workers.map((worker) => once(worker, 'listening')));
  process.stdout.write(`${first?.[0].port}\n`);
} else {
  const handler = (_request: unknown, response: { end(): void }) => response.end();
  await listen({ handler, host: '127.0.0.1', port: 0, limits: { connections: 2 } });
}
