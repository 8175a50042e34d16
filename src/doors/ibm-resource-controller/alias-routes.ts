import type { RequestHandler, Router } from 'express';
import type { z } from 'zod';
import type { Caller } from '../../access/caller.ts';
import { type CallerOf, writeNothing } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import type { SealedCursors } from '../../http/sealed-cursors.ts';
import { SERVICES } from '../../resource-catalog/catalog.ts';
import type { AliasListRequest } from '../../resource-instances/alias-list.ts';
import type { ResourceAliases } from '../../resource-instances/resource-aliases.ts';
import { ALIAS_PATHS } from './alias-operations.ts';
import { aliasRepresentation } from './alias-representations.ts';
import { ALIAS_CHANGE, ALIAS_DELETE_PARAMETERS, ALIAS_LIST_PARAMETERS, NEW_ALIAS } from './alias-schemas.ts';
import { readSpan } from './dates.ts';
import { guidOrNothing } from './id-in-path.ts';
import { PAGE_PARAMETERS, startOf, writePage } from './pages.ts';

/** What the routes of aliases stand on. */
export interface AliasRouteParts {
  readonly resourceAliases: ResourceAliases;
  readonly callerOf: CallerOf;
  readonly cursors: SealedCursors;
}

type OneHandler = RequestHandler<{ id: string }>;

/** `/v2/resource_aliases` (IBM Cloud Resource Controller API). */
export function aliasRoutes(router: Router, parts: AliasRouteParts): void {
  methods(router, ALIAS_PATHS.all, { GET: listAliases(parts), POST: createAlias(parts) });
  methods(router, ALIAS_PATHS.one, { GET: getAlias(parts), PATCH: renameAlias(parts), DELETE: deleteAlias(parts) });
  methods(router, ALIAS_PATHS.ofInstance, { GET: listAliasesOfInstance(parts) });
}

function listAliases({ resourceAliases, callerOf, cursors }: AliasRouteParts): RequestHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const query = readQuery(request, ALIAS_LIST_PARAMETERS);
    const place = { cursors, caller, request, path: ALIAS_PATHS.all };
    const after = startOf(place, query);
    const filter = aliasFilter(query, caller);
    const page =
      filter === undefined
        ? { rows: [], next: undefined }
        : await resourceAliases.list(caller, { ...filter, after, limit: query.limit });
    writePage(response, place, page, aliasRepresentation);
  };
}

function createAlias({ resourceAliases, callerOf }: AliasRouteParts): RequestHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const { name, source, target } = await readJson(request, NEW_ALIAS);
    response.status(201).json(aliasRepresentation(await resourceAliases.create(caller, { name, source, target })));
  };
}

function getAlias({ resourceAliases, callerOf }: AliasRouteParts): OneHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    response.json(aliasRepresentation(await resourceAliases.get(caller, request.params.id)));
  };
}

function renameAlias({ resourceAliases, callerOf }: AliasRouteParts): OneHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const { name } = await readJson(request, ALIAS_CHANGE);
    response.json(aliasRepresentation(await resourceAliases.rename(caller, request.params.id, name)));
  };
}

function deleteAlias({ resourceAliases, callerOf }: AliasRouteParts): OneHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const { recursive } = readQuery(request, ALIAS_DELETE_PARAMETERS);
    const id = request.params.id;
    await resourceAliases.remove(caller, id, { recursive: recursive === 'true' });
    writeNothing(response);
  };
}

function listAliasesOfInstance({ resourceAliases, callerOf, cursors }: AliasRouteParts): OneHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const query = readQuery(request, PAGE_PARAMETERS);
    const { id } = request.params;
    const path = `/v2/resource_instances/${encodeURIComponent(id)}/resource_aliases`;
    const place = { cursors, caller, request, path };
    const page = await resourceAliases.listOf(caller, id, { after: startOf(place, query), limit: query.limit });
    writePage(response, place, page, aliasRepresentation);
  };
}

/** @returns what the query asks for, in the words of the domain; `undefined` when nothing can be so */
function aliasFilter(
  query: z.output<typeof ALIAS_LIST_PARAMETERS>,
  caller: Caller,
): Omit<AliasListRequest, 'after' | 'limit'> | undefined {
  const named = query.guid ?? query.region_instance_id;
  const id = guidOrNothing(named, caller, 'resource-alias');
  const instanceId = guidOrNothing(query.resource_instance_id, caller, 'instance');
  const service = SERVICES.find(({ instances }) => instances?.catalogId === query.resource_id)?.name;
  const isImpossible =
    (named !== undefined && id === undefined) ||
    (query.region_instance_id !== undefined && query.region_instance_id !== id) ||
    (query.resource_instance_id !== undefined && instanceId === undefined) ||
    (query.resource_id !== undefined && service === undefined);
  if (isImpossible) return undefined;
  return {
    ...{ id, instanceId, name: query.name, resourceGroupId: query.resource_group_id },
    service: query.resource_id === undefined ? undefined : service,
    modifiedFrom: query.updated_from === undefined ? undefined : readSpan(query.updated_from)?.first,
    modifiedTo: query.updated_to === undefined ? undefined : readSpan(query.updated_to)?.last,
  };
}
