import type { RequestHandler, Router } from 'express';
import type { Caller } from '../../access/caller.ts';
import { parseCrn } from '../../crn/crn.ts';
import { type CallerOf, writeNothing } from '../../http/api-answers.ts';
import { type MethodHandlers, methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import type { SealedCursors } from '../../http/sealed-cursors.ts';
import { SERVICES } from '../../resource-catalog/catalog.ts';
import type { KeyListRequest } from '../../resource-keys/key-list.ts';
import type { CredentialKind } from '../../resource-keys/resource-key.ts';
import type { ResourceKeys, ShownKey } from '../../resource-keys/resource-keys.ts';
import { guidOf, type NamedThing } from './id-in-path.ts';
import { KEY_PATHS } from './key-operations.ts';
import { keyRepresentation } from './key-representations.ts';
import { KEY_CHANGE, KEY_LIST_PARAMETERS, NEW_KEY } from './key-schemas.ts';
import { PAGE_PARAMETERS, startOf, writePage } from './pages.ts';

/** What the routes of keys and bindings stand on. */
export interface KeyRouteParts {
  readonly resourceKeys: ResourceKeys;
  readonly callerOf: CallerOf;
  readonly cursors: SealedCursors;
}

/** `/v2/resource_keys` (IBM Cloud Resource Controller API). */
export function keyRoutes(router: Router, parts: KeyRouteParts): void {
  methods(router, KEY_PATHS.keys, { GET: listed(parts, KEYS), POST: createKey(parts) });
  methods(router, KEY_PATHS.key, one(parts, KEYS));
  methods(router, KEY_PATHS.ofInstance, { GET: listedOf(parts, KEYS) });
}

/** What differs between keys and bindings. */
interface Sort {
  readonly kind: CredentialKind;
  /** Their word in CRNs, and that of what has a list of them. */
  readonly named: NamedThing;
  readonly of: NamedThing;
  readonly path: string;
  /** Of the list of one source. */
  readonly pathOf: (sourceId: string) => string;
  readonly representation: (shown: ShownKey) => object;
}

const KEYS: Sort = {
  ...{ kind: 'key', named: 'resource-key', of: 'instance', path: KEY_PATHS.keys },
  pathOf: (id) => `/v2/resource_instances/${id}/resource_keys`,
  representation: keyRepresentation,
};

function createKey({ resourceKeys, callerOf }: KeyRouteParts): RequestHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const { source, name, ...rest } = await readJson(request, NEW_KEY);
    const made = await resourceKeys.create(caller, sourceIdOf(source, caller), {
      kind: 'key',
      name,
      ...chosenOf(rest),
    });
    response.status(201).json(keyRepresentation(made));
  };
}

function one({ resourceKeys, callerOf }: KeyRouteParts, sort: Sort): MethodHandlers<'/:id'> {
  const { kind, named, representation } = sort;
  return {
    async GET(request, response) {
      const caller = await callerOf(request);
      const id = guidOf(request.params.id, caller, named);
      response.json(representation(await resourceKeys.get(caller, kind, id)));
    },
    async PATCH(request, response) {
      const caller = await callerOf(request);
      const id = guidOf(request.params.id, caller, named);
      const { name } = await readJson(request, KEY_CHANGE);
      response.json(representation(await resourceKeys.rename(caller, kind, { id, name })));
    },
    async DELETE(request, response) {
      const caller = await callerOf(request);
      await resourceKeys.remove(caller, kind, guidOf(request.params.id, caller, named));
      writeNothing(response);
    },
  };
}

function listed({ resourceKeys, callerOf, cursors }: KeyRouteParts, sort: Sort): RequestHandler {
  const { kind, path, representation } = sort;
  return async (request, response) => {
    const caller = await callerOf(request);
    const query = readQuery(request, KEY_LIST_PARAMETERS);
    const place = { cursors, caller, request, path };
    const { name, resource_group_id: resourceGroupId, updated_from: modifiedFrom, updated_to: modifiedTo } = query;
    const asked: KeyListRequest = {
      ...{ kind, id: query.guid, name, resourceGroupId, modifiedFrom, modifiedTo },
      service: query.resource_id === undefined ? undefined : serviceOf(query.resource_id),
      ...{ after: startOf(place, query), limit: query.limit },
    };
    writePage(response, place, await resourceKeys.list(caller, asked), representation);
  };
}

function listedOf({ resourceKeys, callerOf, cursors }: KeyRouteParts, sort: Sort): RequestHandler<{ id: string }> {
  const { kind, representation } = sort;
  return async (request, response) => {
    const caller = await callerOf(request);
    const sourceId = guidOf(request.params.id, caller, sort.of);
    const query = readQuery(request, PAGE_PARAMETERS);
    const place = { cursors, caller, request, path: sort.pathOf(sourceId) };
    const asked: KeyListRequest = { kind, after: startOf(place, query), limit: query.limit };
    writePage(response, place, await resourceKeys.listOf(caller, sourceId, asked), representation);
  };
}

/** @returns the id of the instance or alias that a body names @throws NotFound */
function sourceIdOf(source: string, caller: Caller): string {
  return guidOf(source, caller, parseCrn(source)?.resourceType === 'resource-alias' ? 'resource-alias' : 'instance');
}

/** What a body says beside its names. */
interface SentChoice {
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  readonly role?: string | null | undefined;
}

function chosenOf({ parameters = {}, role }: SentChoice) {
  const { serviceid_crn: serviceIdCrn } = parameters;
  return {
    parameters,
    role: role ?? undefined,
    serviceIdCrn: typeof serviceIdCrn === 'string' ? serviceIdCrn : undefined,
  };
}

/** @returns the service with this id in the catalogue; one that there is none of, when there is none */
const serviceOf = (catalogId: string): string =>
  SERVICES.find(({ instances }) => instances?.catalogId === catalogId)?.name ?? '';
