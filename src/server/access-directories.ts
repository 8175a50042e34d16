import type { AccessParts } from '../access/access.ts';
import { ACCOUNTS } from '../accounts/account.ts';
import type { Store } from '../store/store.ts';
import { whenAsked } from './when-asked.ts';

/** What the directories stand on. */
export interface AccessDirectoriesParts {
  readonly store: Store;
  /** Told of what must be closed again. */
  readonly opened: AsyncDisposableStack;
}

/**
 * What decisions know of owners and policies. Policies are compiled, and followed, from the first decision on that needs
 * them: an exchange needs none, nor does an owner, and no start waits for it.
 */
export function accessDirectories({
  store,
  opened,
}: AccessDirectoriesParts): Pick<AccessParts, 'directory' | 'recentDirectory'> {
  const policySets = whenAsked(async () => {
    const { policySetsIn } = await import('../policies/policy-sets.ts');
    return policySetsIn({ store });
  });
  const recentPolicySets = whenAsked(async () => {
    const { openRecentPolicySets } = await import('../policies/recent-policy-sets.ts');
    const recent = await openRecentPolicySets({ store });
    opened.defer(() => recent.close());
    return recent;
  });
  const readRoleSet = whenAsked(async () => (await import('../policies/role-sets.ts')).readRoleSet);
  const recentAccounts = store.readRecent(ACCOUNTS);
  return {
    directory: {
      ownerOfAccount: async (id) => (await store.read(ACCOUNTS).get(id))?.ownerIamId,
      policySetOf: async (accountId, subject) => (await policySets()).policySetOf(accountId, subject),
      roleSetOf: async (accountId, role) => (await (await readRoleSet())(store, accountId, role)).set,
    },
    recentDirectory: {
      ownerOfAccount: async (id) => (await recentAccounts.get(id))?.ownerIamId,
      policySetOf: async (accountId, subject) => (await recentPolicySets()).recentPolicySetOf(accountId, subject),
      roleSetOf: async (accountId, role) => (await recentPolicySets()).recentRoleSetOf(accountId, role),
    },
  };
}
