import type { Store } from '../store/store.ts';
import { ACCESS_GROUPS, type AccessGroup } from './access-group.ts';
import { GROUP_MEMBERS } from './group-member.ts';

/** In how many groups of one account an identity may be, so that what it may do is found in bounded time. */
export const MOST_GROUPS_OF_ONE = 200;

/** Others that add at the same moment may pass the bound by as many as they are; all of them still count. */
const READ_AT_ONCE = 1_000;

/** @returns the groups of the account in which the identity is now, the oldest membership first; a deleted group is none */
export async function groupsOf(store: Store, accountId: string, iamId: string): Promise<readonly AccessGroup[]> {
  const request = { equals: [accountId, iamId], limit: READ_AT_ONCE };
  const { rows } = await store.read(GROUP_MEMBERS).page('byIdentity', request);
  const groups = await Promise.all(rows.map(({ groupId }) => store.read(ACCESS_GROUPS).get(groupId)));
  return groups.flatMap((group) => (group?.state === 'active' ? [group] : []));
}
