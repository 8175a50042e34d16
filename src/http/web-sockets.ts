import type { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';
import { unfinishedMessages } from './unfinished-messages.ts';

/** When open web sockets are looked after; times in milliseconds. */
export interface WebSocketTimes {
  /** How often all of them are looked at. Default: 5000. */
  readonly everyMilliseconds: number;
  /** From a client that sent nothing for so long an answer is asked. Default: 30000. */
  readonly pingMilliseconds: number;
  /** Without one byte for so long the client is gone (half-open connection). Default: 60000. */
  readonly silentMilliseconds: number;
  /** For a client to take anything of what it is sent (slow reading). Default: 20000. */
  readonly unreadMilliseconds: number;
}

/** The open web sockets of a listener. */
export interface WebSockets {
  /** True once the listener stops: no more are accepted. */
  readonly stopping: boolean;
  /** @param onStopping told that the listener stops: it is to close the socket soon */
  add(webSocket: WebSocket, socket: FollowedSocket, onStopping: () => void): void;
  stop(): void;
  count(): number;
}

/** What is looked at of the connection under a web socket. */
export interface FollowedSocket extends EventEmitter {
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

interface Followed {
  readonly webSocket: WebSocket;
  readonly socket: FollowedSocket;
  readonly onStopping: () => void;
  read: number;
  taken: number;
  heardAt: number;
  takenAt: number;
  pinged: boolean;
}

const DEFAULT_TIMES: WebSocketTimes = {
  everyMilliseconds: 5000,
  pingMilliseconds: 30_000,
  silentMilliseconds: 60_000,
  unreadMilliseconds: 20_000,
};

/**
 * Follows the web sockets of one listener, with one timer for all, which runs while there are any.
 * @param mostUnfinishedBytes see `unfinishedMessages`
 */
export function newWebSockets(given: Partial<WebSocketTimes> = {}, mostUnfinishedBytes?: number): WebSockets {
  const times = { ...DEFAULT_TIMES, ...given };
  const unfinished = unfinishedMessages(mostUnfinishedBytes);
  const open = new Set<Followed>();
  let looking: NodeJS.Timeout | undefined;
  let stopping = false;

  const look = (): void => {
    const now = performance.now();
    for (const followed of open) lookAfter(followed, now, times);
  };
  const remove = (followed: Followed): void => {
    open.delete(followed);
    if (open.size > 0) return;
    clearInterval(looking);
    looking = undefined;
  };

  return {
    get stopping() {
      return stopping;
    },
    add(webSocket, socket, onStopping) {
      const now = performance.now();
      const counters = { read: socket.bytesRead, taken: 0, heardAt: now, takenAt: now, pinged: false };
      const followed: Followed = { webSocket, socket, onStopping, ...counters };
      open.add(followed);
      unfinished.follow(webSocket, socket);
      looking ??= setInterval(look, times.everyMilliseconds).unref();
      webSocket.once('close', () => remove(followed));
    },
    stop() {
      stopping = true;
      for (const { onStopping } of [...open]) onStopping();
    },
    count: () => open.size,
  };
}

function lookAfter(followed: Followed, now: number, times: WebSocketTimes): void {
  const { webSocket, socket } = followed;
  const waiting = webSocket.bufferedAmount;
  const taken = socket.bytesWritten - waiting;
  if (waiting === 0 || taken !== followed.taken) Object.assign(followed, { taken, takenAt: now });
  // While we do not read, nothing can be heard: that is our doing, and not the client's.
  if (socket.bytesRead !== followed.read || webSocket.isPaused) {
    Object.assign(followed, { read: socket.bytesRead, heardAt: now, pinged: false });
  }
  const silence = now - followed.heardAt;
  if (now - followed.takenAt > times.unreadMilliseconds || silence > times.silentMilliseconds) {
    webSocket.terminate();
  } else if (silence > times.pingMilliseconds && !followed.pinged) {
    followed.pinged = true;
    webSocket.ping();
  }
}
