import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { accountCrn } from '../crn/crn.ts';
import { NotFound } from '../problems/entity-problems.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import { replace } from '../store/changes.ts';
import { nextEntityTag } from '../store/entity-tag.ts';
import type { Store } from '../store/store.ts';
import { ACCESS_TOKEN_LIMIT_SECONDS, REFRESH_TOKEN_LIMIT_SECONDS } from '../token-format/token-types.ts';
import { ACCOUNTS, type Account, type AccountSettings } from './account.ts';

/** What may be done with accounts. */
export interface Accounts {
  /** @throws NotFound @throws AccessDenied */
  get(caller: Caller, accountId: string): Promise<Account>;
  /**
   * Sets the given settings and leaves the others.
   * @throws ParameterInvalid a life is out of its bounds @throws NotFound @throws AccessDenied
   */
  updateSettings(caller: Caller, accountId: string, settings: AccountSettings): Promise<Account>;
}

/** What the accounts stand on. */
export interface AccountsParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

const SHORTEST_LIFE_SECONDS = 900;

/** @returns the accounts of `store` */
export function accountsIn({ store, access, clock }: AccountsParts): Accounts {
  const requireRight = (caller: Caller, verb: string, accountId: string): Promise<void> =>
    access.require(caller, `iam-identity.account.${verb}`, { accountId, service: 'iam-identity' });

  const existing = async (accountId: string): Promise<Account> => {
    const account = await store.read(ACCOUNTS).get(accountId);
    if (account === undefined) throw new NotFound('The account could not be found.');
    return account;
  };

  return {
    async get(caller, accountId) {
      await requireRight(caller, 'get', accountId);
      return existing(accountId);
    },

    async updateSettings(caller, accountId, settings) {
      await requireRight(caller, 'update', accountId);
      refuseOutside('accessTokenSeconds', settings.accessTokenSeconds, ACCESS_TOKEN_LIMIT_SECONDS);
      refuseOutside('refreshTokenSeconds', settings.refreshTokenSeconds, REFRESH_TOKEN_LIMIT_SECONDS);
      const account = await existing(accountId);
      const updated: Account = {
        ...account,
        entityTag: nextEntityTag(account.entityTag),
        settings: { ...account.settings, ...settings },
        modifiedAt: clock.now(),
      };
      const change = {
        at: clock.now(),
        action: 'iam-identity.account.update',
        accountId,
        target: accountCrn('iam-identity', accountId, 'account', accountId),
        targetId: accountId,
        before: { ...account.settings },
        after: { ...updated.settings },
      };
      await store.commit([replace(ACCOUNTS, updated, account.entityTag), audited(caller, change)]);
      return updated;
    },
  };
}

function refuseOutside(name: string, seconds: number | undefined, longest: number): void {
  if (seconds === undefined || (seconds >= SHORTEST_LIFE_SECONDS && seconds <= longest)) return;
  throw new ParameterInvalid(name, `must be from ${SHORTEST_LIFE_SECONDS} to ${longest} seconds`);
}
