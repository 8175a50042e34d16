import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Connections } from './connections.ts';
import { STATUS_CODES } from './node-http.ts';

/** Why a connection is answered without any door: its bytes are not a request that can be trusted. */
export interface Refusal {
  readonly status: 400 | 405 | 408 | 431 | 503;
  /** One sentence for the caller. */
  readonly sentence: string;
}

/** The body of such an answer; the server gives the form of its plainest door. */
export type RefusalBodyOf = (refusal: Refusal) => { readonly contentType: string; readonly body: string };

/** How long an answered connection may stay for its client to read, in milliseconds. */
const LINGER_MILLISECONDS = 500;

/** What was begun is not yet complete (slow loris, slow body). */
export const TOO_SLOW: Refusal = { status: 408, sentence: 'The request did not come in time.' };

const MALFORMED: Refusal = { status: 400, sentence: 'The request is not valid HTTP.' };
const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: { status: 431, sentence: 'The headers are larger than 16 KiB.' },
  HPE_INVALID_METHOD: { status: 405, sentence: 'The method is not allowed here.' },
  ERR_HTTP_REQUEST_TIMEOUT: TOO_SLOW,
};

/** More headers than are read: what is cut off could be the one that a proxy added (header truncation). */
export const TOO_MANY_HEADERS: Refusal = { status: 431, sentence: 'There are too many headers.' };

/** Requests sent ahead on one connection hold memory for answers that nobody reads yet. */
export const TOO_MANY_AHEAD: Refusal = { status: 503, sentence: 'Too many requests were sent ahead.' };

/** A body longer than the plain text of the refusal is not owed to a client that sent no request. */
export const PLAIN_REFUSAL: RefusalBodyOf = ({ sentence }) => ({ contentType: 'text/plain', body: `${sentence}\n` });

/**
 * Requests that two readers could take for two different things, which Node's parser lets pass: none or several `Host`
 * headers (RFC 9112, section 3.2) and chunks in HTTP/1.0 (section 6.1). Everything else of this kind it refuses itself.
 */
export function ambiguityOf({ rawHeaders, headers, httpVersionMinor }: IncomingMessage): Refusal | undefined {
  if (httpVersionMinor === 0 && headers['transfer-encoding'] !== undefined) return MALFORMED;
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts > 1 || (hosts === 0 && httpVersionMinor > 0) ? MALFORMED : undefined;
}

/**
 * Answers what the parser refuses, and closes: after a request that could not be read, nothing tells where the next one
 * begins (request smuggling). Answers that are owed to earlier requests on the connection go out first.
 */
export function answerUnreadable(server: Server, connections: Connections, bodyOf: RefusalBodyOf): void {
  const refused = new WeakSet<Socket>();

  server.on('clientError', (error: NodeJS.ErrnoException, stream) => {
    // Safe: the streams of an HTTP server are sockets.
    const socket = stream as Socket;
    // The parser meets the same fault again with every further byte.
    if (refused.has(socket)) return;
    refused.add(socket);
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const refuse = (): void => refuseSocket(socket, REFUSALS[error.code ?? ''] ?? MALFORMED, bodyOf);
    const connection = connections.of(socket);
    const owed = [...(connection?.inFlight ?? [])];
    if (owed.some((response) => response.headersSent && !response.writableEnded && !response.req.complete)) {
      // Half an answer to the broken request is out: another status line would be read as a part of it.
      socket.destroy();
    } else if (connection !== undefined && owed.some((response) => response.req.complete)) {
      connection.whenIdle = refuse;
    } else refuse();
  });

  server.on('connect', (_request, stream) => {
    // Safe: as above.
    refuseSocket(stream as Socket, { status: 405, sentence: 'The method is not allowed here.' }, bodyOf);
  });
}

function refuseSocket(socket: Socket, refusal: Refusal, bodyOf: RefusalBodyOf): void {
  if (!socket.writable) return;
  const { contentType, body } = bodyOf(refusal);
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    ...(refusal.status === 405 ? ['Allow: GET, HEAD, POST, PUT, PATCH, DELETE'] : []),
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // Destroyed at once, with bytes unread, the client would get a reset in place of the answer.
  setTimeout(() => socket.destroy(), LINGER_MILLISECONDS).unref();
}
