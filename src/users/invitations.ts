import { type Access, INSTALLATION_SCOPE } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { ACCOUNTS } from '../accounts/account.ts';
import { requireInvitable } from '../accounts/people-settings.ts';
import { audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { NotFound } from '../problems/entity-problems.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import type { Change } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import { commitPlan } from './commit-plan.ts';
import { requiredEmailOf } from './email.ts';
import { type AccountUser, auditedTarget, auditedUser } from './new-user.ts';
import { type PlannedMember, planMember } from './plan-member.ts';
import { USER_REALM } from './user.ts';

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
   * @throws ParameterInvalid  an address is none, stands twice, or is of a domain to which the account lets nobody invite
   * @throws EntityExists      somebody of them was removed a moment ago
   */
  invite(caller: Caller, accountId: string, emails: readonly string[]): Promise<readonly Invited[]>;
}

/** What the invitations stand on. */
export interface InvitationsParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

/** Four changes each, in a commit of at most 200. */
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
    async invite(caller, accountId, texts) {
      // The answer for an account that is not the token's own is that for one that does not exist.
      if (caller.accountId !== accountId) throw new NotFound('The account could not be found.');
      const target = { accountId, service: 'user-management', resourceType: 'user' };
      await access.require(caller, 'user-management.user.invite', target);
      const emails = readEmails(texts);
      await refuseOtherDomains(store, accountId, emails);
      const inviter = { iamId: caller.iamId, byOperator: await isOperator(access, caller) };
      return untilUndisturbed(async () => {
        const now = clock.now();
        const planned: PlannedMember[] = [];
        for (const email of emails) {
          const member = await planMember(store, { email, accountId, inviter, now });
          // Takeover of who is invited: rights may be given before somebody comes, and whoever holds a new code comes first.
          if (member.changes.length > 0) await access.requireHeldBy(caller, accountId, member.user.id);
          planned.push(member);
        }
        const changes = planned.flatMap((member) => recorded(caller, member));
        if (changes.length > 0) await commitPlan(store, changes);
        return planned.map(({ user, membership, code }) => ({ user, membership, code }));
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
