import type { Request, Response, Router } from 'express';
import type { Caller } from '../../access/caller.ts';
import type { AccountLog } from '../../account-log/account-log.ts';
import { beginningAt, type LogPlace, placeAsCursor, placeFromCursor } from '../../account-log/log-place.ts';
import type { TenantNames } from '../../accounts/tenant-names.ts';
import type { Clock } from '../../clock/clock.ts';
import type { ClientAddressOf } from '../../http/client-addresses.ts';
import { methods } from '../../http/methods.ts';
import { queryStringOf, readQuery } from '../../http/read-query.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import type { SealedCursors } from '../../http/sealed-cursors.ts';
import { type QuotaState, type RequestQuota, requireWithin } from '../../limits/request-quota.ts';
import { AccountMismatch, ApiKeyUnknown } from '../../problems/credential-problems.ts';
import type { ProveKey } from '../../tokens/prove-key.ts';
import { parseEventFilter } from './event-filter-parser.ts';
import { kindsOf, type LogEvent, linesFor } from './event-lines.ts';
import { LOG_SOURCES, sourcesOf } from './event-sources.ts';
import { logKeyPairOf } from './logs-credentials.ts';
import { LOGS_PATHS } from './logs-operations.ts';
import {
  LOGS_PARAMETERS,
  type LogsQuery,
  PRETTY_PRINT,
  rangeOf,
  TAIL_PARAMETERS,
  withReadableFilter,
} from './logs-parameters.ts';
import { publicIdOf } from './public-id.ts';
import { type ResultPage, wholePage } from './result-page.ts';

/** What the routes of logs stand on. */
export interface LogsRouteParts {
  readonly proveKey: ProveKey;
  readonly tenantNames: Pick<TenantNames, 'ofHost'>;
  readonly accountLog: AccountLog;
  /** Of requests, by account. */
  readonly logReads: RequestQuota;
  readonly cursors: SealedCursors;
  readonly clientAddressOf: ClientAddressOf;
  readonly clock: Clock;
}

/** Of the log, where somebody begins to follow it. */
const TAIL_MILLISECONDS = 15_000;

/** `/monitoring/logs` (PingOne Advanced Identity Cloud, "Get audit and debug logs"). */
export function logsRoutes(router: Router, parts: LogsRouteParts): void {
  methods(router, LOGS_PATHS.sources, {
    async GET(request, response) {
      await readerOf(parts, request, response);
      const { _prettyPrint } = readQuery(request, PRETTY_PRINT);
      write(response, _prettyPrint, wholePage(LOG_SOURCES));
    },
  });
  methods(router, LOGS_PATHS.logs, {
    async GET(request, response) {
      const caller = await readerOf(parts, request, response);
      const query = readQuery(withReadableFilter(request), LOGS_PARAMETERS);
      const place = placeOf(parts, caller, LOGS_PATHS.logs, query) ?? inRange(query, parts.clock.now());
      const page = await read(parts, caller, query, place);
      // Whoever is at the end is told by `null`: an empty text would be one more cookie to some clients.
      const cookie = page.ended ? null : sealed(parts, caller, LOGS_PATHS.logs, query, page.place);
      write(response, query._prettyPrint, pageOfEvents(page.lines, cookie));
    },
  });
  methods(router, LOGS_PATHS.tail, {
    async GET(request, response) {
      const caller = await readerOf(parts, request, response);
      const query = readQuery(withReadableFilter(request), TAIL_PARAMETERS);
      const place = placeOf(parts, caller, LOGS_PATHS.tail, query) ?? lately(parts.clock.now());
      const page = await read(parts, caller, query, place);
      const cookie = sealed(parts, caller, LOGS_PATHS.tail, query, page.place);
      write(response, query._prettyPrint, pageOfEvents(page.lines, cookie));
    },
  });
  methods(router, LOGS_PATHS.other, {
    GET(request, response) {
      const query = queryStringOf(request);
      response.redirect(302, query === '' ? LOGS_PATHS.logs : `${LOGS_PATHS.logs}?${query}`);
    },
  });
}

