import type { Router } from 'express';
import type { z } from 'zod';
import { keyIdOf, uuidOfKey } from '../../api-keys/key-id.ts';
import { type CallerOf, writeNothing } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import type { GroupedKeyContent, GroupedKeyName, GroupKeys, HeldGroupedKey } from '../../key-groups/group-keys.ts';
import { GROUPED_KEY_CONTENT, GROUPED_KEY_PATHS, type GroupedKeyRepresentation } from './grouped-key-operations.ts';

/** What the routes of keys in groups stand on. */
export interface GroupedKeyRouteParts {
  readonly groupKeys: GroupKeys;
  readonly callerOf: CallerOf;
}

/** In the place of a value that was shown once. */
const MASKED = '********************************';

/** `/latchkey/v1/ivanti/key_groups/{key_group}/keys`. */
export function groupedKeyRoutes(router: Router, { groupKeys, callerOf }: GroupedKeyRouteParts): void {
  methods(router, GROUPED_KEY_PATHS.all, {
    async GET(request, response) {
      const keys = await groupKeys.list(await callerOf(request), request.params.key_group);
      response.json({ keys: keys.map((key) => keyRepresentation(key)) });
    },
    async POST(request, response) {
      const caller = await callerOf(request);
      const chosen = contentOf(await readJson(request, GROUPED_KEY_CONTENT));
      const { secret, ...made } = await groupKeys.create(caller, request.params.key_group, chosen);
      response.status(201).json(keyRepresentation(made, secret));
    },
  });
  methods(router, GROUPED_KEY_PATHS.one, {
    async GET(request, response) {
      response.json(keyRepresentation(await groupKeys.get(await callerOf(request), nameOf(request.params))));
    },
    async PATCH(request, response) {
      const caller = await callerOf(request);
      const change = contentOf(await readJson(request, GROUPED_KEY_CONTENT));
      response.json(keyRepresentation(await groupKeys.update(caller, nameOf(request.params), change)));
    },
    async DELETE(request, response) {
      await groupKeys.remove(await callerOf(request), nameOf(request.params));
      writeNothing(response);
    },
  });
}

const nameOf = (parameters: { readonly key_group: string; readonly grouped_key: string }): GroupedKeyName => ({
  groupId: parameters.key_group,
  // Whole it is taken as well, for those who have it from the list of all keys.
  id: keyIdOf(parameters.grouped_key),
});

const contentOf = (sent: z.output<typeof GROUPED_KEY_CONTENT>): GroupedKeyContent => ({
  description: sent.description,
  activated: sent.activated,
  onBehalfOf: sent.on_behalf_of,
  inRole: sent.in_role,
  addresses: sent.ips,
});

/** Member by member: a spread would one day send the digest. */
function keyRepresentation({ apiKey, groupedKey }: HeldGroupedKey, secret = MASKED): GroupedKeyRepresentation {
  const { id, description, disabled, iamId, addresses = [], locked, createdAt, createdBy, modifiedAt } = apiKey;
  const { groupId, role } = groupedKey;
  return {
    id: uuidOfKey(id),
    key_group: groupId,
    reference_id: secret,
    description,
    activated: !disabled,
    on_behalf_of: iamId,
    ...(role !== undefined && { in_role: role }),
    ips: [...addresses],
    locked,
    created_at: new Date(createdAt).toISOString(),
    created_by: createdBy,
    modified_at: new Date(modifiedAt).toISOString(),
  };
}
