import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import type { Store } from '../store/store.ts';
import { MEMBERSHIPS, membershipId, USERS, type User } from './user.ts';

/**
 * @returns the users with these iam ids who are members of the account, by iam id; others are left out, because a guessed
 * iam id must not tell who a user of somebody else's account is; none for who may not see the users of the account
 * @throws AccessDenied
 */
export type NamedMembers = (
  caller: Caller,
  accountId: string,
  iamIds: readonly string[],
) => Promise<ReadonlyMap<string, User>>;

/**
 * @returns the user, of whom the account may know the name because the user is in it; `undefined` of everybody else: anybody's
 * iam id may be asked about, so people of other tenants could be probed, and who is only invited or was removed is nobody here
 */
export async function knownMember(store: Store, accountId: string, iamId: string): Promise<User | undefined> {
  const membership = await store.read(MEMBERSHIPS).get(membershipId(accountId, iamId));
  if (membership?.state !== 'active' && membership?.state !== 'suspended') return undefined;
  return store.read(USERS).get(iamId);
}

/** @returns the look-up in `store` */
export function namedMembersIn({ store, access }: { readonly store: Store; readonly access: Access }): NamedMembers {
  return async (caller, accountId, iamIds) => {
    await access.require(caller, 'iam-identity.account.get', { accountId, service: 'iam-identity' });
    // Who may not see who the users are does not learn it by the way.
    const target = { accountId, service: 'user-management', resourceType: 'user' };
    if (!(await access.allows(caller, 'user-management.user.get', target))) return new Map();
    const users = await Promise.all(iamIds.map((iamId) => knownMember(store, accountId, iamId)));
    return new Map(users.flatMap((user) => (user === undefined ? [] : [[user.id, user] as const])));
  };
}
