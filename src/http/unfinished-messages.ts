import type { EventEmitter } from 'node:events';

/** Bounds what has come of messages that have not ended, of all web sockets of a listener. */
export interface UnfinishedMessages {
  /** Counts what comes over a web socket between its messages. */
  follow(webSocket: EndableWebSocket, socket: EventEmitter): void;
}

/** What is needed of a web socket. */
export interface EndableWebSocket extends EventEmitter {
  terminate(): void;
}

const MOST_BYTES = 128 * 1024 * 1024;
/** A socket with less is not counted: answers to pings come to as much only in days, and are no message. */
const SMALL_BYTES = 64 * 1024;

/**
 * Memory exhaustion: each client may send all but the last byte of a message, and stay. When together they hold too much, the one
 * that has been at its message for longest is cut off, so that who only waits loses, and not who comes with a whole one.
 */
export function unfinishedMessages(mostBytes = MOST_BYTES): UnfinishedMessages {
  /** In the order in which they came to be counted. */
  const large = new Map<EndableWebSocket, number>();
  let held = 0;

  const forget = (webSocket: EndableWebSocket): void => {
    held -= large.get(webSocket) ?? 0;
    large.delete(webSocket);
  };
  const count = (webSocket: EndableWebSocket, bytes: number): void => {
    held += bytes - (large.get(webSocket) ?? 0);
    large.set(webSocket, bytes);
    for (const [oldest] of large) {
      if (held <= mostBytes) return;
      forget(oldest);
      oldest.terminate();
    }
  };

  return {
    follow(webSocket, socket) {
      let bytes = 0;
      // Before `ws` reads it: the piece that ends a message is no part of the next.
      socket.prependListener('data', (piece: Buffer) => {
        bytes += piece.length;
        if (bytes > SMALL_BYTES) count(webSocket, bytes);
      });
      webSocket.on('message', () => {
        bytes = 0;
        forget(webSocket);
      });
      webSocket.once('close', () => forget(webSocket));
    },
  };
}
