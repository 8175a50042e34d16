import { EntityExists } from '../problems/entity-problems.ts';
import { newActivationCode } from '../secrets/activation-code.ts';
import { type Change, expectUnchanged, insert } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { INVITATIONS, type Inviter, invitationChange } from './invitation.ts';
import { type AccountUser, newMembership, newUser } from './new-user.ts';
import { MEMBERSHIPS, membershipId, USERS, type User } from './user.ts';

/** Who is to be in which account. */
export interface MemberRequest {
  /** Normalised. */
  readonly email: string;
  readonly accountId: string;
  readonly inviter: Inviter;
  readonly now: number;
}

/** How the owner of an address comes to be in an account. */
export interface PlannedMember extends AccountUser {
  /** The one-time code, if one is needed. */
  readonly code: string | undefined;
  /** To be committed with its audit record; none: the user is a member already. */
  readonly changes: readonly Change[];
}

/**
 * Plans how the owner of an e-mail address comes to be in an account: a new user with a code, a known user at once where
 * the address counts as the user's, and else a known user with a code.
 *
 * Account pre-hijacking: no e-mail is sent, so the administrator of any account could introduce an address that is not
 * theirs, use the code themselves, and wait until another account invites it. So the word of one account counts in no other.
 * @throws EntityExists  the user was removed, and what they were given is still being removed
 */
export async function planMember(store: Store, request: MemberRequest): Promise<PlannedMember> {
  const { email, accountId, now } = request;
  const known = await store.read(USERS).find('byEmail', [email]);
  const user = known ?? newUser(email, now);
  const membership = await store.read(MEMBERSHIPS).get(membershipId(accountId, user.id));
  switch (membership?.state) {
    case 'active':
    case 'suspended':
      return { user, membership, code: undefined, changes: [] };
    case 'pending':
      return withCode(store, request, { user, membership }, [expectUnchanged(MEMBERSHIPS, membership)]);
    case 'removed':
      // Old rights must not come back with the user: they are removed first.
      throw new EntityExists('The user was removed, and what the user was given is still being removed.', {
        details: 'Try again in some seconds.',
      });
    case undefined: {
      const userChange = known === undefined ? insert(USERS, user) : expectUnchanged(USERS, known);
      if (isOnWord(user, accountId)) {
        const joined = newMembership(user, accountId, 'active', now);
        return { user, membership: joined, code: undefined, changes: [userChange, insert(MEMBERSHIPS, joined)] };
      }
      const invited = newMembership(user, accountId, 'pending', now);
      return withCode(store, request, { user, membership: invited }, [userChange, insert(MEMBERSHIPS, invited)]);
    }
  }
}

/** Whether somebody has become the user already on a word that counts in this account. */
const isOnWord = ({ unclaimed = false, introducedIn }: User, accountId: string): boolean =>
  !unclaimed && (introducedIn === undefined || introducedIn === accountId);

async function withCode(
  store: Store,
  { inviter, now }: MemberRequest,
  member: AccountUser,
  changes: readonly Change[],
): Promise<PlannedMember> {
  const code = newActivationCode();
  const before = await store.read(INVITATIONS).get(member.membership.id);
  return {
    ...member,
    code,
    changes: [...changes, invitationChange(member.membership, { code, inviter, now, before })],
  };
}
