import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Router } from 'express';
import type { ClientAddressOf } from '../../http/client-addresses.ts';
import type { DirectHandler, DirectRoutes } from '../../http/direct-routes.ts';
import { requireMediaType } from '../../http/media-type.ts';
import { methods } from '../../http/methods.ts';
import { type BodyBudget, bodyBudget, withInflatedBody } from '../../http/read-inflated-body.ts';
import { type RequestNames, requestNamesOf } from '../../http/request-identity.ts';
import { NO_STORE_HEADERS, SECURITY_HEADERS } from '../../http/security-headers.ts';
import type { Ingestion } from '../../ingestion/ingestion.ts';
import type { LogPlace } from '../../ingestion/log-place.ts';
import { ApiKeyUnknown } from '../../problems/credential-problems.ts';
import { ingestionSecretOf } from './ingestion-secret.ts';
import { logSenderOf } from './log-sender.ts';
import { type BodyReader, bodyReader, type ReadBody } from './read-body.ts';

/** What the routes that take lines stand on. */
export interface IngestRouteParts {
  readonly ingestion: Pick<Ingestion, 'authenticate' | 'accept' | 'arrivalAt'>;
  readonly clientAddressOf: ClientAddressOf;
  /** Whether `?apikey=` is taken. */
  readonly keysInUrl: boolean;
  readonly direct: DirectRoutes;
}

/** Where lines are sent; agents post to the second. */
export const INGEST_PATHS = { ingest: '/logs/ingest', agent: '/logs/agent' } as const;

/** Of a body, as sent and inflated (Log Analysis docs, "Service limits"). */
const INGEST_LIMIT_BYTES = 10 * 1024 * 1024;
/** Of all bodies that this process reads at once. */
const BUDGET_BYTES = 96 * 1024 * 1024;
/** A body may take seconds to come; a key that is taken back meanwhile is refused within one. */
const PROVEN_MILLISECONDS = 250;
const SOURCE = 'logdna';

/** `POST /logs/ingest` and `/logs/agent` (LogDNA ingestion API). */
export function ingestRoutes(router: Router, parts: IngestRouteParts): void {
  const handler = ingest(parts, bodyBudget(BUDGET_BYTES), bodyReader());
  methods(router, INGEST_PATHS.ingest, { POST: parts.direct.post(INGEST_PATHS.ingest, handler) });
  methods(router, INGEST_PATHS.agent, { POST: parts.direct.post(INGEST_PATHS.agent, handler) });
}

function ingest(parts: IngestRouteParts, budget: BodyBudget, read: BodyReader): DirectHandler {
  const { ingestion, clientAddressOf, keysInUrl } = parts;
  return async (request, response) => {
    const secret = ingestionSecretOf(request, { keysInUrl });
    const address = clientAddressOf(request);
    // Before the body is read: nobody without a key makes this service read 10 MB.
    const proven = await provenPlace(ingestion, secret, address);
    const provenAt = performance.now();
    const { 'content-type': contentType } = request.headers;
    if (contentType !== undefined) requireMediaType(contentType, 'application/json');
    const sender = logSenderOf(request);
    await withInflatedBody(request, { limitBytes: INGEST_LIMIT_BYTES, budget }, async (body) => {
      const isOld = performance.now() - provenAt > PROVEN_MILLISECONDS;
      const place = isOld ? await provenPlace(ingestion, secret, address) : proven;
      const { kept, taken, statuses } = takeIn(
        ingestion,
        place,
        read(body, sender, ingestion.arrivalAt(place, SOURCE)),
      );
      await kept;
      writeTaken(response, requestNamesOf(request), taken, statuses);
    });
  };
}

/** Apart, so that nobody who waits for `kept` holds the entries meanwhile (see `acceptLinesWith`). */
function takeIn(ingestion: IngestRouteParts['ingestion'], place: LogPlace, { lines, taken, statuses }: ReadBody) {
  return { kept: ingestion.accept(place, lines, SOURCE), taken, statuses };
}

async function provenPlace(
  ingestion: IngestRouteParts['ingestion'],
  secret: string,
  address: string,
): Promise<LogPlace> {
  const place = await ingestion.authenticate(secret, address);
  if (place === undefined) throw new ApiKeyUnknown();
  return place;
}

const COMMON_HEADERS: Readonly<Record<string, string>> = Object.freeze({
  ...SECURITY_HEADERS,
  ...NO_STORE_HEADERS,
  'Content-Type': 'application/json; charset=utf-8',
});

/** 207: some were taken; clients drop the others. In one `writeHead`, because this route is hot. */
function writeTaken(
  response: ServerResponse,
  { transactionId, requestId }: RequestNames,
  taken: number,
  statuses: readonly number[] | undefined,
): void {
  const text =
    statuses === undefined
      ? `{"status":"ok","batchID":"${randomUUID()}:${taken}:latchkey"}`
      : JSON.stringify({ status: statuses });
  response.writeHead(statuses === undefined ? 200 : 207, {
    ...COMMON_HEADERS,
    'Transaction-Id': transactionId,
    'X-Request-Id': requestId,
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}
