import { type Access, INSTALLATION_SCOPE } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { formatCrn } from '../crn/crn.ts';
import { EntityExists } from '../problems/entity-problems.ts';
import { changeEntity } from '../store/change-entity.ts';
import { type Change, insert, remove } from '../store/changes.ts';
import type { IndexValue } from '../store/collection.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import type { Page, Store } from '../store/store.ts';
import { AlreadyExists } from '../store/store-errors.ts';
import { ACCOUNTS, type Account } from './account.ts';
import { existingAccount } from './existing-account.ts';
import { HOST_NAMES, type HostName, MOST_HOST_NAMES, readHostNames } from './host-name.ts';
import { auditedAccount } from './new-account.ts';

/** What the operator may change of an account; an absent field stays as it is. */
export interface AccountChange {
  readonly name?: string | undefined;
  readonly hostNames?: readonly string[] | undefined;
}

/**
 * The accounts as the installation's operator sees them: that they are there, whose, and under which names. What is inside is
 * none of the operator's business. Every function: @throws AccessDenied
 */
export interface AccountRegister {
  /** In the order of their creation. */
  list(
    caller: Caller,
    page: { readonly after?: readonly IndexValue[] | undefined; readonly limit: number },
  ): Promise<Page<Account>>;
  /** @throws NotFound */
  get(caller: Caller, accountId: string): Promise<Account>;
  /**
   * @param ifMatch an entity tag, or `*`
   * @throws NotFound @throws EntityTagStale @throws ParameterInvalid
   * @throws EntityExists  another account has one of the host names
   */
  update(caller: Caller, accountId: string, change: AccountChange, ifMatch: string): Promise<Account>;
}

/** What the register stands on. */
export interface AccountRegisterParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

/** @throws AccessDenied unless the caller runs the installation */
export function requireOperator(
  access: Access,
  caller: Caller,
  verb: 'create' | 'list' | 'get' | 'update',
): Promise<void> {
  const target = { accountId: INSTALLATION_SCOPE, service: 'latchkey', resourceType: 'account' };
  return access.require(caller, `latchkey.account.${verb}`, target);
}

/** Names an account in the audit record, which is the account's own: its owner may know what the operator did. */
export const auditedAccountTarget = ({ id }: Pick<Account, 'id'>) => ({
  accountId: id,
  target: formatCrn({ service: 'latchkey', resourceType: 'account', resource: id }),
  targetId: id,
});

/** The change that takes a host name for an account. */
export const takenHostName = (accountId: string, name: string): Change =>
  insert(HOST_NAMES, { id: name, entityTag: firstEntityTag(), accountId });

/** @returns the failure as a problem when another account has one of the host names; else as it is */
export function hostNameProblem(failure: unknown): unknown {
  if (!(failure instanceof AlreadyExists) || failure.collection !== HOST_NAMES.name) return failure;
  return new EntityExists('One of the host names is taken.', {
    details: 'A host name belongs to one account.',
    cause: failure,
  });
}

/** @returns the register of `store` */
export function accountRegisterIn({ store, access, clock }: AccountRegisterParts): AccountRegister {
  const heldBy = async (accountId: string): Promise<readonly HostName[]> =>
    (await store.read(HOST_NAMES).page('byAccount', { equals: [accountId], limit: MOST_HOST_NAMES })).rows;

  return {
    async list(caller, { after, limit }) {
      await requireOperator(access, caller, 'list');
      return store.read(ACCOUNTS).page('byCreation', { equals: [], after, limit });
    },

    async get(caller, accountId) {
      await requireOperator(access, caller, 'get');
      return existingAccount(store, accountId);
    },

    async update(caller, accountId, { name, hostNames }, ifMatch) {
      await requireOperator(access, caller, 'update');
      const wanted = hostNames && readHostNames(hostNames);
      let held: readonly HostName[] = [];
      try {
        return await changeEntity({
          store,
          collection: ACCOUNTS,
          async read() {
            const account = await existingAccount(store, accountId);
            // After the account: whoever changes its names meanwhile changes the account too, and this begins anew.
            held = await heldBy(accountId);
            return account;
          },
          ifMatch,
          next: (before) => ({
            name: name ?? before.name,
            ...(wanted !== undefined && { hostNames: wanted }),
            modifiedAt: clock.now(),
          }),
          also: (before, after) => [
            ...(wanted === undefined ? [] : hostNameChanges(accountId, held, wanted)),
            audited(caller, {
              ...{ at: clock.now(), action: 'latchkey.account.update', ...auditedAccountTarget(after) },
              ...{ before: auditedAccount(before), after: auditedAccount(after) },
            }),
          ],
        });
      } catch (failure) {
        throw hostNameProblem(failure);
      }
    },
  };
}

function hostNameChanges(accountId: string, held: readonly HostName[], wanted: readonly string[]): readonly Change[] {
  const given = held.filter(({ id }) => !wanted.includes(id)).map((hostName) => remove(HOST_NAMES, hostName));
  const taken = wanted.filter((name) => held.every(({ id }) => id !== name));
  return [...given, ...taken.map((name) => takenHostName(accountId, name))];
}
