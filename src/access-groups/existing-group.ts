import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { NotFound } from '../problems/entity-problems.ts';
import type { Store } from '../store/store.ts';
import { ACCESS_GROUPS, type AccessGroup } from './access-group.ts';

/** What every part of this room asks first. */
export interface GroupGate {
  /** @param right such as `groups.list` @throws AccessDenied */
  requireRight(caller: Caller, right: string, target: { accountId: string; id?: string }): Promise<void>;
  /** @returns the group, which the caller may do this with @throws NotFound, AccessDenied */
  existing(caller: Caller, groupId: string, right: string): Promise<AccessGroup>;
}

/** What the gate stands on. */
export interface GroupGateParts {
  readonly store: Store;
  readonly access: Access;
}

/** @returns the gate to the groups of `store` */
export function groupGate({ store, access }: GroupGateParts): GroupGate {
  const requireRight: GroupGate['requireRight'] = (caller, right, { accountId, id }) =>
    access.require(caller, `iam-groups.${right}`, {
      accountId,
      service: 'iam-groups',
      resourceType: 'group',
      ...(id !== undefined && { resource: id }),
    });

  return {
    requireRight,
    async existing(caller, groupId, right) {
      const group = await store.read(ACCESS_GROUPS).get(groupId);
      // One answer for "missing", "removed" and "another account's": ids of other tenants cannot be probed.
      if (group?.accountId !== caller.accountId || group.state === 'deleted') {
        throw new NotFound('The access group could not be found.');
      }
      await requireRight(caller, right, { accountId: group.accountId, id: groupId });
      return group;
    },
  };
}
