import type { RequestHandler, Router } from 'express';
import type { Caller } from '../../access/caller.ts';
import type { ApiKeys } from '../../api-keys/api-keys.ts';
import type { TrackRecord } from '../../audit/track-record.ts';
import { type CallerOf, writeEntity, writeNothing } from '../../http/api-answers.ts';
import { requiredIfMatch } from '../../http/if-match.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import type { SealedCursors } from '../../http/sealed-cursors.ts';
import { serviceIdCrn } from '../../service-ids/new-service-id.ts';
import type { ServiceId } from '../../service-ids/service-id.ts';
import type { ServiceIdGroups } from '../../service-ids/service-id-groups.ts';
import type { ServiceIds } from '../../service-ids/service-ids.ts';
import { entityIdOf } from './entity-ids.ts';
import { readFilter } from './filter.ts';
import { type ListAddress, readPagePlace, writtenPage } from './page-links.ts';
import { readHeaders } from './read-headers.ts';
import { apiKeyRepresentation, type ServiceIdExtras, serviceIdRepresentation } from './representations.ts';
import { SERVICE_ID_PATHS } from './service-id-operations.ts';
import {
  NEW_SERVICE_ID,
  NEW_SERVICE_ID_HEADERS,
  NEW_SERVICE_ID_PARAMETERS,
  SERVICE_ID_CHANGE,
  SERVICE_ID_LIST_PARAMETERS,
  SERVICE_ID_READ_PARAMETERS,
} from './service-id-schemas.ts';
import { trackRecordRepresentation } from './track-records.ts';

/** What the routes of service IDs stand on. */
export interface ServiceIdRouteParts {
  readonly serviceIds: ServiceIds;
  readonly serviceIdGroups: ServiceIdGroups;
  readonly apiKeys: ApiKeys;
  readonly trackRecord: TrackRecord;
  readonly callerOf: CallerOf;
  readonly cursors: SealedCursors;
  /** Without a last slash; the links of lists begin with it. */
  readonly publicUrl: string;
}

/** A handler of a path that names one service ID. */
type OneServiceIdHandler = RequestHandler<{ id: string }>;

/** `/v1/serviceids` (IBM Cloud IAM Identity API, "Service IDs"). */
export function serviceIdRoutes(router: Router, parts: ServiceIdRouteParts): void {
  methods(router, SERVICE_ID_PATHS.all, { GET: listServiceIds(parts), POST: createServiceId(parts) });
  methods(router, SERVICE_ID_PATHS.one, {
    GET: getServiceId(parts),
    PUT: updateServiceId(parts),
    DELETE: changing(parts, (caller, id) => parts.serviceIds.remove(caller, id)),
  });
  methods(router, SERVICE_ID_PATHS.lock, {
    POST: changing(parts, (caller, id) => parts.serviceIds.setLocked(caller, id, true)),
    DELETE: changing(parts, (caller, id) => parts.serviceIds.setLocked(caller, id, false)),
  });
}

/** Every member of a service ID that is text or a flag, and how a filter reads it. */
const FILTERED = {
  name: ({ name }: ServiceId) => name,
  description: ({ description }: ServiceId) => description,
  id: ({ id }: ServiceId) => id,
  crn: serviceIdCrn,
  iam_id: ({ iamId }: ServiceId) => iamId,
  account_id: ({ accountId }: ServiceId) => accountId,
  locked: ({ locked }: ServiceId) => String(locked),
} as const;

function listServiceIds(parts: ServiceIdRouteParts): RequestHandler {
  const { serviceIds, serviceIdGroups, trackRecord, callerOf, cursors, publicUrl } = parts;
  return async (request, response) => {
    const caller = await callerOf(request);
    const query = readQuery(request, SERVICE_ID_LIST_PARAMETERS);
    const accountId = query.account_id ?? caller.accountId;
    const address: ListAddress = {
      publicUrl,
      cursors,
      request,
      path: SERVICE_ID_PATHS.all,
      parameters: Object.keys(SERVICE_ID_LIST_PARAMETERS.shape),
      context: [accountId, query.name, query.group_id, query.filter, query.sort, query.order],
    };
    const place = readPagePlace(address, query);
    const { name, group_id: groupId, sort: order } = query;
    // Who may not see the group, or asks for one that is not there, hears so.
    if (groupId !== undefined) await serviceIdGroups.get(caller, groupId);
    const wanted = { accountId, name, groupId, order, matches: matching(query.filter) };
    const listing = await serviceIds.list(caller, { ...wanted, ...place.asked });
    const { rows, envelope } = writtenPage(address, place, listing);
    const serviceids = await Promise.all(
      rows.map(async (row) => serviceIdRepresentation(row, await extrasOf(trackRecord, row, query))),
    );
    response.json({ ...envelope, serviceids });
  };
}

