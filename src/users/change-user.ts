import type { Caller } from '../access/caller.ts';
import { audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { AccessDenied } from '../problems/entity-problems.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import { cutOff } from '../revocations/revocation.ts';
import { type Change, expectUnchanged, remove, replace } from '../store/changes.ts';
import { nextEntityTag } from '../store/entity-tag.ts';
import type { Store } from '../store/store.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import { membershipSubject } from '../token-format/revocation-subjects.ts';
import { INVITATIONS } from './invitation.ts';
import { type AccountUser, auditedTarget, auditedUser } from './new-user.ts';
import { MEMBERSHIPS, type Membership, USERS, type User } from './user.ts';

/** What may be changed; an absent field stays as it is. */
export interface UserChange {
  readonly state?: 'active' | 'suspended' | undefined;
  readonly givenName?: string | undefined;
  readonly familyName?: string | undefined;
}

/** What a change of a user stands on. */
export interface ChangeUserParts {
  readonly store: Store;
  readonly clock: Clock;
}

/** Whom a change concerns. */
export interface UserToChange {
  /** Reads the user as it is now; again at each attempt. */
  readonly read: () => Promise<AccountUser>;
  /** The owner of the account, who cannot be taken out of it. */
  readonly ownerIamId: string | undefined;
}

/** Makes the change, with its cut-off and its audit record, in one commit. @returns the user as it is now */
export function changeUser(
  { store, clock }: ChangeUserParts,
  caller: Caller,
  { read, ownerIamId, change }: UserToChange & { readonly change: UserChange },
): Promise<AccountUser> {
  return untilUndisturbed(async () => {
    const before = await read();
    const now = clock.now();
    if (change.state === 'suspended') refuseOwner(before, ownerIamId);
    const membership = nextMembership(before.membership, change);
    const user = renamed(before.user, change, now);
    if (membership === before.membership && user === before.user) return before;
    const after = { user, membership };
    const action = membership === before.membership ? 'user-management.profile.update' : 'user-management.user.update';
    const states = { before: auditedUser(before), after: auditedUser(after) };
    await store.commit([
      replaceOrExpect(before, after),
      ...(user === before.user ? [] : [replace(USERS, user, before.user.entityTag)]),
      ...cutOffTokens(before.membership, membership, now),
      audited(caller, { at: now, action, ...auditedTarget(membership), ...states }),
    ]);
    return after;
  });
}

/** Ends the membership, its invitation and its tokens, in one commit with the audit record. */
export function removeUser(
  { store, clock }: ChangeUserParts,
  caller: Caller,
  { read, ownerIamId }: UserToChange,
): Promise<void> {
  return untilUndisturbed(async () => {
    const before = await read();
    refuseOwner(before, ownerIamId);
    const now = clock.now();
    const generation = before.membership.generation + 1;
    const membership: Membership = { ...changed(before.membership), state: 'removed', generation };
    const generationFloor = Math.max(before.user.generationFloor ?? 0, generation);
    const user: User = { ...changed(before.user), generationFloor };
    const invitation = await store.read(INVITATIONS).get(membership.id);
    const states = { before: auditedUser(before), after: auditedUser({ user, membership }) };
    await store.commit([
      replace(MEMBERSHIPS, membership, before.membership.entityTag),
      // The tombstone will go; what it knows of generations must not go with it.
      replace(USERS, user, before.user.entityTag),
      ...(invitation === undefined ? [] : [remove(INVITATIONS, invitation)]),
      ...cutOffTokens(before.membership, membership, now),
      audited(caller, { at: now, action: 'user-management.user.remove', ...auditedTarget(membership), ...states }),
    ]);
  });
}

function nextMembership(before: Membership, { state }: UserChange): Membership {
  if (state === undefined || state === before.state) return before;
  if (before.state === 'pending') {
    throw new ParameterInvalid('state', 'cannot be changed before the user has used the activation code');
  }
  // Suspended, the user must be refused also with the tokens of before.
  const generation = before.generation + (state === 'suspended' ? 1 : 0);
  return { ...changed(before), state, generation };
}

function renamed(
  before: User,
  { givenName = before.givenName, familyName = before.familyName }: UserChange,
  now: number,
) {
  if (givenName === before.givenName && familyName === before.familyName) return before;
  const name = `${givenName} ${familyName}`.trim() || before.email;
  return { ...changed(before), givenName, familyName, name, modifiedAt: now };
}

const changed = <T extends { readonly entityTag: string }>(before: T): T => ({
  ...before,
  entityTag: nextEntityTag(before.entityTag),
});

function replaceOrExpect({ membership: before }: AccountUser, { membership: after }: AccountUser): Change {
  return after === before ? expectUnchanged(MEMBERSHIPS, before) : replace(MEMBERSHIPS, after, before.entityTag);
}

/** Every token of the user in this account, and none in another. */
function cutOffTokens(
  before: Membership,
  { accountId, iamId, generation }: Membership,
  now: number,
): readonly Change[] {
  if (generation === before.generation) return [];
  return [cutOff(membershipSubject(accountId, iamId), generation, accountId, now)];
}

function refuseOwner({ user }: AccountUser, ownerIamId: string | undefined): void {
  if (user.id !== ownerIamId) return;
  throw new AccessDenied('The owner of the account cannot be suspended or removed.');
}
