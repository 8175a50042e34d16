import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { ACCOUNTS } from '../accounts/account.ts';
import { showsUsersToUsers } from '../accounts/people-settings.ts';
import type { Clock } from '../clock/clock.ts';
import { NotFound } from '../problems/entity-problems.ts';
import type { IndexValue } from '../store/collection.ts';
import { type Listing, readListing } from '../store/listing.ts';
import type { Store } from '../store/store.ts';
import { changeUser, removeUser, type UserChange } from './change-user.ts';
import { emailOf } from './email.ts';
import { isActiveMember } from './is-active-member.ts';
import type { AccountUser } from './new-user.ts';
import { MEMBERSHIPS, type Membership, membershipId, USERS } from './user.ts';

/** One page of the users of an account, in the order in which they came. */
export interface UserListRequest {
  readonly accountId: string;
  readonly after?: readonly IndexValue[] | undefined;
  readonly limit: number;
}

/**
 * The users of accounts: who is in, suspended, or invited. A user is known in the whole installation, so an account may
 * change the membership and nothing else. Every function: @throws AccessDenied, NotFound (missing, or another account's).
 */
export interface Users {
  get(caller: Caller, accountId: string, iamId: string): Promise<AccountUser>;
  list(caller: Caller, request: UserListRequest): Promise<Listing<AccountUser>>;
  /** @returns the user of an account who has this e-mail address or iam id, or `undefined` */
  find(caller: Caller, accountId: string, text: string): Promise<AccountUser | undefined>;
  /**
   * Suspends or activates a user in the account, or changes the user's own name. A suspended user's keys and tokens are
   * refused in the account from the answer on, and go on in other accounts.
   * @throws ParameterInvalid  an invited user has no state that could be changed
   */
  update(caller: Caller, accountId: string, iamId: string, change: UserChange): Promise<AccountUser>;
  /** Takes a user out of the account: keys and tokens are refused there at once, what the user was given goes after. */
  remove(caller: Caller, accountId: string, iamId: string): Promise<void>;
}

/** What the users stand on. */
export interface UsersParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

/** @returns the users of `store` */
export function usersIn(parts: UsersParts): Users {
  const { store, access } = parts;

  const requireRight = async (caller: Caller, action: string, accountId: string, iamId?: string): Promise<void> => {
    // The answer for an account that is not the token's own is that for one that does not exist.
    if (caller.accountId !== accountId) throw new NotFound('The account could not be found.');
    const target = { accountId, service: 'user-management', resourceType: 'user' };
    await access.require(caller, action, {
      ...target,
      ...(iamId !== undefined && { resource: iamId, ownerIamId: iamId }),
    });
  };

  /** Who may look: who has the right, and every active user of an account that lets its users see each other. */
  const requireSight = async (caller: Caller, action: string, accountId: string, iamId?: string): Promise<void> => {
    const account = await store.read(ACCOUNTS).get(accountId);
    const isOpen = account !== undefined && showsUsersToUsers(account.settings);
    if (isOpen && (await isActiveMember(store, caller, accountId))) return;
    await requireRight(caller, action, accountId, iamId);
  };

  const withUser = async (membership: Membership | undefined): Promise<AccountUser | undefined> => {
    if (membership === undefined || membership.state === 'removed') return undefined;
    const user = await store.read(USERS).get(membership.iamId);
    return user && { user, membership };
  };

  const existing = async (accountId: string, iamId: string): Promise<AccountUser> => {
    const found = await withUser(await store.read(MEMBERSHIPS).get(membershipId(accountId, iamId)));
    if (found === undefined) throw new NotFound('The user could not be found.');
    return found;
  };

  const ownerOf = async (accountId: string) => (await store.read(ACCOUNTS).get(accountId))?.ownerIamId;

  return {
    async get(caller, accountId, iamId) {
      await requireSight(caller, 'user-management.user.get', accountId, iamId);
      return existing(accountId, iamId);
    },

    async list(caller, { accountId, ...page }) {
      await requireSight(caller, 'user-management.user.list', accountId);
      const listing = await readListing({
        reader: store.read(MEMBERSHIPS),
        collection: MEMBERSHIPS,
        index: 'byAccount',
        request: { ...page, equals: [accountId] },
        matches: ({ state }) => state !== 'removed',
      });
      const rows = await Promise.all(listing.rows.map(withUser));
      return { ...listing, rows: rows.filter((row) => row !== undefined) };
    },

    async find(caller, accountId, text) {
      await requireSight(caller, 'user-management.user.list', accountId);
      const email = emailOf(text);
      const iamId = email === undefined ? text : (await store.read(USERS).find('byEmail', [email]))?.id;
      if (iamId === undefined) return undefined;
      return withUser(await store.read(MEMBERSHIPS).get(membershipId(accountId, iamId)));
    },

    async update(caller, accountId, iamId, change) {
      const { state, givenName, familyName } = change;
      const renames = givenName !== undefined || familyName !== undefined;
      if (renames) await requireRight(caller, 'user-management.profile.update', accountId, iamId);
      if (!renames || state !== undefined) {
        await requireRight(caller, 'user-management.user.update', accountId, iamId);
      }
      // Back with the membership come the user's rights: whoever gives them back must hold them (R34).
      if (state === 'active') await access.requireHeldBy(caller, accountId, iamId);
      return changeUser(parts, caller, {
        read: () => existing(accountId, iamId),
        ownerIamId: await ownerOf(accountId),
        change,
      });
    },

    async remove(caller, accountId, iamId) {
      await requireRight(caller, 'user-management.user.remove', accountId, iamId);
      await removeUser(parts, caller, {
        read: () => existing(accountId, iamId),
        ownerIamId: await ownerOf(accountId),
      });
    },
  };
}
