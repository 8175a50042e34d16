import { randomUUID } from 'node:crypto';
import type { Origin } from '../access/caller.ts';

/** Where it comes from what the service does by itself, or a command on its machine; with an id of its own each time. */
export function localOrigin(): Origin {
  const requestId = randomUUID();
  return { address: 'local', requestId, transactionId: requestId };
}
