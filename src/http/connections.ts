import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What is known of one open connection. */
export interface Connection {
  /**
   * Answers begun or owed, in the order of their requests. A list: a `Set` makes a new table now and then, V8 links it from
   * the one before, and one of these that has grown old keeps all that come after it, with every request of the connection
   * and its answer, until the next full garbage collection.
   */
  readonly inFlight: ServerResponse[];
  /** Requests that have come so far. */
  requests: number;
  /** When the headers of the last one were there, on the clock of `performance`. Only the last one can be incomplete. */
  begunAt: number;
  /** True once a request on it was refused: nothing that follows on it can be trusted, or will be served. */
  refused: boolean;
  /** To be done when the last answer in flight is over. */
  whenIdle: (() => void) | undefined;
}

/** The open connections of a listener and what each of them owes. */
export interface Connections {
  /** Begins to follow a new connection. */
  add(socket: Socket): void;
  of(socket: Socket): Connection | undefined;
  all(): Iterable<Connection>;
  /** Counts a request until its answer is over, and returns its connection. */
  begin(request: IncomingMessage, response: ServerResponse): Connection;
  /** Counts a request whose answer is over already. */
  pass(connection: Connection): void;
  /** Asks for the end of each connection after the answers that are now under way. */
  closeAfterAnswers(): void;
  /** Closes connections over which nothing has ever come. */
  closeUnused(): void;
  closeAll(): void;
  count(): number;
}

/** Follows the connections of one listener. */
export function newConnections(): Connections {
  const open = new Map<Socket, Connection>();

  const add = (socket: Socket): Connection => {
    const connection: Connection = {
      inFlight: [],
      requests: 0,
      begunAt: 0,
      refused: false,
      whenIdle: undefined,
    };
    open.set(socket, connection);
    socket.once('close', () => {
      open.delete(socket);
      // Node tells the end only to the answer whose turn it is. The ones behind it would be counted as under way for
      // ever, and whoever sends requests ahead and leaves could fill every bound on them.
      for (const response of [...connection.inFlight]) if (response.socket === null) response.emit('close');
    });
    return connection;
  };

  return {
    add,
    of: (socket) => open.get(socket),
    all: () => open.values(),

    begin({ socket }, response) {
      const connection = open.get(socket) ?? add(socket);
      connection.requests += 1;
      connection.begunAt = performance.now();
      connection.inFlight.push(response);
      response.once('close', () => {
        const at = connection.inFlight.indexOf(response);
        if (at >= 0) connection.inFlight.splice(at, 1);
        if (connection.inFlight.length === 0) connection.whenIdle?.();
      });
      return connection;
    },

    pass(connection) {
      connection.requests += 1;
      connection.begunAt = performance.now();
    },

    closeAfterAnswers() {
      for (const { inFlight } of open.values()) {
        for (const response of inFlight) if (!response.headersSent) response.setHeader('Connection', 'close');
      }
    },

    closeUnused() {
      for (const [socket, { requests }] of open) if (requests === 0 && socket.bytesRead === 0) socket.destroy();
    },

    closeAll() {
      for (const socket of open.keys()) socket.destroy();
    },

    count: () => open.size,
  };
}
