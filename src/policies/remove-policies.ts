import { removeFromGroups } from '../access-groups/remove-ended-members.ts';
import { remove } from '../store/changes.ts';
import { unlessChanged } from '../store/overtaken.ts';
import type { Lease, Store } from '../store/store.ts';
import { MEMBERSHIPS } from '../users/user.ts';
import { POLICIES, subjectKey } from './policy.ts';

const ROWS_PER_COMMIT = 100;
const COMMITS_PER_RUN = 20;

/** An identity, in the account in which its time is over. */
export interface EndedIdentity {
  readonly accountId: string;
  readonly iamId: string;
}

/**
 * Removes some policies of a subject that is gone, deleted ones too: restored, they would wait for whoever comes next.
 * @param key `subjectKey` of the subject
 * @returns whether none is left
 */
export async function removePoliciesOf(
  store: Store,
  { accountId, key }: { readonly accountId: string; readonly key: string },
  under: Lease,
): Promise<boolean> {
  const request = { equals: [accountId, key], limit: ROWS_PER_COMMIT };
  const { rows } = await store.read(POLICIES).page('bySubject', request);
  if (rows.length === 0) return true;
  const changes = rows.map((row) => remove(POLICIES, row));
  await unlessChanged(() => store.commit(changes, { under }));
  return false;
}

/** Removes some of the rights of an identity: what it was given itself, and that it is in groups. @returns whether none is left */
export async function removeRightsOf(
  store: Store,
  { accountId, iamId }: EndedIdentity,
  under: Lease,
): Promise<boolean> {
  const key = subjectKey('iam_id', iamId);
  return (
    (await removePoliciesOf(store, { accountId, key }, under)) &&
    (await removeFromGroups(store, { accountId, iamId }, under))
  );
}

/**
 * Background work: removes the rights of users who were removed from an account, in chunks, then the tombstone itself. They
 * can do nothing there already; but invited again, they would have all of it back.
 */
export async function removeRightsOfRemovedUsers(store: Store, under: Lease): Promise<void> {
  for (let commits = 0; commits < COMMITS_PER_RUN; commits += 1) {
    const [tombstone] = (await store.read(MEMBERSHIPS).page('byState', { equals: ['removed'], limit: 1 })).rows;
    if (tombstone === undefined) return;
    if (!(await removeRightsOf(store, tombstone, under))) continue;
    await unlessChanged(() => store.commit([remove(MEMBERSHIPS, tombstone)], { under }));
  }
}
