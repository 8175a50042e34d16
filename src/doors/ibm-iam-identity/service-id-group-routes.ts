import type { RequestHandler, Router } from 'express';
import { type CallerOf, writeEntity, writeNothing } from '../../http/api-answers.ts';
import { requiredIfMatch } from '../../http/if-match.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import { type ServiceIdGroup, serviceIdGroupCrn } from '../../service-ids/service-id-group.ts';
import type { ServiceIdGroups } from '../../service-ids/service-id-groups.ts';
import { formatDate } from './dates.ts';
import { entityIdOf } from './entity-ids.ts';
import { SERVICE_ID_GROUP_PATHS } from './service-id-group-operations.ts';
import {
  NEW_SERVICE_ID_GROUP,
  SERVICE_ID_GROUP_CHANGE,
  SERVICE_ID_GROUP_LIST_PARAMETERS,
  type ServiceIdGroupRepresentation,
} from './service-id-group-schemas.ts';

/** What the routes of service ID groups stand on. */
export interface ServiceIdGroupRouteParts {
  readonly serviceIdGroups: ServiceIdGroups;
  readonly callerOf: CallerOf;
}

type OneGroupHandler = RequestHandler<{ id: string }>;

/** `/v1/serviceid_groups` (IBM Cloud IAM Identity API, "Service ID groups"). */
export function serviceIdGroupRoutes(router: Router, parts: ServiceIdGroupRouteParts): void {
  methods(router, SERVICE_ID_GROUP_PATHS.all, { GET: listGroups(parts), POST: createGroup(parts) });
  methods(router, SERVICE_ID_GROUP_PATHS.one, {
    GET: getGroup(parts),
    PUT: updateGroup(parts),
    DELETE: deleteGroup(parts),
  });
}

function listGroups({ serviceIdGroups, callerOf }: ServiceIdGroupRouteParts): RequestHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const { account_id: accountId = caller.accountId } = readQuery(request, SERVICE_ID_GROUP_LIST_PARAMETERS);
    const groups = await serviceIdGroups.list(caller, accountId);
    response.json({ serviceid_groups: groups.map(groupRepresentation) });
  };
}

function createGroup({ serviceIdGroups, callerOf }: ServiceIdGroupRouteParts): RequestHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const { account_id: accountId, ...chosen } = await readJson(request, NEW_SERVICE_ID_GROUP);
    const group = await serviceIdGroups.create(caller, { accountId: accountId ?? caller.accountId, ...chosen });
    writeEntity(response, 201, group.entityTag, groupRepresentation(group));
  };
}

function getGroup({ serviceIdGroups, callerOf }: ServiceIdGroupRouteParts): OneGroupHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const group = await serviceIdGroups.get(caller, entityIdOf(request.params.id, 'serviceid_group', caller));
    writeEntity(response, 200, group.entityTag, groupRepresentation(group));
  };
}

function updateGroup({ serviceIdGroups, callerOf }: ServiceIdGroupRouteParts): OneGroupHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const ifMatch = requiredIfMatch(request);
    const change = await readJson(request, SERVICE_ID_GROUP_CHANGE);
    const id = entityIdOf(request.params.id, 'serviceid_group', caller);
    const group = await serviceIdGroups.update(caller, id, change, ifMatch);
    writeEntity(response, 200, group.entityTag, groupRepresentation(group));
  };
}

function deleteGroup({ serviceIdGroups, callerOf }: ServiceIdGroupRouteParts): OneGroupHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    await serviceIdGroups.remove(caller, entityIdOf(request.params.id, 'serviceid_group', caller));
    writeNothing(response);
  };
}

function groupRepresentation(group: ServiceIdGroup): ServiceIdGroupRepresentation {
  const { id, entityTag, accountId, name, description, createdAt, createdBy, modifiedAt } = group;
  return {
    id,
    entity_tag: entityTag,
    account_id: accountId,
    crn: serviceIdGroupCrn(group),
    name,
    ...(description !== '' && { description }),
    created_at: formatDate(createdAt),
    created_by: createdBy,
    modified_at: formatDate(modifiedAt),
  };
}
