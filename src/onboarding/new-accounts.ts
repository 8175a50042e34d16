import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { ACCOUNTS, type Account } from '../accounts/account.ts';
import { auditedAccountTarget, hostNameProblem, requireOperator, takenHostName } from '../accounts/account-register.ts';
import { existingAccount } from '../accounts/existing-account.ts';
import { readHostNames } from '../accounts/host-name.ts';
import { auditedAccount, newAccount, newAccountId } from '../accounts/new-account.ts';
import { audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { EntityExists } from '../problems/entity-problems.ts';
import type { Change } from '../store/changes.ts';
import { insert } from '../store/changes.ts';
import { staleWhenTaken } from '../store/overtaken.ts';
import type { Store } from '../store/store.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import { requiredEmailOf } from '../users/email.ts';
import { auditedTarget, auditedUser } from '../users/new-user.ts';
import { type PlannedMember, planMember } from '../users/plan-member.ts';
import { MEMBERSHIPS, membershipId, USERS } from '../users/user.ts';

/** What the operator chooses of a new account. */
export interface AccountRequest {
  readonly name: string;
  readonly ownerEmail: string;
  readonly hostNames?: readonly string[] | undefined;
}

/** A new account. */
export interface MadeAccount {
  readonly account: Account;
  /** With which its owner comes in, shown this once; absent: the owner is a user already. */
  readonly code: string | undefined;
}

/** How tenants come in. Every function: @throws AccessDenied unless the caller runs the installation. */
export interface NewAccounts {
  /**
   * Makes an account, its owner where the address is new, and the owner's membership, all or none.
   * @throws ParameterInvalid @throws EntityExists another account has one of the host names
   */
  create(caller: Caller, asked: AccountRequest): Promise<MadeAccount>;
  /**
   * Makes a new code for an owner who has not come yet; the old one is void.
   * @throws NotFound @throws EntityExists the owner is there already
   */
  renewCode(caller: Caller, accountId: string): Promise<MadeAccount>;
}

/** What new accounts stand on. */
export interface NewAccountsParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

/** @returns the one way in which accounts are made after the first */
export function newAccountsIn({ store, access, clock }: NewAccountsParts): NewAccounts {
  const planOwner = (caller: Caller, accountId: string, email: string): Promise<PlannedMember> => {
    const inviter = { iamId: caller.iamId, byOperator: true };
    return planMember(store, { email, accountId, inviter, now: clock.now() });
  };
  const invited = (caller: Caller, { user, membership }: PlannedMember) =>
    audited(caller, {
      ...{ at: clock.now(), action: 'user-management.user.invite', ...auditedTarget(membership) },
      after: auditedUser({ user, membership }),
    });

  return {
    async create(caller, { name, ownerEmail, hostNames: texts = [] }) {
      await requireOperator(access, caller, 'create');
      const email = requiredEmailOf(ownerEmail, 'owner_email');
      const hostNames = readHostNames(texts);
      return untilUndisturbed(async () => {
        const id = newAccountId();
        const owner = await planOwner(caller, id, email);
        const account = newAccount(id, { name, ownerIamId: owner.user.id, hostNames }, clock.now());
        const { target, ...named } = auditedAccountTarget(account);
        const change = { at: clock.now(), action: 'latchkey.account.create', target, ...named };
        await commitAccount(store, [
          insert(ACCOUNTS, account),
          ...hostNames.map((hostName) => takenHostName(id, hostName)),
          ...owner.changes,
          audited(caller, { ...change, after: auditedAccount(account) }),
          invited(caller, owner),
        ]);
        return { account, code: owner.code };
      });
    },

    async renewCode(caller, accountId) {
      await requireOperator(access, caller, 'create');
      const account = await existingAccount(store, accountId);
      return untilUndisturbed(async () => {
        const owner = await store.read(USERS).get(account.ownerIamId);
        const membership = await store.read(MEMBERSHIPS).get(membershipId(accountId, account.ownerIamId));
        // The operator holds no right inside: an owner who has come is out of the operator's reach.
        if (owner === undefined || membership?.state !== 'pending') {
          throw new EntityExists('The owner of the account has used an activation code already.');
        }
        const planned = await planOwner(caller, accountId, owner.email);
        await commitAccount(store, [...planned.changes, invited(caller, planned)]);
        return { account, code: planned.code };
      });
    },
  };
}

/** @throws EntityExists a host name is taken @throws StaleEntityTag somebody made the same user meanwhile */
function commitAccount(store: Store, changes: readonly Change[]): Promise<void> {
  return staleWhenTaken(() =>
    store.commit(changes).catch((failure: unknown) => {
      throw hostNameProblem(failure);
    }),
  );
}
