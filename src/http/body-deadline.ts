import type { ServerResponse } from 'node:http';
import type { Connection, Connections } from './connections.ts';

/** When a body is late, and what is done about it. */
export interface BodyDeadline {
  /** From the last header to the last byte of the body. */
  readonly milliseconds: number;
  readonly everyMilliseconds: number;
  readonly onLate: (connection: Connection, response: ServerResponse) => void;
}

/**
 * Looks again and again for requests whose body is not there in time (slow body). A timer for each request would cost every
 * exchange what only an attack needs. @returns what ends it
 */
export function endLateBodies(
  connections: Connections,
  { milliseconds, everyMilliseconds, onLate }: BodyDeadline,
): () => void {
  const check = (): void => {
    const begunBefore = performance.now() - milliseconds;
    for (const connection of connections.all()) {
      if (connection.refused || connection.begunAt > begunBefore) continue;
      for (const response of [...connection.inFlight]) if (isAwaited(response)) onLate(connection, response);
    }
  };
  const checking = setInterval(check, everyMilliseconds).unref();
  return () => clearInterval(checking);
}

/** What has come and waits to be read here is not the client's delay. */
function isAwaited({ req, headersSent }: ServerResponse): boolean {
  return !req.complete && !headersSent && req.readableLength < req.readableHighWaterMark;
}
