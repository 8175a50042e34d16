import type { Request, Router } from 'express';
import type { Caller } from '../../access/caller.ts';
import type { ApiKey } from '../../api-keys/api-key.ts';
import type { TrackRecord } from '../../audit/track-record.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import { SecretInUrl } from '../../problems/request-problems.ts';
import type { TenantKeys } from '../../tenant-keys/tenant-keys.ts';
import type { IsUsableKey } from '../../tokens/is-usable-key.ts';
import type { NamedMembers } from '../../users/named-members.ts';
import type { BearerOf } from './bearer.ts';
import { expirationOf } from './token-expiration.ts';
import { namedToken, publicIdOf, TOKEN_KIND, tokenOfId, tokenOfValue } from './token-names.ts';
import {
  type ListedTokenRepresentation,
  NAMED_TOKEN,
  NEW_TOKEN,
  TOKEN_PAGE,
  TOKEN_PAGE_PARAMETERS,
  TOKEN_PATHS,
  type VerifiedTokenRepresentation,
} from './token-operations.ts';
import { refuseKeyBeside } from './token-reader.ts';

/** What the routes of API tokens stand on. */
export interface TokenRouteParts {
  readonly bearerOf: BearerOf;
  readonly tenantKeys: TenantKeys;
  readonly isUsableKey: IsUsableKey;
  readonly namedMembers: NamedMembers;
  readonly trackRecord: Pick<TrackRecord, 'history'>;
  /** Whether the value of a token may stand in the path where it is verified. */
  readonly apiTokensInUrl: boolean;
}

const LISTED_AT_ONCE = 100;
/** In the place of a value: clients insist on some text. */
const MASKED = '********-****-****-****-************';

/** `/api/admin/*ApiToken` and `getTokens` (Autonomous Identity API guide, "Config"). */
export function tokenRoutes(router: Router, parts: TokenRouteParts): void {
  const { tenantKeys, bearerOf } = parts;
  const callerOf = async (request: Request): Promise<Caller> => {
    refuseKeyBeside(request);
    return (await bearerOf(request)).caller;
  };

  methods(router, TOKEN_PATHS.create, {
    async POST(request, response) {
      const caller = await callerOf(request);
      const { name, description, expiration } = await readJson(request, NEW_TOKEN);
      const expiresAt = expiration === undefined ? undefined : expirationOf(expiration);
      const { secret } = await tenantKeys.create(caller, { kind: TOKEN_KIND, name, description, expiresAt });
      response.json({ token: secret });
    },
  });
  methods(router, TOKEN_PATHS.all, {
    async GET(request, response) {
      const caller = await callerOf(request);
      const inQuery = readQuery(request, TOKEN_PAGE_PARAMETERS);
      const inBody = await readJson(request, TOKEN_PAGE);
      const { maxResults: limit = LISTED_AT_ONCE, offset: skip } = { ...inQuery, ...inBody };
      const { rows } = await tenantKeys.list(caller, { kind: TOKEN_KIND, limit, skip });
      const states = await statesOf(parts, caller, rows);
      const listed = rows.map((row, at) => ({ id: publicIdOf(row), token: MASKED, ...states[at] }));
      response.json(listed satisfies readonly Partial<ListedTokenRepresentation>[]);
    },
  });
  methods(router, TOKEN_PATHS.verify, {
    async GET(request, response) {
      const caller = await callerOf(request);
      const [state] = await statesOf(parts, caller, [await tokenInPath(parts, caller, request.params.token)]);
      response.json(state);
    },
  });
  methods(router, TOKEN_PATHS.revoke, {
    async POST(request, response) {
      const caller = await callerOf(request);
      const { token } = await readJson(request, NAMED_TOKEN);
      const { id } = await namedToken(tenantKeys, caller, token);
      await tenantKeys.update(caller, { kind: TOKEN_KIND, id }, { disabled: true });
      response.json({ message: 'User token disabled' });
    },
  });
  methods(router, TOKEN_PATHS.delete, {
    async POST(request, response) {
      const caller = await callerOf(request);
      const { token } = await readJson(request, NAMED_TOKEN);
      const { id } = await namedToken(tenantKeys, caller, token);
      await tenantKeys.remove(caller, TOKEN_KIND, id);
      response.json({ message: 'User token deleted' });
    },
  });
}

/** @throws SecretInUrl  it is the value of a token, which may not stand there: now it is in the logs of whoever passed it on */
async function tokenInPath({ tenantKeys, apiTokensInUrl }: TokenRouteParts, caller: Caller, text: string) {
  if (apiTokensInUrl) return namedToken(tenantKeys, caller, text);
  if ((await tokenOfValue(tenantKeys, caller, text)) === undefined) return tokenOfId(tenantKeys, caller, text);
  throw new SecretInUrl('The value of an API token must not be sent in the URL.', {
    details: 'Send its id, as the list has it, and replace the token: URLs are kept in logs.',
  });
}

/** What is told of each key, in the same order. */
async function statesOf(
  { isUsableKey, namedMembers, trackRecord }: TokenRouteParts,
  caller: Caller,
  keys: readonly ApiKey[],
): Promise<readonly VerifiedTokenRepresentation[]> {
  const modifiers = await Promise.all(keys.map((key) => modifierOf(trackRecord, key)));
  const makers = keys.map(({ createdBy }) => createdBy);
  const members = await namedMembers(caller, caller.accountId, [...new Set([...modifiers, ...makers])]);
  const nameOf = (iamId: string): string => members.get(iamId)?.email ?? iamId;
  return Promise.all(
    keys.map(async (key, at) => ({
      name: key.name,
      description: key.description,
      expiration: key.expiresAt === undefined ? null : new Date(key.expiresAt).toISOString(),
      is_valid: await isUsableKey(key),
      creator: nameOf(key.createdBy),
      modifier: nameOf(modifiers[at] ?? key.createdBy),
    })),
  );
}

/** Who has changed the key last; its row does not say, the record of changes does. */
async function modifierOf(trackRecord: TokenRouteParts['trackRecord'], key: ApiKey): Promise<string> {
  if (key.modifiedAt === key.createdAt) return key.createdBy;
  const [last] = await trackRecord.history(key.accountId, key.id, 1);
  return last?.actor.iamId ?? key.createdBy;
}
