import { hash } from 'node:crypto';

/** The part of an account to which resources belong from its beginning; what it was made since, `resource-groups` knows. */
export interface DefaultResourceGroup {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly name: string;
  readonly default: boolean;
}

/**
 * The group that every account has from its creation. Its id follows from the account's, so that accounts that were made
 * before anybody could ask have one too, and the same on every node.
 */
export const defaultResourceGroup = (accountId: string): DefaultResourceGroup => ({
  id: hash('sha256', `default resource group of ${accountId}`, 'hex').slice(0, 32),
  name: 'default',
  default: true,
});
