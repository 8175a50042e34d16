import type { RequestHandler, Router } from 'express';
import type { z } from 'zod';
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
import { readSpan } from './dates.ts';
import { guidOf, guidOrNothing, type NamedThing } from './id-in-path.ts';
import { KEY_PATHS } from './key-operations.ts';
import { bindingRepresentation, keyRepresentation } from './key-representations.ts';
import { KEY_CHANGE, KEY_LIST_PARAMETERS, NEW_BINDING, NEW_KEY } from './key-schemas.ts';
import { PAGE_PARAMETERS, startOf, writePage } from './pages.ts';

/** What the routes of keys and bindings stand on. */
export interface KeyRouteParts {
  readonly resourceKeys: ResourceKeys;
  readonly callerOf: CallerOf;
  readonly cursors: SealedCursors;
}

/** `/v2/resource_keys` and `/v2/resource_bindings` (IBM Cloud Resource Controller API). */
export function keyRoutes(router: Router, parts: KeyRouteParts): void {
  methods(router, KEY_PATHS.keys, { GET: listed(parts, KEYS), POST: createKey(parts) });
  methods(router, KEY_PATHS.key, one(parts, KEYS));
  methods(router, KEY_PATHS.ofInstance, { GET: listedOf(parts, KEYS, KEY_PATHS.ofInstance) });
  methods(router, KEY_PATHS.ofAlias, { GET: listedOf(parts, KEYS, KEY_PATHS.ofAlias) });
  methods(router, KEY_PATHS.bindings, { GET: listed(parts, BINDINGS), POST: createBinding(parts) });
  methods(router, KEY_PATHS.binding, one(parts, BINDINGS));
  methods(router, KEY_PATHS.bindingsOfAlias, { GET: listedOf(parts, BINDINGS, KEY_PATHS.bindingsOfAlias) });
}

/** What differs between keys and bindings. */
interface Sort {
  readonly kind: CredentialKind;
  /** Their word in CRNs. */
  readonly named: NamedThing;
  readonly path: string;
  readonly representation: (shown: ShownKey) => object;
}

const KEYS: Sort = {
  ...{ kind: 'key', named: 'resource-key', path: KEY_PATHS.keys },
  representation: keyRepresentation,
};

const BINDINGS: Sort = {
  ...{ kind: 'binding', named: 'resource-binding', path: KEY_PATHS.bindings },
  representation: bindingRepresentation,
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

function createBinding({ resourceKeys, callerOf }: KeyRouteParts): RequestHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const { source, target, name, ...rest } = await readJson(request, NEW_BINDING);
    const chosen = { kind: 'binding' as const, name, target, ...chosenOf(rest) };
    const made = await resourceKeys.create(caller, sourceIdOf(source, caller), chosen);
    response.status(201).json(bindingRepresentation(made));
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
  const { path, representation } = sort;
  return async (request, response) => {
    const caller = await callerOf(request);
    const query = readQuery(request, KEY_LIST_PARAMETERS);
    const place = { cursors, caller, request, path };
    const after = startOf(place, query);
    const filter = keyFilter(query, caller, sort);
    const page =
      filter === undefined
        ? { rows: [], next: undefined }
        : await resourceKeys.list(caller, { ...filter, after, limit: query.limit });
    writePage(response, place, page, representation);
  };
}

function listedOf(
  { resourceKeys, callerOf, cursors }: KeyRouteParts,
  { kind, representation }: Sort,
  path: string,
): RequestHandler<{ id: string }> {
  const named = path === KEY_PATHS.ofInstance ? 'instance' : 'resource-alias';
  return async (request, response) => {
    const caller = await callerOf(request);
    const sourceId = guidOf(request.params.id, caller, named);
    const query = readQuery(request, PAGE_PARAMETERS);
    const place = { cursors, caller, request, path: path.replace(':id', sourceId) };
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

/** @returns what the query asks for, in the words of the domain; `undefined` when nothing can be so */
function keyFilter(
  query: z.output<typeof KEY_LIST_PARAMETERS>,
  caller: Caller,
  { kind, named }: Sort,
): Omit<KeyListRequest, 'after' | 'limit'> | undefined {
  const asked = [query.guid, kind === 'binding' ? query.region_binding_id : undefined].filter(
    (one) => one !== undefined,
  );
  const [id, other] = asked.map((one) => guidOrNothing(one, caller, named));
  const service = SERVICES.find(({ instances }) => instances?.catalogId === query.resource_id)?.name;
  const isImpossible =
    (asked.length > 0 && id === undefined) ||
    (asked.length > 1 && id !== other) ||
    (query.resource_id !== undefined && service === undefined);
  if (isImpossible) return undefined;
  return {
    ...{ kind, id, name: query.name, resourceGroupId: query.resource_group_id },
    service: query.resource_id === undefined ? undefined : service,
    modifiedFrom: query.updated_from === undefined ? undefined : readSpan(query.updated_from)?.first,
    modifiedTo: query.updated_to === undefined ? undefined : readSpan(query.updated_to)?.last,
  };
}