function matching(filter: string | undefined): ((serviceId: ServiceId) => boolean) | undefined {
  if (filter === undefined) return undefined;
  const matchesFilter = readFilter(filter, FILTERED);
  return (serviceId) => matchesFilter((attribute) => FILTERED[attribute](serviceId));
}

function createServiceId({ serviceIds, apiKeys, callerOf }: ServiceIdRouteParts): RequestHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const headers = readHeaders(request, NEW_SERVICE_ID_HEADERS);
    const { show_group_id: showGroupId } = readQuery(request, NEW_SERVICE_ID_PARAMETERS);
    const body = await readJson(request, NEW_SERVICE_ID);
    const chosen = {
      accountId: body.account_id ?? caller.accountId,
      groupId: body.group_id,
      name: body.name,
      description: body.description,
      uniqueInstanceCrns: body.unique_instance_crns,
      locked: headers['Entity-Lock'],
    };
    if (body.apikey === undefined) {
      const serviceId = await serviceIds.create(caller, chosen);
      return writeEntity(response, 201, serviceId.entityTag, serviceIdRepresentation(serviceId, { showGroupId }));
    }
    const { serviceId, apiKey, secret } = await apiKeys.createWithServiceId(caller, chosen, {
      name: body.apikey.name,
      description: body.apikey.description,
      value: body.apikey.apikey,
      storeValue: body.apikey.store_value,
      actionWhenLeaked: body.apikey.action_when_leaked,
      expiresAt: body.apikey.expires_at,
    });
    const apikey = apiKeyRepresentation(apiKey, { secret });
    writeEntity(response, 201, serviceId.entityTag, serviceIdRepresentation(serviceId, { apikey, showGroupId }));
  };
}

function getServiceId({ serviceIds, trackRecord, callerOf }: ServiceIdRouteParts): OneServiceIdHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const query = readQuery(request, SERVICE_ID_READ_PARAMETERS);
    const serviceId = await serviceIds.get(caller, entityIdOf(request.params.id, 'serviceid', caller));
    const extras = await extrasOf(trackRecord, serviceId, query);
    writeEntity(response, 200, serviceId.entityTag, serviceIdRepresentation(serviceId, extras));
  };
}

function updateServiceId({ serviceIds, callerOf }: ServiceIdRouteParts): OneServiceIdHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const ifMatch = requiredIfMatch(request);
    const body = await readJson(request, SERVICE_ID_CHANGE);
    const change = {
      name: body.name,
      description: body.description,
      uniqueInstanceCrns: body.unique_instance_crns,
    };
    const id = entityIdOf(request.params.id, 'serviceid', caller);
    const serviceId = await serviceIds.update(caller, id, change, ifMatch);
    writeEntity(response, 200, serviceId.entityTag, serviceIdRepresentation(serviceId));
  };
}

/** A change that takes no body and answers none. */
function changing(
  { callerOf }: ServiceIdRouteParts,
  change: (caller: Caller, id: string) => Promise<unknown>,
): OneServiceIdHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    await change(caller, entityIdOf(request.params.id, 'serviceid', caller));
    writeNothing(response);
  };
}

async function extrasOf(
  trackRecord: TrackRecord,
  { accountId, id, iamId }: ServiceId,
  asked: { include_history: boolean; include_activity?: boolean; show_group_id: boolean },
): Promise<ServiceIdExtras> {
  const record = await trackRecordRepresentation(trackRecord, {
    accountId,
    id,
    activityId: iamId,
    includeHistory: asked.include_history,
    includeActivity: asked.include_activity ?? false,
  });
  return { ...record, showGroupId: asked.show_group_id };
}
