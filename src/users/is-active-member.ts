import type { Caller } from '../access/caller.ts';
import type { Store } from '../store/store.ts';
import { isUser } from './is-user.ts';
import { MEMBERSHIPS, membershipId } from './user.ts';

/**
 * Whether the caller is an active user of the account, with a token for it. A token names one account: what is open to the
 * users of this one is not open to a user who acts in another.
 */
export async function isActiveMember(
  store: Store,
  { iamId, accountId: actsIn }: Pick<Caller, 'iamId' | 'accountId'>,
  accountId: string,
): Promise<boolean> {
  if (actsIn !== accountId || !isUser(iamId)) return false;
  return (await store.read(MEMBERSHIPS).get(membershipId(accountId, iamId)))?.state === 'active';
}
