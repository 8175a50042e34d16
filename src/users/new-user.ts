import { randomBytes } from 'node:crypto';
import type { AuditedChange, AuditedState } from '../audit/audit-event.ts';
import { accountCrn } from '../crn/crn.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import { type Membership, type MembershipState, membershipId, USER_REALM, type User } from './user.ts';

/** Makes a user whom nobody has become yet; it is not stored yet. The address is the name until the user gives another. */
export function newUser(email: string, now: number): User {
  return {
    id: `${USER_REALM}-${randomBytes(8).toString('hex').toUpperCase()}`,
    entityTag: firstEntityTag(),
    email,
    name: email,
    givenName: '',
    familyName: '',
    unclaimed: true,
    generation: 1,
    createdAt: now,
    modifiedAt: now,
  };
}

/** Makes a membership; it is not stored yet. Its generations go on where those of a removed one ended. */
export function newMembership(
  { id: iamId, generationFloor = 0 }: User,
  accountId: string,
  state: MembershipState,
  now: number,
): Membership {
  return {
    id: membershipId(accountId, iamId),
    entityTag: firstEntityTag(),
    accountId,
    iamId,
    state,
    generation: generationFloor + 1,
    createdAt: now,
  };
}

/** A user in one account. */
export interface AccountUser {
  readonly user: User;
  readonly membership: Membership;
}

/** What the audit record keeps of a user in an account. */
export function auditedUser({ user, membership }: AccountUser): AuditedState {
  const { email, givenName, familyName } = user;
  const { state, generation } = membership;
  return { email, givenName, familyName, state, generation };
}

/** Names a user in an account in the audit record. */
export function auditedTarget({ accountId, iamId }: Pick<Membership, 'accountId' | 'iamId'>) {
  const target = accountCrn('user-management', accountId, 'user', iamId);
  return { accountId, target, targetId: iamId } satisfies Partial<AuditedChange>;
}
