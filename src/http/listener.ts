import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, Server as NetServer } from 'node:net';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { endLateBodies } from './body-deadline.ts';
import { boundConnections } from './connection-bound.ts';
import { type Connections, newConnections } from './connections.ts';
import { DEFAULT_LIMITS, type ListenerLimits } from './listener-limits.ts';
import { createServer } from './node-http.ts';
import { followTlsFiles, readTlsPair, type TlsFiles, type TlsReload } from './tls-certificate.ts';
import { endUnreadAnswers } from './unread-answers.ts';
import {
  ambiguityOf,
  answerUnreadable,
  PLAIN_REFUSAL,
  type Refusal,
  type RefusalBodyOf,
  TOO_MANY_AHEAD,
  TOO_MANY_HEADERS,
  TOO_SLOW,
} from './unreadable-requests.ts';
import { isUpgrade, offerUpgrades } from './upgrades.ts';
import { newWebSockets, type WebSocketTimes } from './web-sockets.ts';

/** What `listen` takes. */
export interface ListenerParts {
  /** An Express application, or any other. */
  readonly handler: RequestListener;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly tls?: TlsFiles | undefined;
  readonly limits?: Partial<ListenerLimits>;
  /** Addresses to which `connectionsPerClient` does not apply, such as proxies. Default: none. */
  readonly manyClientsAt?: (address: string) => boolean;
  /** The body of answers that no door gives. Default: one sentence of plain text. */
  readonly refusalBodyOf?: RefusalBodyOf;
  /**
   * Answers a request that is not to be let in, at once and whole; false lets it in. Nothing else is done for it: what is
   * shed must cost next to nothing, or shedding would be the overload. Default: every request is let in.
   */
  readonly shed?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Told when the answer to a request that was let in is over, also when its client went away. */
  readonly onAnswered?: (request: IncomingMessage, response: ServerResponse, milliseconds: number) => void;
  /** Told when the TLS files have changed. */
  readonly onTlsReload?: (reload: TlsReload) => void;
  /** On which paths web sockets are spoken (see `acceptWebSocket`). Default: on none. */
  readonly isWebSocketPath?: (path: string) => boolean;
  readonly webSocketTimes?: Partial<WebSocketTimes>;
  /** Of messages of web sockets that have not ended. Default: 128 MiB. */
  readonly mostUnfinishedBytes?: number;
}

/** A listener that is open. */
export interface Listener {
  readonly host: string;
  readonly port: number;
  /** `http://…` or `https://…` without a path. */
  readonly url: string;
  /** Connections now open. */
  connections(): number;
  /**
   * Takes no more connections, finishes what is under way, tells every client that the connection ends, and returns
   * when all are closed; what is still open after the grace is cut off.
   */
  stop(graceMilliseconds: number): Promise<void>;
}

const CHECK_MILLISECONDS = 1000;
/** While stopping: how long an idle connection may still bring the request that its client has just sent. */
const IDLE_PATIENCE_MILLISECONDS = 1000;
/** While stopping: how long no new connection must have come, and how long that is waited for at most. */
const QUIET_MILLISECONDS = 50;
const LONGEST_ACCEPT_MILLISECONDS = 500;

/**
 * Opens a listener for HTTP/1.1, or HTTPS with TLS 1.2 or newer where `tls` is given.
 * @throws Error  the port is taken, or the TLS files are not a pair
 */
export async function listen(parts: ListenerParts): Promise<Listener> {
  const limits = { ...DEFAULT_LIMITS, ...parts.limits };
  const connections = newConnections();
  const state = { stopping: false };
  const webSockets = newWebSockets(parts.webSocketTimes, parts.mostUnfinishedBytes);
  const onRequest = requestListener(parts, limits, connections, state);
  const server = await newServer(parts, limits, connections, onRequest);
  offerUpgrades({ server, onRequest, webSockets });
  boundConnections(server, { perClient: limits.connectionsPerClient, exempt: parts.manyClientsAt });
  server.on('connection', connections.add);
  if (parts.tls !== undefined) server.on('secureConnection', connections.add);
  answerUnreadable(server, connections, parts.refusalBodyOf ?? PLAIN_REFUSAL);

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(parts.port, parts.host, resolve);
  });
  // Only now: a port that is taken must not leave the files watched.
  const unfollow = followTls(parts, server);
  const ending = endLateBodies(connections, {
    milliseconds: limits.bodyMilliseconds,
    everyMilliseconds: Math.min(limits.bodyMilliseconds, CHECK_MILLISECONDS),
    onLate: (connection, response) => {
      connection.refused = true;
      refuse(response, TOO_SLOW, parts.refusalBodyOf ?? PLAIN_REFUSAL);
    },
  });
  server.once('close', ending);
  const endingUnread = endUnreadAnswers(connections, {
    milliseconds: limits.unreadMilliseconds,
    everyMilliseconds: Math.min(limits.unreadMilliseconds, CHECK_MILLISECONDS),
  });
  server.once('close', endingUnread);
  // Safe: a server that listens on a host and a port has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  const host = parts.host.includes(':') ? `[${parts.host}]` : parts.host;
  return {
    host: parts.host,
    port,
    url: `${parts.tls === undefined ? 'http' : 'https'}://${host}:${port}`,
    connections: connections.count,
    stop: (graceMilliseconds) => {
      state.stopping = true;
      unfollow();
      webSockets.stop();
      return stopServer(server, connections, graceMilliseconds);
    },
  };
}

