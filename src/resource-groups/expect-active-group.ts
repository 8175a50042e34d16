import { defaultResourceGroup } from '../accounts/default-resource-group.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import { type Change, expectUnchanged } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { RESOURCE_GROUPS } from './resource-group.ts';

/**
 * Looks up the group to which something new is to belong.
 * @returns what its commit must expect, so that the group does not go away in between; nothing for a default group that
 *   nobody has changed: it never goes away
 * @throws ParameterInvalid  the account has no such group, or it is suspended
 */
export async function expectActiveGroup(store: Store, accountId: string, groupId: string): Promise<readonly Change[]> {
  const group = await store.read(RESOURCE_GROUPS).get(groupId);
  if (group === undefined && groupId === defaultResourceGroup(accountId).id) return [];
  // One answer for "missing", "deleted" and "another account's": ids of other tenants cannot be probed.
  if (group?.accountId !== accountId || group.gone || group.ending) {
    throw new ParameterInvalid('resource_group', 'must be the id of a resource group of the account');
  }
  if (group.state === 'suspended') throw new ParameterInvalid('resource_group', 'names a suspended resource group');
  return [expectUnchanged(RESOURCE_GROUPS, group)];
}
