import type { RequestHandler, Router } from 'express';
import { requireMediaType } from '../../http/media-type.ts';
import { methods } from '../../http/methods.ts';
import { type BodyBudget, bodyBudget, withInflatedBody } from '../../http/read-inflated-body.ts';
import type { AcceptLines } from '../../ingestion/accept-lines.ts';
import { SEND_PATHS } from './paths.ts';
import { LIMIT_BYTES, type ReadEntries, readBulk, readSingles } from './read-entries.ts';
import { type SendingParts, senderOf } from './sending-request.ts';

/** What the routes that take entries stand on. */
export interface SendRouteParts extends SendingParts {
  readonly accept: AcceptLines;
}

/** Of all bodies that this process reads at once. */
const BUDGET_BYTES = 64 * 1024 * 1024;
/** By which way the lines came. */
export const SOURCE = 'ibm-cloud-logs';

/** `singles` and `bulk` (IBM Cloud Logs ingestion API; Coralogix, "REST API bulk"). */
export function sendRoutes(router: Router, parts: SendRouteParts): void {
  const budget = bodyBudget(BUDGET_BYTES);
  methods(router, SEND_PATHS.singles, { POST: send(parts, budget, readSingles) });
  methods(router, SEND_PATHS.singlesOfInstance, { POST: send(parts, budget, readSingles) });
  methods(router, SEND_PATHS.bulk, { POST: send(parts, budget, readBulk) });
  methods(router, SEND_PATHS.bulkOfInstance, { POST: send(parts, budget, readBulk) });
}

function send(parts: SendRouteParts, budget: BodyBudget, read: (body: Buffer) => ReadEntries): RequestHandler {
  return async (request, response) => {
    // Before the body is read: nobody without a right makes this service read 2 MB.
    const sender = await senderOf(request, parts);
    requireMediaType(request.headers['content-type'], 'application/json');
    await withInflatedBody(request, { limitBytes: LIMIT_BYTES, budget }, async (body) => {
      const { entries, dropped } = read(body);
      // A body may take seconds to come, and who was refused meanwhile is refused.
      await sender.requireStill();
      await parts.accept(sender.place, entries, SOURCE);
      response.status(200).json({ accepted: entries.length, dropped });
    });
  };
}
