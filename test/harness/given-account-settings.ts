import { ACCOUNTS } from '../../src/accounts/account.ts';
import { type AccountSettingsChange, changedSettings } from '../../src/accounts/account-settings.ts';
import { changeEntity } from '../../src/store/change-entity.ts';
import type { RunningService } from './running-service.ts';

/** Sets settings of an account past all doors, also those that keep everybody out. */
export async function givenAccountSettings(
  { store }: Pick<RunningService, 'store'>,
  accountId: string,
  change: AccountSettingsChange,
): Promise<void> {
  await changeEntity({
    store,
    collection: ACCOUNTS,
    async read() {
      const account = await store.read(ACCOUNTS).get(accountId);
      if (account === undefined) throw new Error(`there is no account ${accountId}`);
      return account;
    },
    ifMatch: '*',
    next: ({ settings }) => ({ settings: changedSettings(settings, change) }),
    also: () => [],
  });
}
