import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { addressBucketOf } from '../limits/failed-attempts.ts';
import type { ClientAddressOf } from './client-addresses.ts';

/** What tells clients apart. */
export interface ClientBucketParts {
  readonly clientAddressOf: ClientAddressOf;
  /** Whether some connections are of proxies, so that each request may be another client's. */
  readonly hasProxies: boolean;
}

/**
 * @returns whose request it is: an IPv4 address, or 64 bits of IPv6; of one connection of a client it is looked up once.
 *   One whose proxy named it in a way that cannot be read is counted with its like
 */
export function clientBuckets({
  clientAddressOf,
  hasProxies,
}: ClientBucketParts): (request: IncomingMessage) => string {
  const known = new WeakMap<Socket, string>();
  const read = (request: IncomingMessage): string => {
    try {
      return addressBucketOf(clientAddressOf(request));
    } catch {
      return '';
    }
  };
  if (hasProxies) return read;
  return (request) => {
    let bucket = known.get(request.socket);
    if (bucket === undefined) {
      bucket = read(request);
      known.set(request.socket, bucket);
    }
    return bucket;
  };
}
