import type { Caller } from '../../access/caller.ts';
import type { ApiKey } from '../../api-keys/api-key.ts';
import { keyIdOf, uuidOfKey } from '../../api-keys/key-id.ts';
import { NotFound } from '../../problems/entity-problems.ts';
import type { TenantKeys } from '../../tenant-keys/tenant-keys.ts';

/** The keys of this door. */
export const TOKEN_KIND = 'tenant_program';

/** @returns the id of an API token as clients know it: a UUID, with which nobody can ask for anything */
export const publicIdOf = ({ id }: Pick<ApiKey, 'id'>): string => uuidOfKey(id);

/** @returns the API token of the account with this id @throws NotFound, AccessDenied */
export const tokenOfId = (tenantKeys: TenantKeys, caller: Caller, id: string): Promise<ApiKey> =>
  tenantKeys.get(caller, TOKEN_KIND, keyIdOf(id.toLowerCase()));

/**
 * Confusion of a value with an id, which are both UUIDs: what is the value of a token is never taken for the id of another one. Ids are
 * public, so that somebody could try to make a key whose value is one; values of these keys are never chosen, a key of another kind
 * is none of them, and both are looked for in the caller's account alone.
 * @returns the API token with this value, or else with this id
 * @throws NotFound, AccessDenied
 */
export async function namedToken(tenantKeys: TenantKeys, caller: Caller, text: string): Promise<ApiKey> {
  return (await tokenOfValue(tenantKeys, caller, text)) ?? tokenOfId(tenantKeys, caller, text);
}

/** @returns the API token of the account with this value, or `undefined` @throws AccessDenied */
export async function tokenOfValue(tenantKeys: TenantKeys, caller: Caller, value: string): Promise<ApiKey | undefined> {
  try {
    return await tenantKeys.getBySecret(caller, TOKEN_KIND, value);
  } catch (failure) {
    if (failure instanceof NotFound) return undefined;
    throw failure;
  }
}
