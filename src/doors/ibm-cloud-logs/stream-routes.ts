import type { RequestHandler, Router } from 'express';
import { acceptWebSocket } from '../../http/accept-web-socket.ts';
import { methods } from '../../http/methods.ts';
import { type BodyBudget, bodyBudget } from '../../http/read-inflated-body.ts';
import type { AcceptLines } from '../../ingestion/accept-lines.ts';
import type { SenderWatch } from '../../ingestion/watch-senders.ts';
import { CLOSE_CODES } from './logs-problems.ts';
import { STREAM_PATHS } from './paths.ts';
import { LIMIT_BYTES } from './read-entries.ts';
import { type SendingParts, senderOf } from './sending-request.ts';
import { streamSession } from './stream-session.ts';

/** What the web socket stands on. */
export interface StreamRouteParts extends SendingParts {
  readonly accept: AcceptLines;
  readonly watch: SenderWatch;
  /** Told of what is no problem, but a defect. */
  readonly onDefect: (failure: unknown) => void;
}

/** The subprotocol. */
const PROTOCOL = 'logs.v1';
/** Of all frames that wait to be acknowledged, of all sockets of this process. */
const BUDGET_BYTES = 64 * 1024 * 1024;

/** The web socket, to which each client has its credential in the upgrade request. */
export function streamRoutes(router: Router, parts: StreamRouteParts): void {
  const budget = bodyBudget(BUDGET_BYTES);
  methods(router, STREAM_PATHS.stream, { GET: stream(parts, budget) });
  methods(router, STREAM_PATHS.streamOfInstance, { GET: stream(parts, budget) });
}

function stream(parts: StreamRouteParts, budget: BodyBudget): RequestHandler {
  return async (request) => {
    const sender = await senderOf(request, parts);
    await acceptWebSocket(request, {
      protocol: PROTOCOL,
      limitBytes: LIMIT_BYTES,
      tooLargeCode: CLOSE_CODES.tooLarge,
      events: (webSocket) => streamSession({ ...parts, webSocket, sender, budget }),
    });
  };
}
