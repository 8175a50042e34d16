import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { GROUP_RULES } from '../access-groups/group-rule.ts';
import { API_KEYS } from '../api-keys/api-key.ts';
import { isInstance } from '../api-keys/key-kinds.ts';
import { SERVICE_IDS } from '../service-ids/service-id.ts';
import { SERVICE_ID_GROUPS } from '../service-ids/service-id-group.ts';
import type { Store } from '../store/store.ts';

/** How much of what there is in an account is used. */
export interface Usage {
  /** @throws AccessDenied */
  of(caller: Caller, accountId: string, asked: AskedUsage): Promise<AccountUsage>;
}

/** Of whom the usage is wanted; ids that the account does not have use nothing. */
export interface AskedUsage {
  readonly iamIds: readonly string[];
  readonly accessGroupIds: readonly string[];
  readonly serviceIdGroupIds: readonly string[];
}

/** At most 100,000 are counted of each. */
export interface AccountUsage {
  /** API keys, identity by identity, in the order in which they were asked for. */
  readonly apiKeys: readonly number[];
  /** Rules, access group by access group. */
  readonly groupRules: readonly number[];
  /** All service ID groups of the account. */
  readonly serviceIdGroups: number;
  /** Service IDs, service ID group by service ID group. */
  readonly serviceIdsInGroups: readonly number[];
}

const MOST_COUNTED = 100_000;

/** @returns the usage over `store` */
export function usageIn({ store, access }: { readonly store: Store; readonly access: Access }): Usage {
  return {
    async of(caller, accountId, { iamIds, accessGroupIds, serviceIdGroupIds }) {
      await access.require(caller, 'iam-identity.account.get', { accountId, service: 'iam-identity' });
      const keysOf = async (iamId: string): Promise<number> =>
        isInstance(iamId) ? 0 : store.read(API_KEYS).count('ofIdentityByCreation', [accountId, iamId], MOST_COUNTED);
      const rulesOf = async (groupId: string): Promise<number> => {
        const [rule] = (await store.read(GROUP_RULES).page('byGroup', { equals: [groupId], limit: 1 })).rows;
        // The group of another account is answered as one that does not exist.
        if (rule?.accountId !== accountId) return 0;
        return store.read(GROUP_RULES).count('byGroup', [groupId], MOST_COUNTED);
      };
      const inGroup = (groupId: string) =>
        store.read(SERVICE_IDS).count('byGroup', [accountId, 'active', groupId], MOST_COUNTED);
      const [apiKeys, groupRules, serviceIdGroups, serviceIdsInGroups] = await Promise.all([
        Promise.all(iamIds.map(keysOf)),
        Promise.all(accessGroupIds.map(rulesOf)),
        store.read(SERVICE_ID_GROUPS).count('byCreation', [accountId], MOST_COUNTED),
        Promise.all(serviceIdGroupIds.map(inGroup)),
      ]);
      return { apiKeys, groupRules, serviceIdGroups, serviceIdsInGroups };
    },
  };
}