/** Proves the key of a request, and counts the request. @throws what the proof throws; RateLimited */
async function readerOf(parts: LogsRouteParts, request: Request, response: Response): Promise<Caller> {
  const { proveKey, tenantNames, logReads, clientAddressOf, clock } = parts;
  const { id, secret } = logKeyPairOf(request);
  const origin = { address: clientAddressOf(request), ...requestNamesOf(request) };
  const accountOfHost = await tenantNames.ofHost(request.headers.host);
  const { caller } = await proveKey(secret, 'log_reading', origin, ({ apiKey, account }) => {
    // The id is no secret: a right secret with another key's id is a mistake, and is told like any other.
    if (publicIdOf(apiKey.id) !== id) throw new ApiKeyUnknown();
    // A host name of a tenant is a wall: keys of another one open nothing behind it.
    if (accountOfHost !== undefined && accountOfHost !== account.id) {
      throw new AccountMismatch('The key is of another tenant than the host name.');
    }
  });
  const quota = logReads.take(caller.accountId);
  response.set(rateHeaders(quota));
  requireWithin(quota, clock.now());
  return caller;
}

/** In both spellings: the system has the one, and a collector reads the other. */
function rateHeaders({ limit, remaining, resetAt }: QuotaState): Readonly<Record<string, string>> {
  const [most, left, reset] = [limit, Math.max(0, remaining), Math.ceil(resetAt / 1_000)].map(String);
  return {
    ...{ 'x-ratelimit-limit': most ?? '', 'x-ratelimit-remaining': left ?? '', 'x-ratelimit-reset': reset ?? '' },
    ...{ 'X-Rate-Limit-Limit': most ?? '', 'X-Rate-Limit-Remaining': left ?? '', 'X-Rate-Limit-Reset': reset ?? '' },
  };
}

function read({ accountLog }: LogsRouteParts, caller: Caller, query: LogsQuery, place: LogPlace) {
  const sources = sourcesOf(query.source);
  const filter = query._queryFilter === undefined ? undefined : parseEventFilter(query._queryFilter);
  const { transactionId, _pageSize: limit } = query;
  return accountLog.read(caller, {
    place,
    limit,
    transactionId,
    kinds: kindsOf(sources),
    linesOf: linesFor(sources, filter),
  });
}

function inRange(query: LogsQuery, now: number): LogPlace {
  const { from, to } = rangeOf(query, now);
  return beginningAt(from, to);
}

const lately = (now: number): LogPlace => beginningAt(now - TAIL_MILLISECONDS, undefined);

const COOKIE = '_pagedResultsCookie';

/** @throws ParameterInvalid the cookie is not of this list */
function placeOf(parts: LogsRouteParts, caller: Caller, path: string, query: LogsQuery): LogPlace | undefined {
  const { [COOKIE]: cookie } = query;
  if (cookie === undefined) return undefined;
  return placeFromCursor(parts.cursors.open(cookie, contextOf(caller, path, query), COOKIE));
}

const sealed = (parts: LogsRouteParts, caller: Caller, path: string, query: LogsQuery, place: LogPlace): string =>
  parts.cursors.seal(placeAsCursor(place), contextOf(caller, path, query));

/** The range is in the cookie itself. */
const contextOf = ({ accountId }: Caller, path: string, { source, transactionId, _queryFilter }: LogsQuery): string =>
  JSON.stringify([path, accountId, source, transactionId ?? null, _queryFilter ?? null]);

function pageOfEvents(events: readonly LogEvent[], cookie: string | null): ResultPage<LogEvent> {
  return {
    result: events,
    resultCount: events.length,
    pagedResultsCookie: cookie,
    totalPagedResultsPolicy: 'NONE',
    totalPagedResults: -1,
    remainingPagedResults: -1,
  };
}

function write(response: Response, prettyPrint: LogsQuery['_prettyPrint'], page: ResultPage<unknown>): void {
  response.type('json').send(JSON.stringify(page, undefined, prettyPrint === 'true' ? 4 : 0));
}
