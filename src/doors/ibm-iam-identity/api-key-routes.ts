import type { RequestHandler, Router } from 'express';
import type { Caller } from '../../access/caller.ts';
import type { ApiKey } from '../../api-keys/api-key.ts';
import type { ApiKeys } from '../../api-keys/api-keys.ts';
import { apiKeyCrn } from '../../api-keys/new-api-key.ts';
import type { TrackRecord } from '../../audit/track-record.ts';
import { type CallerOf, writeEntity, writeNothing } from '../../http/api-answers.ts';
import { requiredIfMatch } from '../../http/if-match.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import type { SealedCursors } from '../../http/sealed-cursors.ts';
import type { UseOf } from '../../ingestion/ingestion-use.ts';
import type { ServiceIdGroups } from '../../service-ids/service-id-groups.ts';
import { isUser } from '../../users/is-user.ts';
import { API_KEY_PATHS } from './api-key-operations.ts';
import {
  API_KEY_CHANGE,
  API_KEY_DETAILS_HEADERS,
  API_KEY_DETAILS_PARAMETERS,
  API_KEY_LIST_PARAMETERS,
  type ApiKeyRecordRepresentation,
  NEW_API_KEY,
  NEW_API_KEY_HEADERS,
} from './api-key-schemas.ts';
import { formatDate } from './dates.ts';
import { entityIdOf } from './entity-ids.ts';
import { readFilter } from './filter.ts';
import { type ListAddress, readPagePlace, writtenPage } from './page-links.ts';
import { readHeaders } from './read-headers.ts';
import { apiKeyRepresentation } from './representations.ts';
import { READ_PARAMETERS } from './schemas.ts';
import { trackRecordRepresentation } from './track-records.ts';

/** What the routes of API keys stand on. */
export interface ApiKeyRouteParts {
  readonly apiKeys: ApiKeys;
  readonly serviceIdGroups: ServiceIdGroups;
  readonly trackRecord: TrackRecord;
  /** What was sent as log lines with a key, or with its tokens. */
  readonly linesSentWith: UseOf;
  readonly callerOf: CallerOf;
  readonly cursors: SealedCursors;
  /** Without a last slash; the links of lists begin with it. */
  readonly publicUrl: string;
}

/** A handler of a path that names one key. */
type OneApiKeyHandler = RequestHandler<{ id: string }>;

/** `/v1/apikeys` (IBM Cloud IAM Identity API, "API keys"). */
export function apiKeyRoutes(router: Router, parts: ApiKeyRouteParts): void {
  methods(router, API_KEY_PATHS.all, { GET: listApiKeys(parts), POST: createApiKey(parts) });
  // Before `:id`, which would take `details` for an id.
  methods(router, API_KEY_PATHS.details, { GET: getApiKeyDetails(parts) });
  methods(router, API_KEY_PATHS.one, {
    GET: getApiKey(parts),
    PUT: updateApiKey(parts),
    DELETE: changing(parts, (caller, id) => parts.apiKeys.remove(caller, id)),
  });
  methods(router, API_KEY_PATHS.lock, {
    POST: changing(parts, (caller, id) => parts.apiKeys.setLocked(caller, id, true)),
    DELETE: changing(parts, (caller, id) => parts.apiKeys.setLocked(caller, id, false)),
  });
  methods(router, API_KEY_PATHS.disable, {
    POST: changing(parts, (caller, id) => parts.apiKeys.setDisabled(caller, id, true)),
    DELETE: changing(parts, (caller, id) => parts.apiKeys.setDisabled(caller, id, false)),
  });
}

function listApiKeys(parts: ApiKeyRouteParts): RequestHandler {
  const { apiKeys, serviceIdGroups, callerOf, cursors, publicUrl } = parts;
  return async (request, response) => {
    const caller = await callerOf(request);
    const query = readQuery(request, API_KEY_LIST_PARAMETERS);
    const accountId = query.account_id ?? caller.accountId;
    const { group_id: groupId } = query;
    const isOfMany = query.scope === 'account' || groupId !== undefined;
    const iamId = query.iam_id ?? (isOfMany ? undefined : caller.iamId);
    const address: ListAddress = {
      publicUrl,
      cursors,
      request,
      path: API_KEY_PATHS.all,
      parameters: Object.keys(API_KEY_LIST_PARAMETERS.shape),
      context: [accountId, iamId, groupId, query.type, query.filter, query.sort, query.order],
    };
    const place = readPagePlace(address, query);
    const group = groupId === undefined ? undefined : await serviceIdGroups.membersOf(caller, groupId);
    const wanted = { accountId, iamId, order: query.sort, matches: matching({ ...query, group }) };
    const listing = await apiKeys.list(caller, { ...wanted, ...place.asked });
    const { rows, envelope } = writtenPage(address, place, listing);
    // A list never shows a value, also not a stored one: one careless call would show all of them.
    const apikeys = await Promise.all(
      rows.map(async (row) => apiKeyRepresentation(row, await recordOf(parts, row, query))),
    );
    response.json({ ...envelope, apikeys });
  };
}

