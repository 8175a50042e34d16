import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Request, Response } from 'express';

const compress = promisify(gzip);

/** Below this it is not worth the work. */
const SHORTEST_BYTES = 256;

/**
 * Writes JSON, compressed for clients that ask for it. Only for answers in which no secret stands beside what a stranger may have
 * chosen: the length of a compressed answer would tell of it (BREACH).
 */
export async function writeCompressed(request: Request, response: Response, body: unknown): Promise<void> {
  const text = JSON.stringify(body);
  response.vary('Accept-Encoding').type('json');
  const takesGzip = request.acceptsEncodings('gzip', 'identity') === 'gzip';
  if (!takesGzip || Buffer.byteLength(text) < SHORTEST_BYTES) {
    response.send(text);
    return;
  }
  response.set('Content-Encoding', 'gzip').send(await compress(text));
}
