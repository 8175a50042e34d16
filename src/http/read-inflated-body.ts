import type { ZlibOptions } from 'node:zlib';
import { gunzip, gunzipSync } from 'node:zlib';
import { BodyTooLarge, MediaTypeUnsupported, Overloaded, RequestMalformed } from '../problems/request-problems.ts';
import { readEncodedBody, type UnreadRequest } from './read-body.ts';

/** Bytes of bodies that one process may hold at once. */
export interface BodyBudget {
  /** @returns false: there is no room for so many more */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

/** How much a body may be. */
export interface InflatedBodyLimits {
  /** As sent, and once more after inflating. */
  readonly limitBytes: number;
  readonly budget: BodyBudget;
}

/** Inflated at once, on the event loop: less than a millisecond. Larger ones on the thread pool. */
const SMALL_BYTES = 256 * 1024;

/** @returns an empty budget. @param limitBytes what all bodies together may be */
export function bodyBudget(limitBytes: number): BodyBudget {
  let held = 0;
  return {
    take(bytes) {
      if (held + bytes > limitBytes) return false;
      held += bytes;
      return true;
    },
    give(bytes) {
      held -= bytes;
    },
  };
}

/**
 * Reads a body that may be compressed with gzip, and counts it against the budget until `use` is done with it.
 * @throws BodyTooLarge          as sent or inflated it is over the limit; the rest is not inflated
 * @throws MediaTypeUnsupported  it is encoded in another way
 * @throws RequestMalformed      it is not gzip, or ended early
 * @throws Overloaded            too many large bodies are being read
 */
export async function withInflatedBody<Result>(
  request: UnreadRequest,
  { limitBytes, budget }: InflatedBodyLimits,
  use: (body: Buffer) => Promise<Result>,
): Promise<Result> {
  const isCompressed = isGzip(request);
  let held = 0;
  const hold = (bytes: number): boolean => {
    if (!budget.take(bytes)) return false;
    held += bytes;
    return true;
  };
  try {
    const sent = await readEncodedBody(request, limitBytes, hold);
    return await use(isCompressed ? await inflated(sent, limitBytes, hold) : sent);
  } finally {
    budget.give(held);
  }
}

function isGzip({ headers }: UnreadRequest): boolean {
  const encoding = headers['content-encoding']?.trim().toLowerCase();
  if (encoding === undefined || encoding === '' || encoding === 'identity') return false;
  if (encoding === 'gzip' || encoding === 'x-gzip') return true;
  throw new MediaTypeUnsupported('The Content-Encoding is not supported.', { details: 'Send gzip, or none.' });
}

/** The last four bytes tell the size before compression (RFC 1952, section 2.3.1); 20 bytes are the least that gzip is. */
const TRAILER_BYTES = 4;

/**
 * Decompression bomb: a body may grow a thousandfold, so inflating ends where the size that it tells is passed, and that size is in
 * the budget before it begins. One that is made of several parts tells the size of the last alone: it has the whole limit.
 */
async function inflated(sent: Buffer, limitBytes: number, hold: (bytes: number) => boolean): Promise<Buffer> {
  if (sent.length <= TRAILER_BYTES) throw notGzip();
  const told = sent.readUInt32LE(sent.length - TRAILER_BYTES);
  if (told > 0 && told <= limitBytes) {
    const body = await inflatedUpTo(told, sent, hold);
    if (body !== undefined) return body;
  }
  const body = await inflatedUpTo(limitBytes, sent, hold);
  if (body === undefined) throw new BodyTooLarge(`The inflated body is larger than ${limitBytes} bytes.`);
  return body;
}

/** @returns `undefined` when it is more */
async function inflatedUpTo(
  bytes: number,
  sent: Buffer,
  hold: (bytes: number) => boolean,
): Promise<Buffer | undefined> {
  if (!hold(bytes)) throw new Overloaded('There is too much to do. Try again shortly.');
  const isSmall = bytes <= SMALL_BYTES;
  const options = { maxOutputLength: bytes, chunkSize: isSmall ? Math.max(bytes + 1, 64) : SMALL_BYTES };
  try {
    return isSmall ? gunzipSync(sent, options) : await inflatedAside(sent, options);
  } catch (failure) {
    // Safe: what zlib throws is an Error with a code.
    if ((failure as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw notGzip();
  }
}

const inflatedAside = (sent: Buffer, options: ZlibOptions): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    gunzip(sent, options, (failure, body) => (failure === null ? resolve(body) : reject(failure)));
  });

const notGzip = (): RequestMalformed => new RequestMalformed('The body is not valid gzip.');
