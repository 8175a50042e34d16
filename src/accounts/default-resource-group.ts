import { hash } from 'node:crypto';

/** A part of an account to which resources belong, as far as accounts have them: each has the one that it began with. */
export interface ResourceGroup {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly name: string;
  readonly default: boolean;
}

/**
 * The group that every account has from its creation. Its id follows from the account's, so that accounts that were made
 * before anybody could ask have one too, and the same on every node.
 */
export const defaultResourceGroup = (accountId: string): ResourceGroup => ({
  id: hash('sha256', `default resource group of ${accountId}`, 'hex').slice(0, 32),
  name: 'default',
  default: true,
});
