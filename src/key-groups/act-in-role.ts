import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { ApiKeyUnknown } from '../problems/credential-problems.ts';
import { AccessDenied } from '../problems/entity-problems.ts';
import type { Store } from '../store/store.ts';
import { GROUPED_KEYS } from './grouped-key.ts';

/**
 * Binds who has been proven by a key of a group to the role of that key. No call of the store while the key was used lately.
 * @returns the same caller, who may do no more from now on than the role gives
 * @throws ApiKeyUnknown  the key is in no group
 * @throws AccessDenied   its user does not have the role any more
 */
export type ActInRole = (caller: Caller) => Promise<Caller>;

/** @returns what binds callers to roles, over what may be a second old */
export function actInRoleWith({ store, access }: { readonly store: Store; readonly access: Access }): ActInRole {
  const groupedKeys = store.readRecent(GROUPED_KEYS);
  return async (caller) => {
    const groupedKey = await groupedKeys.get(caller.apiKeyId);
    // Without its row nobody knows the role: such a key would act with all that its user may.
    if (groupedKey === undefined) throw new ApiKeyUnknown();
    const { role } = groupedKey;
    if (role === undefined) return caller;
    if (!(await access.hasRoleLately(caller, role))) {
      throw new AccessDenied('The user does not have the role of the key.', {
        details: 'Give the user the role again, or give the key another one.',
      });
    }
    return { ...caller, inRole: role };
  };
}
