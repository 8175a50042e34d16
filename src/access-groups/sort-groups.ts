import { everyPage } from '../store/every-page.ts';
import type { Store } from '../store/store.ts';
import type { AccessGroup } from './access-group.ts';
import { GROUP_RULES } from './group-rule.ts';

/** By what a list of groups may be sorted. */
export const GROUP_ORDERS = ['created_at', 'id', 'name', 'description', 'last_modified_at', 'is_federated'] as const;

/** The order of a list of groups; groups that are equal in it stand by their ids. */
export interface GroupOrder {
  readonly by: (typeof GROUP_ORDERS)[number];
  readonly descending: boolean;
}

type Key = string | number;

/** @returns the groups in the order. @param federated the ids of those with rules; asked for `is_federated` alone */
export function inOrder(
  groups: readonly AccessGroup[],
  { by, descending }: GroupOrder,
  federated: ReadonlySet<string>,
): readonly AccessGroup[] {
  const keyOf = (group: AccessGroup): Key => {
    if (by === 'is_federated') return federated.has(group.id) ? 1 : 0;
    return KEYS[by](group);
  };
  const sign = descending ? -1 : 1;
  return groups.toSorted((left, right) => sign * (compare(keyOf(left), keyOf(right)) || compare(left.id, right.id)));
}

/** From so many groups on, one read of all the account's rules is less than a question for each. */
const MANY_GROUPS = 10;
const RULES_AT_ONCE = 1_000;

/** @returns the ids of those groups, of one account, that have rules */
export async function withRules(store: Store, groups: readonly AccessGroup[]): Promise<ReadonlySet<string>> {
  const [first] = groups;
  if (first !== undefined && groups.length >= MANY_GROUPS) return groupsWithRules(store, first.accountId);
  const counts = await Promise.all(groups.map(({ id }) => store.read(GROUP_RULES).count('byGroup', [id], 1)));
  return new Set(groups.filter((_, index) => counts[index] !== 0).map(({ id }) => id));
}

async function groupsWithRules(store: Store, accountId: string): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  const request = { equals: [accountId], limit: RULES_AT_ONCE };
  for await (const rows of everyPage(store.read(GROUP_RULES), 'byAccount', request)) {
    for (const { groupId } of rows) ids.add(groupId);
  }
  return ids;
}

const KEYS: Readonly<Record<Exclude<GroupOrder['by'], 'is_federated'>, (group: AccessGroup) => Key>> = {
  created_at: ({ createdAt }) => createdAt,
  id: ({ id }) => id,
  name: ({ nameKey }) => nameKey,
  description: ({ description }) => description,
  last_modified_at: ({ modifiedAt }) => modifiedAt,
};

function compare(left: Key, right: Key): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
