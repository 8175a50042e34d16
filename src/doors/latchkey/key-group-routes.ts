import type { Router } from 'express';
import { type CallerOf, writeNothing } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import type { KeyGroup } from '../../key-groups/key-group.ts';
import type { KeyGroups } from '../../key-groups/key-groups.ts';
import {
  KEY_GROUP_CHANGE,
  KEY_GROUP_PATHS,
  KEY_GROUP_REMOVAL,
  type KeyGroupRepresentation,
  NEW_KEY_GROUP,
} from './key-group-operations.ts';

/** What the routes of key groups stand on. */
export interface KeyGroupRouteParts {
  readonly keyGroups: KeyGroups;
  readonly callerOf: CallerOf;
}

/** `/latchkey/v1/ivanti/key_groups`: that system has a console for them, and no call. */
export function keyGroupRoutes(router: Router, { keyGroups, callerOf }: KeyGroupRouteParts): void {
  methods(router, KEY_GROUP_PATHS.all, {
    async GET(request, response) {
      const groups = await keyGroups.list(await callerOf(request));
      response.json({ key_groups: groups.map(groupRepresentation) });
    },
    async POST(request, response) {
      const caller = await callerOf(request);
      const chosen = await readJson(request, NEW_KEY_GROUP);
      response.status(201).json(groupRepresentation(await keyGroups.create(caller, chosen)));
    },
  });
  methods(router, KEY_GROUP_PATHS.one, {
    async GET(request, response) {
      response.json(groupRepresentation(await keyGroups.get(await callerOf(request), request.params.key_group)));
    },
    async PATCH(request, response) {
      const caller = await callerOf(request);
      const change = await readJson(request, KEY_GROUP_CHANGE);
      response.json(groupRepresentation(await keyGroups.update(caller, request.params.key_group, change)));
    },
    async DELETE(request, response) {
      const caller = await callerOf(request);
      const { recursive } = readQuery(request, KEY_GROUP_REMOVAL);
      await keyGroups.remove(caller, request.params.key_group, { recursive: recursive === 'true' });
      writeNothing(response);
    },
  });
}

function groupRepresentation(group: KeyGroup): KeyGroupRepresentation {
  const { id, name, description, createdAt, createdBy, modifiedAt } = group;
  return {
    ...{ id, name, description },
    created_at: new Date(createdAt).toISOString(),
    created_by: createdBy,
    modified_at: new Date(modifiedAt).toISOString(),
  };
}
