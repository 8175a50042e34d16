import { defaultResourceGroup } from '../accounts/default-resource-group.ts';
import { NotFound } from '../problems/entity-problems.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import { type Change, expectUnchanged } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { StaleEntityTag } from '../store/store-errors.ts';
import { RESOURCE_GROUPS } from './resource-group.ts';

/**
 * Looks up the group to which something new is to belong, for a commit that `untilUndisturbed` repeats.
 * @returns what its commit must expect, so that the group does not go away in between; nothing for a default group that
 *   nobody has changed: it never goes away
 * @throws NotFound          the account has no such group
 * @throws ParameterInvalid  it is suspended
 * @throws StaleEntityTag    whether it is deleted is being decided at this moment
 */
export async function expectActiveGroup(store: Store, accountId: string, groupId: string): Promise<readonly Change[]> {
  const group = await store.read(RESOURCE_GROUPS).get(groupId);
  if (group === undefined && groupId === defaultResourceGroup(accountId).id) return [];
  // One answer for "missing", "deleted" and "another account's": ids of other tenants cannot be probed.
  if (group?.accountId !== accountId || group.gone) {
    throw new NotFound('The resource group could not be found.');
  }
  if (group.ending) throw new StaleEntityTag(RESOURCE_GROUPS.name, groupId);
  if (group.state === 'suspended') throw new ParameterInvalid('resource_group', 'names a suspended resource group');
  return [expectUnchanged(RESOURCE_GROUPS, group)];
}
