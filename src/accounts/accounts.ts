import { type Access, INSTALLATION_SCOPE } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { changeEntity } from '../store/change-entity.ts';
import type { Store } from '../store/store.ts';
import { ACCOUNTS, type Account } from './account.ts';
import { type AccountSettingsChange, changedSettings } from './account-settings.ts';
import { clearAllowedAddresses } from './clear-allowed-addresses.ts';
import { existingAccount } from './existing-account.ts';
import { requireOpenedRights } from './opened-rights.ts';
import { refuseOutOfBounds } from './setting-bounds.ts';
import { settingsChange } from './settings-change.ts';

/** What may be done with accounts. */
export interface Accounts {
  /** @throws NotFound @throws AccessDenied */
  get(caller: Caller, accountId: string): Promise<Account>;
  /**
   * Sets the given settings and leaves the others.
   * @param ifMatch the account's entity tag, or `*`
   * @throws ParameterInvalid a setting is out of its bounds
   * @throws EntityTagStale @throws NotFound @throws AccessDenied
   */
  updateSettings(caller: Caller, accountId: string, change: AccountSettingsChange, ifMatch: string): Promise<Account>;
  /**
   * Takes away the list of allowed addresses of any account, also one that the caller has no part in: for the operator,
   * because a list can keep everybody out who could change it.
   * @throws NotFound @throws AccessDenied
   */
  clearAllowedAddresses(caller: Caller, accountId: string): Promise<Account>;
}

/** What the accounts stand on. */
export interface AccountsParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

/** @returns the accounts of `store` */
export function accountsIn({ store, access, clock }: AccountsParts): Accounts {
  const requireRight = (caller: Caller, verb: string, accountId: string): Promise<void> =>
    access.require(caller, `iam-identity.account.${verb}`, { accountId, service: 'iam-identity' });

  return {
    async get(caller, accountId) {
      await requireRight(caller, 'get', accountId);
      return existingAccount(store, accountId);
    },

    async updateSettings(caller, accountId, change, ifMatch) {
      await requireRight(caller, 'update', accountId);
      refuseOutOfBounds(change);
      return changeEntity({
        store,
        collection: ACCOUNTS,
        async read() {
          const account = await existingAccount(store, accountId);
          await requireOpenedRights(access, caller, { accountId, before: account.settings, change });
          return account;
        },
        ifMatch,
        next: ({ settings }) => ({ settings: changedSettings(settings, change), modifiedAt: clock.now() }),
        also: (before, after) => [audited(caller, settingsChange(before, after, clock.now()))],
      });
    },

    async clearAllowedAddresses(caller, accountId) {
      const target = { accountId: INSTALLATION_SCOPE, service: 'latchkey', resourceType: 'account' };
      await access.require(caller, 'latchkey.account.clear-addresses', { ...target, resource: accountId });
      return clearAllowedAddresses({ store, clock, recorded: (change) => audited(caller, change) }, accountId);
    },
  };
}
