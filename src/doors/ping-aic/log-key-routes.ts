import type { Request, Router } from 'express';
import type { Caller } from '../../access/caller.ts';
import type { ApiKey } from '../../api-keys/api-key.ts';
import { type CallerOf, writeNothing } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import { CredentialsConflicting } from '../../problems/credential-problems.ts';
import type { Change } from '../../store/changes.ts';
import type { IndexValue } from '../../store/collection.ts';
import type { TenantKeys } from '../../tenant-keys/tenant-keys.ts';
import {
  type CreatedLogKeyRepresentation,
  LOG_KEY_PATHS,
  type LogKeyRepresentation,
  NEW_LOG_KEY,
  NEW_LOG_KEY_PARAMETERS,
} from './log-key-operations.ts';
import { logKeyIdOf, publicIdOf } from './public-id.ts';
import { wholePage } from './result-page.ts';

/** What the routes of log API keys stand on. */
export interface LogKeyRouteParts {
  readonly administratorOf: CallerOf;
  readonly tenantKeys: TenantKeys;
  /** What is committed with a key, so that there is something to read with it. */
  readonly recordingForLogReaders: (caller: Caller) => Promise<readonly Change[]>;
}

const KIND = 'log_reading';
const LISTED_AT_ONCE = 200;

/** `/keys` (PingOne Advanced Identity Cloud, "Authenticate to Advanced Identity Cloud REST API with API key and secret"). */
export function logKeyRoutes(router: Router, parts: LogKeyRouteParts): void {
  const { tenantKeys, recordingForLogReaders } = parts;
  const administratorOf: CallerOf = async (request) => {
    refusePairs(request);
    return parts.administratorOf(request);
  };

  methods(router, LOG_KEY_PATHS.all, {
    async GET(request, response) {
      const keys = await allKeys(tenantKeys, await administratorOf(request));
      response.json(wholePage(keys.map(keyRepresentation)));
    },
    async POST(request, response) {
      const caller = await administratorOf(request);
      readQuery(request, NEW_LOG_KEY_PARAMETERS);
      const { name } = await readJson(request, NEW_LOG_KEY);
      const also = () => recordingForLogReaders(caller);
      const { apiKey, secret } = await tenantKeys.create(caller, { kind: KIND, name }, also);
      const created: CreatedLogKeyRepresentation = { ...keyRepresentation(apiKey), api_key_secret: secret };
      response.json(created);
    },
  });
  methods(router, LOG_KEY_PATHS.one, {
    async GET(request, response) {
      const caller = await administratorOf(request);
      response.json(keyRepresentation(await tenantKeys.get(caller, KIND, logKeyIdOf(request.params.api_key_id))));
    },
    async DELETE(request, response) {
      const caller = await administratorOf(request);
      await tenantKeys.remove(caller, KIND, logKeyIdOf(request.params.api_key_id));
      writeNothing(response);
    },
  });
}

/** Credential confusion: a filter in front of us may have looked at the pair, which is nobody here, and not at the token. */
function refusePairs(request: Request): void {
  const pair = [request.get('x-api-key'), request.get('x-api-secret')];
  if (request.get('authorization') === undefined || pair.every((value) => value === undefined)) return;
  throw new CredentialsConflicting('The request carries two different credentials.', {
    details: "Send an administrator's bearer token alone: keys are not managed with a key.",
  });
}

/** Clients take the first page for all there are. */
async function allKeys(tenantKeys: TenantKeys, caller: Caller): Promise<readonly ApiKey[]> {
  const keys: ApiKey[] = [];
  let after: readonly IndexValue[] | undefined;
  do {
    const page = await tenantKeys.list(caller, { kind: KIND, after, limit: LISTED_AT_ONCE });
    keys.push(...page.rows);
    after = page.next;
  } while (after !== undefined);
  return keys;
}

/** Member by member: a spread would one day send the digest. */
function keyRepresentation({ name, id, createdAt }: ApiKey): LogKeyRepresentation {
  return { name, api_key_id: publicIdOf(id), created_at: inNanoseconds(createdAt) };
}

/** As recorded of the system: always nine digits. */
const inNanoseconds = (milliseconds: number): string => new Date(milliseconds).toISOString().replace('Z', '000000Z');
