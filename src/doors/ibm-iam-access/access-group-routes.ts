import type { RequestHandler, Router } from 'express';
import type { AccessGroup } from '../../access-groups/access-group.ts';
import type { AccessGroups } from '../../access-groups/access-groups.ts';
import type { AccountGroupSettings, EffectiveGroupSettings } from '../../access-groups/account-group-settings.ts';
import type { GroupOrder } from '../../access-groups/sort-groups.ts';
import { type CallerOf, writeEntity, writeNothing } from '../../http/api-answers.ts';
import { requiredIfMatch } from '../../http/if-match.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import { ACCESS_GROUP_PATHS } from './access-group-operations.ts';
import {
  ACCESS_GROUP_CHANGE,
  ACCOUNT_PARAMETERS,
  type AccessGroupRepresentation,
  GROUP_DELETION_PARAMETERS,
  GROUP_LIST_PARAMETERS,
  GROUP_READ_PARAMETERS,
  GROUP_SETTINGS_CHANGE,
  type GroupSettingsRepresentation,
  NEW_ACCESS_GROUP,
} from './access-group-schemas.ts';
import { offsetEnvelope } from './offset-pages.ts';
import { dateOf } from './texts.ts';

/** What the routes of access groups stand on. */
export interface AccessGroupRouteParts {
  readonly accessGroups: AccessGroups;
  readonly accountGroupSettings: AccountGroupSettings;
  readonly callerOf: CallerOf;
  /** Without a last slash. */
  readonly publicUrl: string;
}

type OneGroupHandler = RequestHandler<{ id: string }>;

/** `/v2/groups` (IBM Cloud IAM Access Groups API, "Access group operations" and "Account settings"). */
export function accessGroupRoutes(router: Router, parts: AccessGroupRouteParts): void {
  methods(router, ACCESS_GROUP_PATHS.settings, { GET: getSettings(parts), PATCH: updateSettings(parts) });
  methods(router, ACCESS_GROUP_PATHS.all, { GET: listGroups(parts), POST: createGroup(parts) });
  methods(router, ACCESS_GROUP_PATHS.one, {
    GET: getGroup(parts),
    PATCH: updateGroup(parts),
    DELETE: deleteGroup(parts),
  });
}

function listGroups({ accessGroups, callerOf, publicUrl }: AccessGroupRouteParts): RequestHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const query = readQuery(request, GROUP_LIST_PARAMETERS);
    const { rows, total } = await accessGroups.list(caller, {
      accountId: query.account_id,
      memberIamId: query.iam_id,
      matches: matching(query),
      order: orderOf(query.sort),
      ...{ offset: query.offset, limit: query.limit },
    });
    const federated = query.show_federated ? await accessGroups.federatedAmong(rows) : undefined;
    const parameters = Object.keys(GROUP_LIST_PARAMETERS.shape);
    const list = { request, publicUrl, path: ACCESS_GROUP_PATHS.all, parameters };
    const groups = rows.map((row) => groupRepresentation(row, publicUrl, federated?.has(row.id)));
    response.json({ ...offsetEnvelope(list, query, total), groups });
  };
}

function orderOf(sort: GroupOrder['by'] | `-${GroupOrder['by']}`): GroupOrder {
  const descending = sort.startsWith('-');
  // Safe: without its sign it is one of the orders.
  return { by: (descending ? sort.slice(1) : sort) as GroupOrder['by'], descending };
}

const SEARCHED = ['id', 'name', 'description'] as const;

/** Nobody is in a group for a while, so a list of those whom rules have let in is empty. */
function matching(query: { search?: string | undefined; iam_id?: string | undefined; membership_type: string }) {
  if (query.iam_id !== undefined && query.membership_type === 'dynamic') return () => false;
  if (query.search === undefined) return undefined;
  const search = query.search;
  const named = SEARCHED.find((name) => search.startsWith(`${name}:`));
  const text = (named === undefined ? search : search.slice(named.length + 1)).toLowerCase();
  return (group: AccessGroup) =>
    (named === undefined ? SEARCHED : [named]).some((name) => group[name].toLowerCase().includes(text));
}

function createGroup({ accessGroups, callerOf, publicUrl }: AccessGroupRouteParts): RequestHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const { account_id: accountId } = readQuery(request, ACCOUNT_PARAMETERS);
    const { name, description } = await readJson(request, NEW_ACCESS_GROUP);
    const group = await accessGroups.create(caller, { accountId, name, description });
    writeEntity(response, 201, group.entityTag, groupRepresentation(group, publicUrl, false));
  };
}

function getGroup({ accessGroups, callerOf, publicUrl }: AccessGroupRouteParts): OneGroupHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    readQuery(request, GROUP_READ_PARAMETERS);
    const group = await accessGroups.get(caller, request.params.id);
    const federated = await accessGroups.federatedAmong([group]);
    writeEntity(response, 200, group.entityTag, groupRepresentation(group, publicUrl, federated.has(group.id)));
  };
}

function updateGroup({ accessGroups, callerOf, publicUrl }: AccessGroupRouteParts): OneGroupHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const ifMatch = requiredIfMatch(request);
    const change = await readJson(request, ACCESS_GROUP_CHANGE);
    const group = await accessGroups.update(caller, request.params.id, change, ifMatch);
    const federated = await accessGroups.federatedAmong([group]);
    writeEntity(response, 200, group.entityTag, groupRepresentation(group, publicUrl, federated.has(group.id)));
  };
}

function deleteGroup({ accessGroups, callerOf }: AccessGroupRouteParts): OneGroupHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const { force } = readQuery(request, GROUP_DELETION_PARAMETERS);
    await accessGroups.remove(caller, request.params.id, force);
    writeNothing(response);
  };
}

function getSettings({ accountGroupSettings, callerOf }: AccessGroupRouteParts): RequestHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const { account_id: accountId } = readQuery(request, ACCOUNT_PARAMETERS);
    response.json(settingsRepresentation(await accountGroupSettings.get(caller, accountId)));
  };
}

function updateSettings({ accountGroupSettings, callerOf }: AccessGroupRouteParts): RequestHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const { account_id: accountId } = readQuery(request, ACCOUNT_PARAMETERS);
    const { public_access_enabled: publicAccessEnabled } = await readJson(request, GROUP_SETTINGS_CHANGE);
    const settings = await accountGroupSettings.update(caller, accountId, { publicAccessEnabled });
    response.json(settingsRepresentation(settings));
  };
}

function groupRepresentation(
  group: AccessGroup,
  publicUrl: string,
  federated: boolean | undefined,
): AccessGroupRepresentation {
  return {
    id: group.id,
    name: group.name,
    description: group.description,
    account_id: group.accountId,
    created_at: dateOf(group.createdAt),
    created_by_id: group.createdBy,
    last_modified_at: dateOf(group.modifiedAt),
    last_modified_by_id: group.modifiedBy,
    href: `${publicUrl}${ACCESS_GROUP_PATHS.all}/${group.id}`,
    ...(federated !== undefined && { is_federated: federated }),
  };
}

function settingsRepresentation(settings: EffectiveGroupSettings): GroupSettingsRepresentation {
  const { accountId, publicAccessEnabled, modifiedAt, modifiedBy } = settings;
  return {
    account_id: accountId,
    ...(modifiedAt !== undefined && { last_modified_at: dateOf(modifiedAt) }),
    ...(modifiedBy !== undefined && { last_modified_by_id: modifiedBy }),
    public_access_enabled: publicAccessEnabled,
  };
}
