import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

// Linear: one class, bounded. Nothing in it can break a line of a log or a header.
const SAFE_TRANSACTION_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/** A new name for one request, unique without asking anyone (a random UUID; Node draws entropy for many at a time). */
export function newRequestId(): string {
  return randomUUID();
}

/**
 * The caller's own `Transaction-Id`, so that it finds its call in our logs, or a new one. One that is not 1 to 128
 * characters of a safe set is replaced: it would be echoed in headers and logs (header and log injection).
 */
export function transactionIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['transaction-id'];
  return typeof given === 'string' && SAFE_TRANSACTION_ID.test(given) ? given : newRequestId();
}

/** The names of one request, the same in its headers, its failure, its log lines and its audit record. */
export interface RequestNames {
  /** The caller's own id for the request, echoed; ours where it gave none. */
  readonly transactionId: string;
  /** Ours, unique. */
  readonly requestId: string;
}

const NAMES = Symbol('names of the request');
const SEEN_AT = Symbol('when the request was first seen');

/** A request that remembers its names. */
type NamedRequest = Pick<IncomingMessage, 'headers'> & { [NAMES]?: RequestNames; [SEEN_AT]?: number };

/** @returns the names of the request, the same at every call; the first call is the moment that `requestSeenAt` tells */
export function requestNamesOf(request: NamedRequest): RequestNames {
  const known = request[NAMES];
  if (known !== undefined) return known;
  const names = { transactionId: transactionIdOf(request), requestId: newRequestId() };
  request[NAMES] = names;
  request[SEEN_AT] = Date.now();
  return names;
}

/** @returns when the request got its names: where it is served, before its body is read. Milliseconds since the epoch */
export function requestSeenAt(request: NamedRequest): number {
  requestNamesOf(request);
  return request[SEEN_AT] ?? Date.now();
}
