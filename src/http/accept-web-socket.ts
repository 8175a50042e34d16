import type { IncomingMessage } from 'node:http';
import type { WebSocket, WebSocketServer } from 'ws';
import { Overloaded, RequestMalformed } from '../problems/request-problems.ts';
import { takeOffer, type UpgradeOffer } from './upgrades.ts';

/** An open web socket, as a door sees it. */
export interface OpenWebSocket {
  /** Resolves when the text is on its way, or can no longer be: what a client does not take, holds whoever waits for it. */
  send(text: string): Promise<void>;
  /** Reads no more until `resume`; what has come already is still told. */
  pause(): void;
  resume(): void;
  /** Says why, and ends; after it nothing more is told. A second time it does nothing. */
  close(code: number, reason: string): void;
  /** Whether anything can still be sent. */
  readonly open: boolean;
}

/** What a door is told of one. */
export interface WebSocketEvents {
  /** A whole message, not yet decoded; its UTF-8 is right. */
  readonly onText: (message: Buffer) => void;
  readonly onBinary: () => void;
  /** The listener stops: the door is to finish what is under way and close. */
  readonly onStopping: () => void;
  /** It is over, whoever ended it. */
  readonly onClosed: () => void;
}

/** How one is accepted. */
export interface AcceptWebSocketParts {
  /** The subprotocol that is spoken; a client may name none, but not only others. */
  readonly protocol: string;
  /** Of one message. */
  readonly limitBytes: number;
  /** The code with which the socket is closed when a message is larger. */
  readonly tooLargeCode: number;
  readonly events: (webSocket: OpenWebSocket) => WebSocketEvents;
}

/** The request is for a path where a web socket is spoken, and asks for none. */
export class UpgradeRequired extends RequestMalformed {}

/** What `ws` closes with by itself when a message is larger than it may be (RFC 6455, section 7.4.1). */
const MESSAGE_TOO_BIG = 1009;
/** For the client to answer a close; then the connection is cut. */
const CLOSE_MILLISECONDS = 2000;
const KEY = /^[+/0-9A-Za-z]{22}==$/;

/**
 * Switches the connection of a request to a web socket (RFC 6455). The request has passed everything that every other one
 * passes; what is refused is thrown before a byte is written, and answered by the door as any refusal.
 * @throws UpgradeRequired   it asks for no web socket, or for another version
 * @throws RequestMalformed  the handshake is not valid, or names only other subprotocols
 * @throws Overloaded        the listener is stopping
 */
export async function acceptWebSocket(request: IncomingMessage, parts: AcceptWebSocketParts): Promise<void> {
  const offer = takeOffer(request);
  requireHandshake(request, offer, parts.protocol);
  // Loaded with the first one: no exchange needs it.
  const server = await newServer(parts);
  const { socket, head, response, webSockets } = offer;
  if (webSockets.stopping) throw new Overloaded('The service is stopping. Connect again.');
  if (socket.destroyed) return;
  response.detachSocket(socket);
  response.statusCode = 101;
  server.handleUpgrade(request, socket, head, (webSocket) => {
    const opened = openWebSocket(webSocket, parts);
    webSockets.add(webSocket, socket, opened.onStopping);
  });
  // The request is answered: it holds no place among those under way any more.
  response.emit('close');
}

function requireHandshake(
  { headers }: IncomingMessage,
  offer: UpgradeOffer | undefined,
  protocol: string,
): asserts offer is UpgradeOffer {
  if (offer === undefined || Number(headers['sec-websocket-version']) !== 13) {
    throw new UpgradeRequired('This path is a web socket.', {
      details:
        'Send a GET with Upgrade: websocket and Sec-WebSocket-Version: 13, before anything else on the connection.',
    });
  }
  if (!KEY.test(headers['sec-websocket-key'] ?? '')) {
    throw new RequestMalformed('The header Sec-WebSocket-Key is missing or not 16 bytes in Base64.');
  }
  const protocols = headers['sec-websocket-protocol'];
  if (protocols === undefined || protocols.split(',').some((one) => one.trim() === protocol)) return;
  throw new RequestMalformed('The subprotocols that the client speaks are not spoken here.', {
    details: `Sec-WebSocket-Protocol: ${protocol}`,
  });
}

async function newServer({ protocol, limitBytes }: AcceptWebSocketParts): Promise<WebSocketServer> {
  const { WebSocketServer } = await import('ws');
  const options = {
    noServer: true,
    clientTracking: false,
    maxPayload: limitBytes,
    // A compressed message could grow a thousandfold behind the limit (decompression bomb).
    perMessageDeflate: false,
    closeTimeout: CLOSE_MILLISECONDS,
    handleProtocols: (offered: Set<string>) => offered.has(protocol) && protocol,
  };
  return new WebSocketServer(options);
}

function openWebSocket(webSocket: WebSocket, { tooLargeCode, events }: AcceptWebSocketParts): WebSocketEvents {
  const close = webSocket.close.bind(webSocket);
  let closing = false;
  // `ws` chooses the code of what it refuses itself, and offers no other place to change it.
  webSocket.close = (code, reason) =>
    code === MESSAGE_TOO_BIG ? close(tooLargeCode, 'A frame is too large.') : close(code, reason);
  const opened: OpenWebSocket = {
    send: (text) => new Promise((resolve) => webSocket.send(text, () => resolve())),
    pause: () => webSocket.pause(),
    resume: () => webSocket.resume(),
    close(code, reason) {
      if (closing) return;
      closing = true;
      close(code, reason);
      // Paused, the client's answer to the close would not be read.
      webSocket.resume();
    },
    get open() {
      return !closing && webSocket.readyState === webSocket.OPEN;
    },
  };
  const { onText, onBinary, onStopping, onClosed } = events(opened);
  webSocket.on('message', (message: Buffer, isBinary) => {
    if (closing) return;
    if (isBinary) onBinary();
    else onText(message);
  });
  // What breaks the protocol: `ws` has closed the socket by now.
  webSocket.on('error', () => {
    closing = true;
  });
  webSocket.once('close', () => {
    closing = true;
    onClosed();
  });
  return { onText, onBinary, onStopping, onClosed };
}