/** Every member of a key that is text or a flag, and how a filter reads it. Nothing more is made of a row: many are read. */
const FILTERED = {
  name: ({ name }: ApiKey) => name,
  description: ({ description }: ApiKey) => description,
  id: ({ id }: ApiKey) => id,
  crn: apiKeyCrn,
  iam_id: ({ iamId }: ApiKey) => iamId,
  account_id: ({ accountId }: ApiKey) => accountId,
  created_by: ({ createdBy }: ApiKey) => createdBy,
  locked: ({ locked }: ApiKey) => String(locked),
  disabled: ({ disabled }: ApiKey) => String(disabled),
  support_sessions: ({ supportSessions }: ApiKey) => String(supportSessions),
  action_when_leaked: ({ actionWhenLeaked }: ApiKey) => actionWhenLeaked,
} as const;

/** What of a query chooses among keys. */
interface ChosenKeys {
  readonly type?: 'user' | 'serviceid' | undefined;
  readonly filter?: string | undefined;
  /** Only keys of these identities. */
  readonly group?: ReadonlySet<string> | undefined;
}

/** @returns what `type`, `filter` and `group` ask for; `undefined` when they ask for nothing */
function matching({ type, filter, group }: ChosenKeys) {
  if (type === undefined && filter === undefined && group === undefined) return undefined;
  const matchesFilter = filter === undefined ? () => true : readFilter(filter, FILTERED);
  return (apiKey: ApiKey): boolean => {
    if (type !== undefined && isUser(apiKey.iamId) !== (type === 'user')) return false;
    if (group !== undefined && !group.has(apiKey.iamId)) return false;
    return matchesFilter((attribute) => FILTERED[attribute](apiKey));
  };
}

function createApiKey({ apiKeys, callerOf }: ApiKeyRouteParts): RequestHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const headers = readHeaders(request, NEW_API_KEY_HEADERS);
    const body = await readJson(request, NEW_API_KEY);
    const { apiKey, secret } = await apiKeys.create(caller, {
      accountId: body.account_id ?? caller.accountId,
      iamId: body.iam_id,
      name: body.name,
      description: body.description,
      value: body.apikey,
      storeValue: body.store_value,
      supportSessions: body.support_sessions,
      actionWhenLeaked: body.action_when_leaked,
      expiresAt: body.expires_at,
      locked: headers['Entity-Lock'],
      disabled: headers['Entity-Disable'],
    });
    writeEntity(response, 201, apiKey.entityTag, apiKeyRepresentation(apiKey, { secret }));
  };
}

function getApiKeyDetails(parts: ApiKeyRouteParts): RequestHandler {
  const { apiKeys, callerOf } = parts;
  return async (request, response) => {
    const caller = await callerOf(request);
    const query = readQuery(request, API_KEY_DETAILS_PARAMETERS);
    const headers = readHeaders(request, API_KEY_DETAILS_HEADERS);
    const apiKey = await apiKeys.getBySecret(caller, headers['IAM-ApiKey']);
    const record = await recordOf(parts, apiKey, query);
    const secret = await apiKeys.storedSecret(caller, apiKey);
    writeEntity(response, 200, apiKey.entityTag, apiKeyRepresentation(apiKey, { secret, ...record }));
  };
}

function getApiKey(parts: ApiKeyRouteParts): OneApiKeyHandler {
  const { apiKeys, callerOf } = parts;
  return async (request, response) => {
    const caller = await callerOf(request);
    const query = readQuery(request, READ_PARAMETERS);
    const apiKey = await apiKeys.get(caller, entityIdOf(request.params.id, 'apikey', caller));
    const record = await recordOf(parts, apiKey, query);
    const secret = await apiKeys.storedSecret(caller, apiKey);
    writeEntity(response, 200, apiKey.entityTag, apiKeyRepresentation(apiKey, { secret, ...record }));
  };
}

function updateApiKey({ apiKeys, callerOf }: ApiKeyRouteParts): OneApiKeyHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const ifMatch = requiredIfMatch(request);
    const body = await readJson(request, API_KEY_CHANGE);
    const change = {
      name: body.name,
      description: body.description,
      supportSessions: body.support_sessions,
      actionWhenLeaked: body.action_when_leaked,
      expiresAt: body.expires_at,
    };
    const id = entityIdOf(request.params.id, 'apikey', caller);
    const apiKey = await apiKeys.update(caller, id, change, ifMatch);
    const secret = await apiKeys.storedSecret(caller, apiKey);
    writeEntity(response, 200, apiKey.entityTag, apiKeyRepresentation(apiKey, { secret }));
  };
}

/** A change that takes no body and answers none. */
function changing(
  { callerOf }: ApiKeyRouteParts,
  change: (caller: Caller, id: string) => Promise<unknown>,
): OneApiKeyHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    await change(caller, entityIdOf(request.params.id, 'apikey', caller));
    writeNothing(response);
  };
}

async function recordOf(
  { trackRecord, linesSentWith }: ApiKeyRouteParts,
  { accountId, id }: ApiKey,
  asked: { include_history: boolean; include_activity?: boolean },
): Promise<ApiKeyRecordRepresentation> {
  const { include_history: includeHistory, include_activity: includeActivity = false } = asked;
  const [record, sent] = await Promise.all([
    trackRecordRepresentation(trackRecord, { accountId, id, activityId: id, includeHistory, includeActivity }),
    includeActivity ? linesSentWith(id) : undefined,
  ]);
  if (record.activity === undefined || sent === undefined) return record;
  const { requests, lines, bytes, lastAt } = sent;
  const sentLines = { requests, lines, bytes, last_used_at: formatDate(lastAt) };
  return { ...record, activity: { ...record.activity, log_lines: sentLines } };
}
