import type { Caller } from '../access/caller.ts';
import { ACCOUNTS, type Account } from '../accounts/account.ts';
import type { Store } from '../store/store.ts';
import { MEMBERSHIPS, USERS } from './user.ts';

/** An identity and where it may act, as it may know it itself. */
export interface Self {
  readonly iamId: string;
  readonly name: string;
  /** Of users. */
  readonly email: string | undefined;
  /** The token's own first. */
  readonly accounts: readonly Account[];
}

/** Tells a caller who it is. It needs no right: it is told of nothing but its own. */
export type WhoAmI = (caller: Caller) => Promise<Self>;

/** What the answer is read from. */
export interface WhoAmIParts {
  readonly store: Store;
  /** @returns the name of an identity that is no user */
  readonly nameOfServiceId: (iamId: string) => Promise<string | undefined>;
}

/** Most accounts that are told of. */
const MOST_ACCOUNTS = 100;

/** @returns the function over `store` */
export function whoAmIIn({ store, nameOfServiceId }: WhoAmIParts): WhoAmI {
  const accountsOf = async (accountIds: readonly string[]): Promise<readonly Account[]> => {
    const accounts = await Promise.all(accountIds.map((id) => store.read(ACCOUNTS).get(id)));
    return accounts.filter((account) => account !== undefined);
  };

  return async ({ iamId, accountId }) => {
    const user = await store.read(USERS).get(iamId);
    if (user === undefined) {
      const name = (await nameOfServiceId(iamId)) ?? iamId;
      return { iamId, name, email: undefined, accounts: await accountsOf([accountId]) };
    }
    const { rows } = await store.read(MEMBERSHIPS).page('byUser', { equals: [iamId], limit: MOST_ACCOUNTS });
    const others = rows.filter(({ state, accountId: other }) => state === 'active' && other !== accountId);
    const accounts = await accountsOf([accountId, ...others.map((membership) => membership.accountId)]);
    return { iamId, name: user.name, email: user.email, accounts };
  };
}
