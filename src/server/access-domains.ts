import type { Access } from '../access/access.ts';
import { accessGroupsIn } from '../access-groups/access-groups.ts';
import { accountGroupSettingsIn } from '../access-groups/account-group-settings.ts';
import { groupMembersIn } from '../access-groups/group-members.ts';
import { groupRulesIn } from '../access-groups/group-rules.ts';
import type { Clock } from '../clock/clock.ts';
import { accountAccessSettingsIn } from '../policies/account-access-settings.ts';
import { customRolesIn } from '../policies/custom-roles.ts';
import { decisionsIn } from '../policies/decisions.ts';
import { policiesIn } from '../policies/policies.ts';
import { policySetsIn } from '../policies/policy-sets.ts';
import type { Store } from '../store/store.ts';

/** What the rooms about rights are assembled from. */
export interface AccessDomainParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

/** Joins the rooms about rights. No exchange needs any of them: they are loaded with the first request that does. */
export function accessDomainsIn(parts: AccessDomainParts) {
  const { grantsOf } = policySetsIn(parts);
  return {
    accessGroups: accessGroupsIn(parts),
    accountGroupSettings: accountGroupSettingsIn(parts),
    customRoles: customRolesIn(parts),
    groupMembers: groupMembersIn(parts),
    groupRules: groupRulesIn(parts),
    accessSettings: accountAccessSettingsIn(parts),
    decisions: decisionsIn(parts),
    policies: policiesIn({ ...parts, grantsOf }),
  };
}
