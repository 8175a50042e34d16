import type { Router } from 'express';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import type { IngestionKeyType } from '../../ingestion-keys/ingestion-key.ts';
import type { IngestionKeys, ShownIngestionKey } from '../../ingestion-keys/ingestion-keys.ts';
import type { IndexValue } from '../../store/collection.ts';
import {
  CONFIG_KEY_CHANGE,
  CONFIG_KEY_LIST_PARAMETERS,
  CONFIG_KEY_PATHS,
  type ConfigKeyRepresentation,
  NEW_CONFIG_KEY,
  NEW_CONFIG_KEY_PARAMETERS,
} from './config-key-operations.ts';
import { type ConfigManager, type ConfigManagerParts, configManagerOf } from './config-manager.ts';

/** What the routes of keys stand on. */
export interface ConfigKeyRouteParts extends ConfigManagerParts {
  readonly ingestionKeys: IngestionKeys;
}

/** As at LogDNA, where a key without a name is called by what it is. */
const NAMES: Readonly<Record<IngestionKeyType, string>> = { ingestion: 'Ingestion Key', service: 'Service Key' };
const MOST_LISTED = 1_000;
const LISTED_AT_ONCE = 100;
/** In the place of a value that was shown once: clients insist on some text. */
const MASKED = '********************************';

/** `/v1/config/keys` (LogDNA Configuration API, "Keys"). */
export function configKeyRoutes(router: Router, parts: ConfigKeyRouteParts): void {
  const { ingestionKeys } = parts;

  methods(router, CONFIG_KEY_PATHS.all, {
    async GET(request, response) {
      const manager = await configManagerOf(request, parts);
      const { type } = readQuery(request, CONFIG_KEY_LIST_PARAMETERS);
      response.json((await allKeys(ingestionKeys, manager, type)).map(keyRepresentation));
    },
    async POST(request, response) {
      const manager = await configManagerOf(request, parts);
      const { type } = readQuery(request, NEW_CONFIG_KEY_PARAMETERS);
      const { name = NAMES[type] } = await readJson(request, NEW_CONFIG_KEY);
      response.json(keyRepresentation(await ingestionKeys.create(manager, { instance: manager.instance, type, name })));
    },
  });
  methods(router, CONFIG_KEY_PATHS.one, {
    async GET(request, response) {
      const manager = await configManagerOf(request, parts);
      response.json(keyRepresentation(await ingestionKeys.get(manager, request.params.key_id)));
    },
    async PUT(request, response) {
      const manager = await configManagerOf(request, parts);
      const { name } = await readJson(request, CONFIG_KEY_CHANGE);
      response.json(keyRepresentation(await ingestionKeys.update(manager, request.params.key_id, { name })));
    },
    async DELETE(request, response) {
      const manager = await configManagerOf(request, parts);
      await ingestionKeys.remove(manager, request.params.key_id);
      response.json({ deleted: true });
    },
  });
}

async function allKeys(
  ingestionKeys: IngestionKeys,
  manager: ConfigManager,
  type: IngestionKeyType | undefined,
): Promise<readonly ShownIngestionKey[]> {
  const keys: ShownIngestionKey[] = [];
  let after: readonly IndexValue[] | undefined;
  do {
    const page = await ingestionKeys.list(manager, { instance: manager.instance, type, after, limit: LISTED_AT_ONCE });
    keys.push(...page.rows);
    after = page.next;
  } while (after !== undefined && keys.length < MOST_LISTED);
  return keys;
}

/** Member by member: a spread would one day send the digest. */
function keyRepresentation({ ingestionKey, secret }: ShownIngestionKey): ConfigKeyRepresentation {
  const { id, name, type, createdAt } = ingestionKey;
  return { id, key: secret ?? MASKED, name, type, created: createdAt };
}
