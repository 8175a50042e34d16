import { defineCollection, type Entity } from '../store/collection.ts';
import type { PublicKey } from './public-keys.ts';

/**
 * What a program signs its assertions with, and what it may ask for. The program is a service ID; its name, whether it is active and all
 * else that ends its tokens stand in its key, the API key of the same id.
 */
export interface ServiceAccount extends Entity {
  /** That of its key: `ApiKey-<uuid>`. */
  readonly id: string;
  readonly accountId: string;
  /** Of its service ID. */
  readonly iamId: string;
  /** Public keys, and never anything else. */
  readonly keys: readonly PublicKey[];
  readonly scopes: readonly string[];
  /** As that of its key, so that both have one order. */
  readonly createdAt: number;
}

/** All service accounts. */
export const SERVICE_ACCOUNTS = defineCollection<ServiceAccount>()('service_accounts', {
  fields: {
    id: 'string',
    entityTag: 'string',
    accountId: 'string',
    iamId: 'string',
    keys: 'json',
    scopes: 'json',
    createdAt: 'integer',
  },
  indexes: {
    byAccount: { fields: ['accountId', 'createdAt', 'id'] },
    byIdentity: { fields: ['accountId', 'iamId', 'id'] },
  },
});

/** @returns the name of a change in the audit record; the right to it is that over the key */
export const serviceAccountAction = (verb: string): string => `iam-identity.serviceaccount.${verb}`;
