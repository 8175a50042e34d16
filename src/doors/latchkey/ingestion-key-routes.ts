import type { Request, Router } from 'express';
import { NEVER } from '../../api-keys/api-key.ts';
import { type CallerOf, writeNothing } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import type { SealedCursors } from '../../http/sealed-cursors.ts';
import type { IngestionUse, UseOf } from '../../ingestion/ingestion-use.ts';
import type { IngestionKeys, ShownIngestionKey } from '../../ingestion-keys/ingestion-keys.ts';
import type { KeyManager } from '../../ingestion-keys/key-manager.ts';
import { instanceCrn } from '../../resource-instances/resource-instance.ts';
import {
  INGESTION_KEY_CHANGE,
  INGESTION_KEY_LIST_PARAMETERS,
  INGESTION_KEY_PATHS,
  INGESTION_KEY_ROTATION,
  type IngestionKeyRepresentation,
  NEW_INGESTION_KEY,
  type RotatedIngestionKeyRepresentation,
} from './ingestion-key-operations.ts';

/** What the routes of ingestion keys stand on. */
export interface IngestionKeyRouteParts {
  readonly ingestionKeys: IngestionKeys;
  readonly useOfIngestionKey: UseOf;
  readonly callerOf: CallerOf;
  readonly cursors: SealedCursors;
}

/** `/latchkey/v1/ingestion_keys`: the keys of instances that take log lines. */
export function ingestionKeyRoutes(router: Router, parts: IngestionKeyRouteParts): void {
  const { ingestionKeys, useOfIngestionKey, callerOf, cursors } = parts;
  const managerOf = async (request: Request): Promise<KeyManager> => ({ ...(await callerOf(request)), way: 'console' });

  const withActivity = async (key: ShownIngestionKey): Promise<IngestionKeyRepresentation> => {
    const use = await useOfIngestionKey(key.apiKey.id);
    return { ...keyRepresentation(key), ...(use !== undefined && { activity: activityRepresentation(use) }) };
  };

  methods(router, INGESTION_KEY_PATHS.all, {
    async GET(request, response) {
      const manager = await managerOf(request);
      const { instance, type, limit, cursor } = readQuery(request, INGESTION_KEY_LIST_PARAMETERS);
      const context = [INGESTION_KEY_PATHS.all, manager.accountId, instance, type].join(' ');
      const after = cursor === undefined ? undefined : cursors.open(cursor, context);
      const { rows, next } = await ingestionKeys.list(manager, { instance, type, after, limit });
      response.json({
        ingestion_keys: await Promise.all(rows.map(withActivity)),
        ...(next !== undefined && { next: cursors.seal(next, context) }),
      });
    },
    async POST(request, response) {
      const manager = await managerOf(request);
      const chosen = await readJson(request, NEW_INGESTION_KEY);
      response.status(201).json(keyRepresentation(await ingestionKeys.create(manager, chosen)));
    },
  });
  methods(router, INGESTION_KEY_PATHS.one, {
    async GET(request, response) {
      response.json(await withActivity(await ingestionKeys.get(await managerOf(request), request.params.key_id)));
    },
    async PATCH(request, response) {
      const manager = await managerOf(request);
      const change = await readJson(request, INGESTION_KEY_CHANGE);
      response.json(keyRepresentation(await ingestionKeys.update(manager, request.params.key_id, change)));
    },
    async DELETE(request, response) {
      await ingestionKeys.remove(await managerOf(request), request.params.key_id);
      writeNothing(response);
    },
  });
  methods(router, INGESTION_KEY_PATHS.rotation, {
    async POST(request, response) {
      const manager = await managerOf(request);
      const { overlap_seconds: overlapSeconds } = await readJson(request, INGESTION_KEY_ROTATION);
      const rotated = await ingestionKeys.rotate(manager, request.params.key_id, overlapSeconds);
      const previous = { id: rotated.previous.id, ends_at: new Date(rotated.previous.endsAt).toISOString() };
      response.status(201).json({
        ...keyRepresentation(rotated),
        previous,
      } satisfies RotatedIngestionKeyRepresentation);
    },
  });
}

/** Member by member: a spread would one day send the digest. */
function keyRepresentation({ instance, ingestionKey, apiKey, secret }: ShownIngestionKey): IngestionKeyRepresentation {
  const { id, name, type, resourceKeyId, successorId, endsAt, createdAt } = ingestionKey;
  return {
    id,
    name,
    ...(secret !== undefined && { key: secret }),
    type,
    instance_crn: instanceCrn(instance),
    ...(resourceKeyId !== undefined && { resource_key_id: resourceKeyId }),
    disabled: apiKey.disabled,
    created_at: new Date(createdAt).toISOString(),
    ...(endsAt !== NEVER && { ends_at: new Date(endsAt).toISOString() }),
    ...(successorId !== undefined && { successor_id: successorId }),
  };
}

const activityRepresentation = ({ requests, lines, bytes, lastAt }: IngestionUse) => ({
  ...{ requests, lines, bytes },
  last_used_at: new Date(lastAt).toISOString(),
});
