import { remove } from '../store/changes.ts';
import { unlessChanged } from '../store/overtaken.ts';
import type { Lease, Store } from '../store/store.ts';
import { ACCESS_GROUPS, type AccessGroup } from './access-group.ts';
import { GROUP_MEMBERS } from './group-member.ts';
import { GROUP_RULES } from './group-rule.ts';

const ROWS_PER_COMMIT = 100;
const COMMITS_PER_RUN = 20;

/** Removes some of what others keep about a deleted group. @returns whether nothing of it is left */
export type RemoveOfGroup = (group: AccessGroup) => Promise<boolean>;

/**
 * Background work: removes the members and rules of groups that were deleted, in chunks, then the tombstone itself. They
 * give nobody anything already; this only frees their space.
 * @param removeMore what other rooms keep about the group; the tombstone stays until nothing is left
 */
export async function removeOfDeletedGroups(store: Store, under: Lease, removeMore: RemoveOfGroup): Promise<void> {
  for (let commits = 0; commits < COMMITS_PER_RUN; commits += 1) {
    const [tombstone] = (await store.read(ACCESS_GROUPS).page('byState', { equals: ['deleted'], limit: 1 })).rows;
    if (tombstone === undefined) return;
    await unlessChanged(() => removeSome(store, tombstone, { under, removeMore }));
  }
}

/**
 * Removes some memberships of an identity whose time in the account is over.
 * @returns whether none is left
 */
export async function removeFromGroups(
  store: Store,
  { accountId, iamId }: { readonly accountId: string; readonly iamId: string },
  under: Lease,
): Promise<boolean> {
  const request = { equals: [accountId, iamId], limit: ROWS_PER_COMMIT };
  const { rows } = await store.read(GROUP_MEMBERS).page('byIdentity', request);
  if (rows.length === 0) return true;
  await unlessChanged(() =>
    store.commit(
      rows.map((row) => remove(GROUP_MEMBERS, row)),
      { under },
    ),
  );
  return false;
}

async function removeSome(
  store: Store,
  tombstone: AccessGroup,
  { under, removeMore }: { readonly under: Lease; readonly removeMore: RemoveOfGroup },
): Promise<void> {
  const request = { equals: [tombstone.id], limit: ROWS_PER_COMMIT };
  const members = (await store.read(GROUP_MEMBERS).page('byGroup', request)).rows;
  const rules = members.length > 0 ? [] : (await store.read(GROUP_RULES).page('byGroup', request)).rows;
  const changes = [
    ...members.map((member) => remove(GROUP_MEMBERS, member)),
    ...rules.map((rule) => remove(GROUP_RULES, rule)),
  ];
  if (changes.length > 0) return store.commit(changes, { under });
  if (await removeMore(tombstone)) await store.commit([remove(ACCESS_GROUPS, tombstone)], { under });
}
