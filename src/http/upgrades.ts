import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Connections } from './connections.ts';
import { ServerResponse } from './node-http.ts';
import type { WebSockets } from './web-sockets.ts';

/** A connection whose client asks for a web socket on it, and has no answer yet. */
export interface UpgradeOffer {
  readonly socket: Socket;
  /** What came behind the request. */
  readonly head: Buffer;
  readonly response: ServerResponse;
  /** Those of the listener. */
  readonly webSockets: WebSockets;
}

/** What `offerUpgrades` takes. */
export interface UpgradeParts {
  readonly server: Server;
  /** The way of every request: its bounds, its shedding, its doors. */
  readonly onRequest: RequestListener;
  readonly webSockets: WebSockets;
}

/** How long a refused connection may stay for its client to read, in milliseconds. */
const LINGER_MILLISECONDS = 500;

const offers = new WeakMap<IncomingMessage, UpgradeOffer>();

/** @returns the offer behind a request, once; `undefined` when it is an ordinary request */
export function takeOffer(request: IncomingMessage): UpgradeOffer | undefined {
  const offer = offers.get(request);
  offers.delete(request);
  return offer;
}

/**
 * Whether Node is to hand out the connection of this request. Every other request is an ordinary one, whatever its `Upgrade`
 * header says, and its connection goes on (RFC 9110, section 7.8). So is one that was sent ahead: the answers that are owed to
 * those before it would stand behind the switch of protocols, where the client reads frames (response confusion).
 */
export function isUpgrade(
  request: IncomingMessage,
  { isPath, connections }: { readonly isPath: (path: string) => boolean; readonly connections: Connections },
): boolean {
  const { method, headers, url = '', httpVersionMinor } = request;
  if (method !== 'GET' || httpVersionMinor === 0 || headers.upgrade?.toLowerCase() !== 'websocket') return false;
  if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) return false;
  const connection = connections.of(request.socket);
  if (connection?.refused === true || (connection?.inFlight.length ?? 0) > 0) return false;
  return isPath(url.split('?', 1)[0] ?? '');
}

/**
 * Sends requests for a web socket the same way as all others: a door accepts one with `acceptWebSocket`, or answers it as
 * any request; then the connection ends with the answer, because Node no longer reads requests from it.
 */
export function offerUpgrades({ server, onRequest, webSockets }: UpgradeParts): void {
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // Safe: the streams of an HTTP server are sockets.
    const socket = stream as Socket;
    // Node has taken its own listener away: the end of a connection must not be the end of the process.
    socket.on('error', () => socket.destroy());
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', () => endAfter(response, socket));
    offers.set(request, { socket, head, response, webSockets });
    onRequest(request, response);
  });
}

function endAfter(response: ServerResponse, socket: Socket): void {
  response.detachSocket(socket);
  // Read to the end: destroyed with bytes unread, the client would get a reset in place of the answer.
  socket.resume().end();
  setTimeout(() => socket.destroy(), LINGER_MILLISECONDS).unref();
  process.nextTick(() => response.emit('close'));
}