async function newServer(
  { tls, isWebSocketPath: isPath = () => false }: ListenerParts,
  limits: ListenerLimits,
  connections: Connections,
  onRequest: RequestListener,
): Promise<Server> {
  const options = {
    shouldUpgradeCallback: (request: IncomingMessage) => isUpgrade(request, { isPath, connections }),
    headersTimeout: limits.headersMilliseconds,
    requestTimeout: limits.requestMilliseconds,
    keepAliveTimeout: limits.keepAliveMilliseconds,
    maxHeaderSize: limits.headerBytes,
    connectionsCheckingInterval: CHECK_MILLISECONDS,
    // The lenient parser accepts the very ambiguities that request smuggling lives on.
    insecureHTTPParser: false,
    // Checked in `ambiguityOf`: Node's own check would go on to serve what was sent behind the refused request.
    requireHostHeader: false,
    noDelay: true,
  };
  const server =
    tls === undefined
      ? createServer(options, onRequest)
      : createTlsServer(
          {
            ...options,
            ...(await readTlsPair(tls)),
            minVersion: 'TLSv1.2',
            handshakeTimeout: limits.headersMilliseconds,
          },
          onRequest,
        );
  // One more than is allowed, so that a request with too many can be told from one with just enough.
  server.maxHeadersCount = limits.headers + 1;
  server.maxConnections = limits.connections;
  // Else a process of several passes what it has no room for to the next, and when all are full it goes round without end.
  return Object.assign(server, { dropMaxConnection: true });
}

function followTls({ tls, onTlsReload }: ListenerParts, server: Server): () => void {
  // Safe: with `tls`, newServer made an HTTPS server, which is a TLS server.
  const tlsServer = server as Server & Parameters<typeof followTlsFiles>[0]['server'];
  return tls === undefined
    ? () => {}
    : followTlsFiles({ server: tlsServer, files: tls, onReload: (reload) => onTlsReload?.(reload) });
}

function requestListener(
  { handler, refusalBodyOf = PLAIN_REFUSAL, onAnswered, shed = () => false }: ListenerParts,
  limits: ListenerLimits,
  connections: Connections,
  state: { readonly stopping: boolean },
): RequestListener {
  return (request, response) => {
    const connection = connections.of(request.socket);
    const ahead = connection?.inFlight.length ?? 0;
    const refusal = refusalOf(request, ahead + 1, limits);
    if (state.stopping) response.setHeader('Connection', 'close');
    // Behind nothing else, such an answer is written by now and owed to nobody, unless it waits for others or its client.
    if (ahead === 0 && refusal === undefined && connection?.refused === false && shed(request, response)) {
      if (response.writableLength > 0) connections.begin(request, response);
      else connections.pass(connection);
      return;
    }
    const begun = connections.begin(request, response);
    // Sent behind a refused one: it is not answered, and the connection ends with the refusal.
    if (begun.refused) return;
    if (ahead > 0 && refusal === undefined && shed(request, response)) return;
    if (onAnswered !== undefined) {
      const begunAt = performance.now();
      response.once('close', () => onAnswered(request, response, performance.now() - begunAt));
    }
    if (refusal === undefined) {
      handler(request, response);
      return;
    }
    begun.refused = true;
    refuse(response, refusal, refusalBodyOf);
  };
}

function refusalOf(request: IncomingMessage, ahead: number, limits: ListenerLimits): Refusal | undefined {
  if (request.rawHeaders.length > limits.headers * 2) return TOO_MANY_HEADERS;
  return ahead > limits.ahead ? TOO_MANY_AHEAD : ambiguityOf(request);
}

function refuse(response: ServerResponse, refusal: Refusal, refusalBodyOf: RefusalBodyOf): void {
  const { contentType, body } = refusalBodyOf(refusal);
  const headers: Record<string, string> = {
    'Content-Type': contentType,
    'Cache-Control': 'no-store',
    Connection: 'close',
  };
  if (refusal.status === 503) headers['Retry-After'] = '1';
  response.writeHead(refusal.status, headers).end(body);
}

async function stopServer(server: Server, connections: Connections, graceMilliseconds: number): Promise<void> {
  const begunAt = performance.now();
  const elapsed = (): number => performance.now() - begunAt;
  const patience = Math.min(IDLE_PATIENCE_MILLISECONDS, graceMilliseconds / 2);
  let closed = false;
  connections.closeAfterAnswers();
  await acceptWaiting(server);
  // Not server.close(): HTTP's own cuts every idle connection at once, and with it the request that its client is just
  // sending. Such a request is answered here, with `Connection: close`.
  NetServer.prototype.close.call(server, () => {
    closed = true;
  });
  while (!closed) {
    if (elapsed() >= patience) {
      server.closeIdleConnections();
      connections.closeUnused();
    }
    if (elapsed() >= graceMilliseconds) connections.closeAll();
    await delay(10);
  }
  // Already closed: this only ends HTTP's own check of its connections.
  server.close(() => {});
}

/**
 * The kernel finishes handshakes by itself and resets what nobody has accepted when the listening socket closes, with the
 * requests that are on their way over it. So the socket closes when no more come: clients have read `Connection: close`
 * or `/readyz` by then, and go elsewhere.
 */
async function acceptWaiting(server: Server): Promise<void> {
  const begunAt = performance.now();
  let cameAt = begunAt;
  const onConnection = (): void => {
    cameAt = performance.now();
  };
  server.on('connection', onConnection);
  const isOver = (now: number): boolean =>
    now - cameAt >= QUIET_MILLISECONDS || now - begunAt >= LONGEST_ACCEPT_MILLISECONDS;
  while (!isOver(performance.now())) await delay(5);
  server.off('connection', onConnection);
  // Behind the turn that accepts: what came in the last moment is taken as well.
  await nextTurn();
}
