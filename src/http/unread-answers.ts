import type { Connections } from './connections.ts';

/** How long a client may leave a whole answer unread. */
export interface UnreadAnswers {
  readonly milliseconds: number;
  readonly everyMilliseconds: number;
}

/**
 * Ends connections of clients that ask and do not read (slow reading): Node would keep their answers, and the memory of
 * them, for as long as they stay. @returns what ends the looking
 */
export function endUnreadAnswers(
  connections: Connections,
  { milliseconds, everyMilliseconds }: UnreadAnswers,
): () => void {
  const check = (): void => {
    const begunBefore = performance.now() - milliseconds;
    for (const { inFlight, begunAt } of connections.all()) {
      const [head] = inFlight;
      // Given by us, and not taken by the client, since before its last request.
      const isUnread = head?.writableEnded === true && !head.writableFinished;
      if (isUnread && begunAt <= begunBefore) head.req.socket.destroy();
    }
  };
  const checking = setInterval(check, everyMilliseconds).unref();
  return () => clearInterval(checking);
}
