/**
 * What every HTTP door stands on: strict readers of forms, JSON and query strings, credentials in headers, entity tags,
 * page cursors, request ids, client addresses, and the listener itself. This folder
 * knows Node's HTTP and Express, and no system's wire format: what it refuses is thrown as a problem, and the doors
 * turn problems into bodies.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Problem } from '../problems/problem.ts';
import { BodyTooLarge, MediaTypeUnsupported, Overloaded, RequestMalformed } from '../problems/request-problems.ts';

/** A request whose body is still to be read; Express adds `res`, through which an unread body closes the connection. */
export type UnreadRequest = IncomingMessage & { readonly res?: ServerResponse | undefined };

/**
 * Bytes past the limit that are read and thrown away, so that a client that is a little over gets its answer and not a
 * reset connection: 256 KiB. Past it the answer goes out at once and the connection is closed.
 */
const DISCARDED_BYTES = 256 * 1024;

const EMPTY = Buffer.alloc(0);

/** Whether the request announces a body (RFC 9112, section 6). A length of 0 is no body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return (length !== undefined && Number(length) > 0) || headers['transfer-encoding'] !== undefined;
}

const refusedAtEnd = new WeakSet<IncomingMessage>();

/** There is too much to do when the body of this request is there at last: `readBody` is to refuse it. */
export function refuseAtEnd(request: IncomingMessage): void {
  refusedAtEnd.add(request);
}

/**
 * Reads the whole body, at most `limitBytes`; an empty buffer when there is none.
 * @throws BodyTooLarge          it is longer; what is left unread closes the connection
 * @throws MediaTypeUnsupported  it is compressed (RFC 9110, section 15.5.16)
 * @throws RequestMalformed      it ended early
 * @throws Overloaded            there was room when the headers came, and is none any more
 */
export async function readBody(request: UnreadRequest, limitBytes: number): Promise<Buffer> {
  if (!hasBody(request)) return EMPTY;
  refuseContentEncoding(request);
  return readEncodedBody(request, limitBytes);
}

/**
 * The same, in whatever encoding it came.
 * @param mayHold asked for each piece before it is kept, so that many large bodies at once cannot fill the memory; default: always
 * @throws Overloaded  also when a piece may not be kept
 */
export async function readEncodedBody(
  request: UnreadRequest,
  limitBytes: number,
  mayHold: (bytes: number) => boolean = () => true,
): Promise<Buffer> {
  if (!hasBody(request)) return EMPTY;
  if (Number(request.headers['content-length'] ?? 0) > limitBytes + DISCARDED_BYTES) {
    stopReading(request);
    throw tooLarge(limitBytes);
  }
  return collect(request, limitBytes, mayHold);
}

/** A compressed body could grow a thousandfold behind the limit (decompression bomb). */
function refuseContentEncoding({ headers }: IncomingMessage): void {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return;
  throw new MediaTypeUnsupported('The body must not be compressed.', { details: 'Send it without Content-Encoding.' });
}

function collect(request: UnreadRequest, limitBytes: number, mayHold: (bytes: number) => boolean): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let sizeBytes = 0;

    const onChunk = (chunk: Buffer): void => {
      sizeBytes += chunk.length;
      if (sizeBytes <= limitBytes) {
        if (mayHold(chunk.length)) chunks.push(chunk);
        else giveUp(new Overloaded('There is too much to do. Try again shortly.'));
        return;
      }
      chunks = [];
      if (sizeBytes > limitBytes + DISCARDED_BYTES) giveUp(tooLarge(limitBytes));
    };
    const giveUp = (refusal: Problem): void => {
      chunks = [];
      request.off('data', onChunk);
      stopReading(request);
      reject(refusal);
    };
    const onEnd = (): void => {
      // Every request also closes in the end: an error made for that, with its stack, would cost as much as the form.
      request.off('close', onBroken);
      if (sizeBytes > limitBytes) reject(tooLarge(limitBytes));
      else if (refusedAtEnd.has(request)) reject(new Overloaded('There is too much to do. Try again shortly.'));
      else resolve(chunks.length === 1 ? (chunks[0] ?? EMPTY) : Buffer.concat(chunks));
    };
    const onBroken = (): void => reject(new RequestMalformed('The body ended before it was complete.'));

    request.on('data', onChunk).on('end', onEnd).on('error', onBroken).on('close', onBroken);
    if (request.destroyed || request.readableEnded) onBroken();
  });
}

/** The unread rest must not be taken for the next request on the connection, so there is none. */
function stopReading(request: UnreadRequest): void {
  request.pause();
  const response = request.res;
  if (response !== undefined && !response.headersSent) response.setHeader('Connection', 'close');
}

function tooLarge(limitBytes: number): BodyTooLarge {
  return new BodyTooLarge(`The body is larger than ${limitBytes} bytes.`);
}
