import { NotFound } from '../problems/entity-problems.ts';
import type { Store } from '../store/store.ts';
import { ACCOUNTS, type Account } from './account.ts';

/** @returns the account of this id @throws NotFound */
export async function existingAccount(store: Store, accountId: string): Promise<Account> {
  const account = await store.read(ACCOUNTS).get(accountId);
  if (account === undefined) throw new NotFound('The account could not be found.');
  return account;
}
