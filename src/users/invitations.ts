import { type Access, INSTALLATION_SCOPE } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { ACCOUNTS } from '../accounts/account.ts';
import { requireInvitable } from '../accounts/people-settings.ts';
import { audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { NotFound } from '../problems/entity-problems.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import { type Change, expectUnchanged } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import { commitPlan } from './commit-plan.ts';
import { requiredEmailOf } from './email.ts';
import { type AccountUser, auditedTarget, auditedUser } from './new-user.ts';
import { type PlannedMember, planMember } from './plan-member.ts';
import { MEMBERSHIPS, USER_REALM } from './user.ts';

/** Somebody who was invited. */
export interface Invited extends AccountUser {
  /** The one-time code, shown this once; absent: the user needs none. */
  readonly code: string | undefined;
}

/** Asks people into accounts. */
export interface Invitations {
  /**
   * Invites the owners of e-mail addresses, all or none. It gives no rights; to somebody who has been given some before, only
   * who holds them may do it (R34). Who is a member already is answered as they
   * are; who was invited and has not come gets a new code, and the old one is void.
   * @param emails as they were sent, at most 40
   * @returns one for each address, in the order of the addresses
   * @throws AccessDenied, NotFound (another account)
   * @param given what each of them is given with it, also who is a member already. Default: nothing
   * @throws ParameterInvalid  an address is none, stands twice, or is of a domain to which the account lets nobody invite
   * @throws EntityExists      somebody of them was removed a moment ago, or has been given some of it already
   */
  invite(caller: Caller, accountId: string, emails: readonly string[], given?: PlanGiven): Promise<readonly Invited[]>;
}

/** Plans what gives something to a user. @throws what giving it is refused with: nobody gives what they do not hold */
export type PlanGiven = (iamId: string) => Promise<readonly Change[]>;

/** What the invitations stand on. */
export interface InvitationsParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

/** Of one commit. */
const MOST_CHANGES = 200;
/** Four changes each. */
export const MOST_INVITED = 40;

/** @returns the invitations of `store` */
export function invitationsIn({ store, access, clock }: InvitationsParts): Invitations {
  const recorded = (caller: Caller, { user, membership, changes }: PlannedMember): readonly Change[] => {
    if (changes.length === 0) return [];
    const after = auditedUser({ user, membership });
    const action = 'user-management.user.invite';
    return [...changes, audited(caller, { at: clock.now(), action, ...auditedTarget(membership), after })];
  };

  return {
    async invite(caller, accountId, texts, given = async () => []) {
      // The answer for an account that is not the token's own is that for one that does not exist.
      if (caller.accountId !== accountId) throw new NotFound('The account could not be found.');
      const target = { accountId, service: 'user-management', resourceType: 'user' };
      await access.require(caller, 'user-management.user.invite', target);
      const emails = readEmails(texts);
      await refuseOtherDomains(store, accountId, emails);
      const inviter = { iamId: caller.iamId, byOperator: await isOperator(access, caller) };
      return untilUndisturbed(async () => {
        const members: PlannedMember[] = [];
        const changes: Change[] = [];
        for (const email of emails) {
          const member = await planMember(store, { email, accountId, inviter, now: clock.now() });
          // Takeover of who is invited: rights may be given before somebody comes, and whoever holds a new code comes first.
          if (member.changes.length > 0) await access.requireHeldBy(caller, accountId, member.user.id);
          members.push(member);
          changes.push(...recorded(caller, member), ...unlessGone(member, await given(member.user.id)));
        }
        await commitAll(store, changes);
        return members.map(({ user, membership, code }) => ({ user, membership, code }));
      });
    },
  };
}

/** @throws ParameterInvalid  the account lets nobody invite to the domain of an address */
async function refuseOtherDomains(store: Store, accountId: string, emails: readonly string[]): Promise<void> {
  const settings = (await store.read(ACCOUNTS).get(accountId))?.settings ?? {};
  for (const [index, email] of emails.entries()) {
    requireInvitable(settings, { realmId: USER_REALM, email, parameter: `users.${index}.email` });
  }
}

async function commitAll(store: Store, planned: readonly Change[]): Promise<void> {
  const changes = eachExpectedOnce(planned);
  if (changes.length > MOST_CHANGES) {
    throw new ParameterInvalid('users', 'are too many to be given so many policies and access groups at once');
  }
  if (changes.length > 0) await commitPlan(store, changes);
}

/** Who is a member already may be removed at this moment, and must not be given anything after that. */
function unlessGone({ membership, changes }: PlannedMember, granted: readonly Change[]): readonly Change[] {
  if (granted.length === 0 || changes.length > 0) return granted;
  return [expectUnchanged(MEMBERSHIPS, membership), ...granted];
}

/** Whether it is on the word of the installation's operator that an address is a user's. */
const isOperator = (access: Access, caller: Caller): Promise<boolean> =>
  access.allows(caller, 'latchkey.user.introduce', {
    ...{ accountId: INSTALLATION_SCOPE, service: 'latchkey', resourceType: 'user' },
  });

function readEmails(texts: readonly string[]): readonly string[] {
  const emails = texts.map((text, index) => requiredEmailOf(text, `users.${index}.email`));
  if (emails.length > MOST_INVITED) throw new ParameterInvalid('users', `must be at most ${MOST_INVITED} entries long`);
  const repeated = emails.findIndex((email, index) => emails.indexOf(email) !== index);
  if (repeated !== -1) throw new ParameterInvalid(`users.${repeated}.email`, 'stands twice');
  return emails;
}

/** What several of them are given may hang on one thing, which a commit expects once. */
function eachExpectedOnce(changes: readonly Change[]): readonly Change[] {
  const expected = new Set<string>();
  return changes.filter((change) => {
    if (change.kind !== 'expect') return true;
    const name = `${change.collection.name}/${change.id}`;
    if (expected.has(name)) return false;
    expected.add(name);
    return true;
  });
}
