import type { IncomingMessage, ServerResponse } from 'node:http';
import { hasBody } from './read-body.ts';

/**
 * Calls `onLate` when the body is not complete so many milliseconds after the headers and nothing is answered yet. What
 * has come and waits to be read here is not the client's delay. A body that comes with its headers costs no timer.
 */
export function awaitBody(
  request: IncomingMessage,
  response: ServerResponse,
  { milliseconds, onLate }: { readonly milliseconds: number; readonly onLate: () => void },
): void {
  if (!hasBody(request)) return;
  const check = (): void => {
    if (request.complete || response.headersSent || request.destroyed) return;
    if (request.readableLength >= request.readableHighWaterMark) timer.refresh();
    else onLate();
  };
  let timer: NodeJS.Timeout;
  // The parser tells of the headers first; by the next tick it has also read what came with them.
  process.nextTick(() => {
    if (request.complete || response.writableEnded) return;
    timer = setTimeout(check, milliseconds).unref();
    response.once('close', () => clearTimeout(timer));
  });
}
