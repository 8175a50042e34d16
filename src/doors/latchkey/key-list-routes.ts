import type { Router } from 'express';
import type { Caller } from '../../access/caller.ts';
import { KEY_KINDS } from '../../api-keys/key-kinds.ts';
import { type CallerOf, writeNothing } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import type { SealedCursors } from '../../http/sealed-cursors.ts';
import type { KeyList } from '../../key-list/key-list.ts';
import type { KeyFilter, ListedKey } from '../../key-list/listed-key.ts';
import { instanceCrn } from '../../resource-instances/resource-instance.ts';
import {
  KEY_LIST_PARAMETERS,
  KEY_LIST_PATHS,
  KEY_SEARCH,
  type KeyPageRepresentation,
  type ListedKeyRepresentation,
} from './key-list-operations.ts';

/** What the routes of keys of every kind stand on. */
export interface KeyListRouteParts {
  readonly keyList: KeyList;
  readonly callerOf: CallerOf;
  readonly cursors: SealedCursors;
}

/** As in the schema of the list. */
const LISTED_AT_ONCE = 100;

/** `/latchkey/v1/apikeys`: the keys of an account as one list, whatever system's they are. */
export function keyListRoutes(router: Router, { keyList, callerOf, cursors }: KeyListRouteParts): void {
  const pageOf = async (caller: Caller, { limit, cursor, ...filter }: Asked): Promise<KeyPageRepresentation> => {
    const { name, owner, kinds, state } = filter;
    const context = JSON.stringify([KEY_LIST_PATHS.all, caller.accountId, name, owner, kinds, state]);
    const after = cursor === undefined ? undefined : cursors.open(cursor, context);
    const { rows, next } = await keyList.list(caller, { ...filter, after, limit });
    return { apikeys: rows.map(keyRepresentation), ...(next !== undefined && { next: cursors.seal(next, context) }) };
  };

  methods(router, KEY_LIST_PATHS.all, {
    async GET(request, response) {
      const caller = await callerOf(request);
      const { kind: kinds, ...asked } = readQuery(request, KEY_LIST_PARAMETERS);
      response.json(await pageOf(caller, { ...asked, kinds }));
    },
  });
  methods(router, KEY_LIST_PATHS.search, {
    async POST(request, response) {
      const caller = await callerOf(request);
      const { value, kind, limit = LISTED_AT_ONCE, ...asked } = await readJson(request, KEY_SEARCH);
      const kinds = kind === undefined || typeof kind === 'object' ? kind : [kind];
      if (value === undefined) {
        response.json(await pageOf(caller, { ...asked, kinds, limit }));
        return;
      }
      const found = await keyList.findByValue(caller, value, { ...asked, kinds });
      const body: KeyPageRepresentation = { apikeys: found === undefined ? [] : [keyRepresentation(found)] };
      response.json(body);
    },
  });
  methods(router, KEY_LIST_PATHS.one, {
    async GET(request, response) {
      response.json(keyRepresentation(await keyList.get(await callerOf(request), request.params.id)));
    },
    async DELETE(request, response) {
      await keyList.remove(await callerOf(request), request.params.id);
      writeNothing(response);
    },
  });
  changeRoutes(router, { keyList, callerOf });
}

/** What a list is asked for. */
interface Asked extends KeyFilter {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

function changeRoutes(router: Router, { keyList, callerOf }: Omit<KeyListRouteParts, 'cursors'>): void {
  const { disable, enable, lock, unlock } = KEY_LIST_PATHS;
  const changes = [
    [disable, (caller: Caller, id: string) => keyList.setDisabled(caller, id, true)],
    [enable, (caller: Caller, id: string) => keyList.setDisabled(caller, id, false)],
    [lock, (caller: Caller, id: string) => keyList.setLocked(caller, id, true)],
    [unlock, (caller: Caller, id: string) => keyList.setLocked(caller, id, false)],
  ] as const;
  for (const [path, change] of changes) {
    methods(router, path, {
      async POST(request, response) {
        response.json(keyRepresentation(await change(await callerOf(request), request.params.id)));
      },
    });
  }
}

/** Member by member: a spread would one day send the digest. */
function keyRepresentation({ apiKey, owner, state, instance, resourceKeyId, use }: ListedKey): ListedKeyRepresentation {
  const { id, kind, name, description, createdAt, createdBy, modifiedAt, expiresAt, locked, addresses } = apiKey;
  return {
    ...{ id, kind, name, description },
    owner: { iam_id: owner.iamId, type: owner.kind, ...(owner.name !== undefined && { name: owner.name }) },
    created_at: timeOf(createdAt),
    created_by: createdBy,
    modified_at: timeOf(modifiedAt),
    ...(expiresAt !== undefined && { expires_at: timeOf(expiresAt) }),
    ...{ state, locked },
    ...(use !== undefined && { last_used_at: timeOf(use.lastAt) }),
    use_count: use?.count ?? 0,
    works_at: KEY_KINDS[kind].where,
    ...(addresses !== undefined && { addresses: [...addresses] }),
    ...(instance !== undefined && { instance_crn: instanceCrn(instance) }),
    ...(resourceKeyId !== undefined && { resource_key_id: resourceKeyId }),
  };
}

const timeOf = (milliseconds: number): string => new Date(milliseconds).toISOString();
