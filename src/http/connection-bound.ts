import type { Server } from 'node:http';
import { addressBucketOf } from '../limits/failed-attempts.ts';
import { normalizedAddress } from './ip-address.ts';

/** How many connections one client may hold open. */
export interface ConnectionBound {
  readonly perClient: number;
  /** Normalised addresses behind which there are many clients, such as proxies. Default: none. */
  readonly exempt?: ((address: string) => boolean) | undefined;
}

/**
 * Closes what one client (an IPv4 address, or 64 bits of IPv6) opens past the bound: with a bound on all connections
 * alone, one client could hold them all and shut everybody else out (connection exhaustion).
 */
export function boundConnections(server: Server, { perClient, exempt = () => false }: ConnectionBound): void {
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const address = normalizedAddress(socket.remoteAddress ?? '');
    if (address === undefined || exempt(address)) return;
    const bucket = addressBucketOf(address);
    const held = open.get(bucket) ?? 0;
    if (held >= perClient) {
      socket.destroy();
      return;
    }
    open.set(bucket, held + 1);
    socket.once('close', () => {
      const left = (open.get(bucket) ?? 1) - 1;
      if (left > 0) open.set(bucket, left);
      else open.delete(bucket);
    });
  });
}
