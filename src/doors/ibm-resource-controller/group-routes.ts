import type { Router } from 'express';
import type { Caller } from '../../access/caller.ts';
import { parseCrn } from '../../crn/crn.ts';
import { type CallerOf, writeNothing } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import { GROUP_QUOTA_ID } from '../../resource-catalog/quota-definitions.ts';
import { isDefaultGroup, type ResourceGroup, resourceGroupCrn } from '../../resource-groups/resource-group.ts';
import type { ResourceGroups } from '../../resource-groups/resource-groups.ts';
import { GROUP_PATHS } from './group-operations.ts';
import { GROUP_CHANGE, GROUP_LIST_PARAMETERS, type GroupRepresentation, NEW_GROUP } from './group-schemas.ts';
import { quotaUrl } from './quota-routes.ts';

/** What the routes of resource groups stand on. */
export interface GroupRouteParts {
  readonly resourceGroups: ResourceGroups;
  readonly callerOf: CallerOf;
}

/** `/v2/resource_groups` (IBM Cloud Resource Manager API, "resource group"). */
export function groupRoutes(router: Router, { resourceGroups, callerOf }: GroupRouteParts): void {
  methods(router, GROUP_PATHS.all, {
    async GET(request, response) {
      const caller = await callerOf(request);
      const query = readQuery(request, GROUP_LIST_PARAMETERS);
      const groups = await resourceGroups.list(caller, {
        accountId: query.account_id ?? caller.accountId,
        name: query.name,
        default: query.default && query.default === 'true',
        withDeleted: query.include_deleted === 'true',
        deletedSince: query.date === undefined ? undefined : Date.parse(`${query.date}-01T00:00:00Z`),
      });
      response.json({ resources: groups.map(groupRepresentation) });
    },
    async POST(request, response) {
      const caller = await callerOf(request);
      const { name, account_id: accountId = caller.accountId } = await readJson(request, NEW_GROUP);
      const group = await resourceGroups.create(caller, { name, accountId });
      response.status(201).json({ id: group.id, crn: resourceGroupCrn(group) });
    },
  });
  methods(router, GROUP_PATHS.one, {
    async GET(request, response) {
      const caller = await callerOf(request);
      response.json(groupRepresentation(await resourceGroups.get(caller, groupIdIn(request.params.id, caller))));
    },
    async PATCH(request, response) {
      const caller = await callerOf(request);
      const { name, state } = await readJson(request, GROUP_CHANGE);
      const change = { name, state: state && STATES_IN[state] };
      const group = await resourceGroups.update(caller, groupIdIn(request.params.id, caller), change);
      response.json(groupRepresentation(group));
    },
    async DELETE(request, response) {
      const caller = await callerOf(request);
      await resourceGroups.remove(caller, groupIdIn(request.params.id, caller));
      writeNothing(response);
    },
  });
}

const STATES_IN = { ACTIVE: 'active', SUSPENDED: 'suspended' } as const;
const STATES_OUT = { active: 'ACTIVE', suspended: 'SUSPENDED', deleted: 'DELETED' } as const;

/** @returns the id that the path names, by itself or by a CRN of the account; of any other text, that text, which no group has */
function groupIdIn(text: string, { accountId }: Caller): string {
  const crn = parseCrn(text);
  return crn !== undefined && resourceGroupCrn({ accountId, id: crn.resource }) === text ? crn.resource : text;
}

function groupRepresentation(group: ResourceGroup): GroupRepresentation {
  const { id, accountId, name, state, createdAt, modifiedAt } = group;
  return {
    id,
    crn: resourceGroupCrn(group),
    account_id: accountId,
    name,
    state: STATES_OUT[state],
    default: isDefaultGroup(group),
    quota_id: GROUP_QUOTA_ID,
    quota_url: quotaUrl(GROUP_QUOTA_ID),
    payment_methods_url: `${GROUP_PATHS.all}/${id}/payment_methods`,
    resource_linkages: [],
    teams_url: `${GROUP_PATHS.all}/${id}/teams`,
    created_at: new Date(createdAt).toISOString(),
    updated_at: new Date(modifiedAt).toISOString(),
  };
}
