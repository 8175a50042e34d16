import type { Caller } from '../access/caller.ts';
import { audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { type Change, replace } from '../store/changes.ts';
import { nextEntityTag } from '../store/entity-tag.ts';
import type { Store } from '../store/store.ts';
import { ACCOUNTS, type Account } from './account.ts';
import { changedSettings } from './account-settings.ts';
import { existingAccount } from './existing-account.ts';
import { settingsChange } from './settings-change.ts';

/** @returns whether each exchange in the account is written down, and not only counted */
export const recordsEachExchange = ({ settings }: Pick<Account, 'settings'>): boolean =>
  settings.exchangeRecords === 'each';

/**
 * What is committed together with a key that reads the log of the caller's account: without it the log would be empty of exchanges,
 * and whoever wants them counted all the same says so. Asks for no right: whoever makes the key has.
 * @returns nothing where somebody has chosen already. The commit fails with StaleEntityTag when the account was changed
 * meanwhile: it is to be made anew (`untilUndisturbed`).
 */
export async function recordingForLogReaders(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  caller: Caller,
): Promise<readonly Change[]> {
  const before = await existingAccount(store, caller.accountId);
  if (before.settings.exchangeRecords !== undefined) return [];
  const after: Account = {
    ...before,
    settings: changedSettings(before.settings, { exchangeRecords: 'each' }),
    modifiedAt: clock.now(),
    entityTag: nextEntityTag(before.entityTag),
  };
  return [replace(ACCOUNTS, after, before.entityTag), audited(caller, settingsChange(before, after, clock.now()))];
}
