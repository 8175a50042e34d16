import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { type AuditedChange, audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { accountCrn } from '../crn/crn.ts';
import { NotFound } from '../problems/entity-problems.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import { changeEntity } from '../store/change-entity.ts';
import type { Store } from '../store/store.ts';
import { ACCESS_TOKEN_LIMIT_SECONDS, REFRESH_TOKEN_LIMIT_SECONDS } from '../token-format/token-types.ts';
import { ACCOUNTS, type Account, type AccountSettings } from './account.ts';

/** What may be done with accounts. */
export interface Accounts {
  /** @throws NotFound @throws AccessDenied */
  get(caller: Caller, accountId: string): Promise<Account>;
  /**
   * Sets the given settings and leaves the others.
   * @param ifMatch the account's entity tag, or `*`
   * @throws ParameterInvalid a life is out of its bounds
   * @throws EntityTagStale @throws NotFound @throws AccessDenied
   */
  updateSettings(caller: Caller, accountId: string, change: AccountSettingsChange, ifMatch: string): Promise<Account>;
}

/** What is to be set; absent: stays as it is; `default`: is set no more. */
export type AccountSettingsChange = {
  readonly [Name in keyof AccountSettings]?: AccountSettings[Name] | 'default' | undefined;
};

/** What the accounts stand on. */
export interface AccountsParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

/** The shortest life that may be set for a token, seconds (IBM Cloud IAM, account settings). */
export const SHORTEST_LIFE_SECONDS = 900;

/** @returns the accounts of `store` */
export function accountsIn({ store, access, clock }: AccountsParts): Accounts {
  const requireRight = (caller: Caller, verb: string, accountId: string): Promise<void> =>
    access.require(caller, `iam-identity.account.${verb}`, { accountId, service: 'iam-identity' });

  const existing = async (accountId: string): Promise<Account> => {
    const account = await store.read(ACCOUNTS).get(accountId);
    if (account === undefined) throw new NotFound('The account could not be found.');
    return account;
  };

  const record = (before: Account, { id, settings }: Account): AuditedChange => ({
    at: clock.now(),
    action: 'iam-identity.account.update',
    accountId: id,
    target: accountCrn('iam-identity', id, 'account', id),
    targetId: id,
    before: { ...before.settings },
    after: { ...settings },
  });

  return {
    async get(caller, accountId) {
      await requireRight(caller, 'get', accountId);
      return existing(accountId);
    },

    async updateSettings(caller, accountId, change, ifMatch) {
      await requireRight(caller, 'update', accountId);
      refuseOutside('accessTokenSeconds', change.accessTokenSeconds, ACCESS_TOKEN_LIMIT_SECONDS);
      refuseOutside('refreshTokenSeconds', change.refreshTokenSeconds, REFRESH_TOKEN_LIMIT_SECONDS);
      return changeEntity({
        store,
        collection: ACCOUNTS,
        read: () => existing(accountId),
        ifMatch,
        next: ({ settings }) => ({ settings: changedSettings(settings, change), modifiedAt: clock.now() }),
        also: (before, after) => [audited(caller, record(before, after))],
      });
    },
  };
}

function changedSettings(before: AccountSettings, change: AccountSettingsChange): AccountSettings {
  const chosen = (name: keyof AccountSettings): AccountSettings => {
    const value = change[name] ?? before[name];
    return value === undefined || value === 'default' ? {} : { [name]: value };
  };
  return { ...chosen('accessTokenSeconds'), ...chosen('refreshTokenSeconds'), ...chosen('chosenApiKeyValues') };
}

function refuseOutside(name: string, seconds: number | 'default' | undefined, longest: number): void {
  if (seconds === undefined || seconds === 'default') return;
  if (seconds >= SHORTEST_LIFE_SECONDS && seconds <= longest) return;
  throw new ParameterInvalid(name, `must be from ${SHORTEST_LIFE_SECONDS} to ${longest} seconds`);
}
