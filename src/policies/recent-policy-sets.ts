import type { PolicySet } from '../access/policy-set.ts';
import { ACCESS_GROUPS } from '../access-groups/access-group.ts';
import { GROUP_MEMBERS, memberNameOf } from '../access-groups/group-member.ts';
import { StoreUnavailable } from '../problems/request-problems.ts';
import type { Store, StoredChange } from '../store/store.ts';
import { CUSTOM_ROLES, type CustomRole } from './custom-role.ts';
import { POLICIES, type Policy } from './policy.ts';
import { DEPENDS_ON, type PolicySetReading, readPolicySet } from './policy-sets.ts';
import { readRoleSet } from './role-sets.ts';
import { setCache } from './set-cache.ts';

/** Compiled sets for decisions that are asked for often; a second old at most. */
export interface RecentPolicySets {
  /**
   * Answers from memory, without a store call, while the process is sure to hear of changes within a second; else from the
   * primary; while that cannot be reached, from memory for the grace.
   * @param subject as for `policySetOf`
   * @throws StoreUnavailable it cannot be known: never taken for "denied"
   */
  recentPolicySetOf(accountId: string, subject: string): Promise<PolicySet>;
  /** The same for what a role gives in the account, as `readRoleSet`. */
  recentRoleSetOf(accountId: string, role: string): Promise<PolicySet>;
  close(): Promise<void>;
}

/** Follows everything of which a set is made. */
export async function openRecentPolicySets({ store }: { readonly store: Store }): Promise<RecentPolicySets> {
  const cache = setCache();
  const subscription = await store.watch(
    [POLICIES, GROUP_MEMBERS, ACCESS_GROUPS, CUSTOM_ROLES],
    (change) => cache.changed(namesOf(change)),
    undefined,
    cache.forgetAll,
  );
  const recent = async (key: string, read: () => Promise<PolicySetReading>): Promise<PolicySet> => {
    subscription.catchUp();
    if (subscription.isCurrent()) return cache.get(key) ?? cache.fill(key, read);
    try {
      return (await read()).set;
    } catch (error) {
      // Within the grace, and only what was known: who was never asked about is not known to have no rights.
      const set = cache.get(key);
      const goesOn = error instanceof StoreUnavailable && set !== undefined && subscription.wasCurrentLately();
      if (!goesOn) throw error;
      return set;
    }
  };
  return {
    recentPolicySetOf: (accountId, subject) =>
      recent(`${accountId} ${subject}`, () => readPolicySet(store, accountId, subject)),
    recentRoleSetOf: (accountId, role) =>
      recent(`${accountId} role ${role}`, () => readRoleSet(store, accountId, role)),
    close: () => subscription.close(),
  };
}

/** @returns what sets may depend on that this change concerns */
function namesOf({ collection, id, entity }: StoredChange): readonly string[] {
  switch (collection) {
    case POLICIES.name: {
      // Safe: the change is of this collection, so an entity of it.
      const policy = entity as Policy | undefined;
      const subject = policy && DEPENDS_ON.subject(policy.accountId, policy.subjectKey);
      return [DEPENDS_ON.policy(id), ...(subject === undefined ? [] : [subject])];
    }
    case GROUP_MEMBERS.name: {
      const { accountId, iamId } = memberNameOf(id);
      return [DEPENDS_ON.groupsOf(accountId, iamId)];
    }
    case ACCESS_GROUPS.name:
      return [DEPENDS_ON.group(id)];
    default: {
      // Safe: the last of the collections that are followed.
      const role = entity as CustomRole | undefined;
      const named = role && DEPENDS_ON.roleNamed(role.accountId, role.service, role.name);
      return [DEPENDS_ON.role(id), ...(named === undefined ? [] : [named])];
    }
  }
}
