import type { AuditedChange } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { accountCrn } from '../crn/crn.ts';
import { changeEntity } from '../store/change-entity.ts';
import type { Change } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { ACCOUNTS, type Account } from './account.ts';
import { auditedSettings, changedSettings } from './account-settings.ts';
import { existingAccount } from './existing-account.ts';

/** What clearing stands on. */
export interface ClearAddressesParts {
  readonly store: Store;
  readonly clock: Clock;
  /** Makes the audit record of who does it. */
  readonly recorded: (change: AuditedChange) => Change;
}

/**
 * Takes away an account's list of allowed addresses, for the account whose own people it has locked out. Asks for no right:
 * its callers do, or run on the machine itself.
 * @throws NotFound
 */
export function clearAllowedAddresses(
  { store, clock, recorded }: ClearAddressesParts,
  accountId: string,
): Promise<Account> {
  return changeEntity({
    store,
    collection: ACCOUNTS,
    read: () => existingAccount(store, accountId),
    ifMatch: '*',
    next: ({ settings }) => ({
      settings: changedSettings(settings, { allowedAddresses: 'default' }),
      modifiedAt: clock.now(),
    }),
    also: (before, after) => [
      recorded({
        at: clock.now(),
        action: 'latchkey.account.clear-addresses',
        accountId,
        target: accountCrn('iam-identity', accountId, 'account', accountId),
        targetId: accountId,
        before: auditedSettings(before.settings),
        after: auditedSettings(after.settings),
      }),
    ],
  });
}
