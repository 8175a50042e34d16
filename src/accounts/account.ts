import { defineCollection, type Entity } from '../store/collection.ts';
import type { AccountSettings } from './account-settings.ts';

/**
 * The tenants: accounts and the one installation they live in. What an account owns (identities, keys, …) is other rooms'.
 */
export interface Account extends Entity {
  /** 32 hexadecimal digits; the `account.bss` claim. */
  readonly id: string;
  /** The same tenant's name for systems that name tenants by UUID. */
  readonly tenantId: string;
  readonly name: string;
  /** The user who holds every right in the account. */
  readonly ownerIamId: string;
  /** Names under which the tenant's own systems are reached; unique in the installation. Absent: none. */
  readonly hostNames?: readonly string[];
  readonly settings: AccountSettings;
  /** Bumped to end every token of the account. */
  readonly generation: number;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** All accounts. */
export const ACCOUNTS = defineCollection<Account>()('accounts', {
  fields: {
    id: 'string',
    entityTag: 'string',
    tenantId: 'string',
    name: 'string',
    ownerIamId: 'string',
    hostNames: 'json',
    settings: 'json',
    generation: 'integer',
    createdAt: 'integer',
    modifiedAt: 'integer',
  },
  indexes: {
    byTenant: { fields: ['tenantId'], unique: true },
    byCreation: { fields: ['createdAt', 'id'] },
  },
  followed: true,
});

/** The one record of this installation: of many processes that start at once, one inserts it. */
export interface Installation extends Entity {
  readonly id: typeof INSTALLATION_ID;
  /** Names the installation in servers that it may share with others. */
  readonly installationId: string;
  /** The account and the user that were made with it. */
  readonly firstAccountId: string;
  readonly operatorIamId: string;
  /** Bumped to end every token there is. */
  readonly generation: number;
  readonly createdAt: number;
  /** Set with the first key of a chosen value, for good: before it, nothing that has another form than our own can be a key. */
  readonly hasChosenKeys?: boolean;
}

/** The id of the one installation record. */
export const INSTALLATION_ID = 'installation';

/** Holds one record. */
export const INSTALLATIONS = defineCollection<Installation>()('installations', {
  fields: {
    id: 'string',
    entityTag: 'string',
    installationId: 'string',
    firstAccountId: 'string',
    operatorIamId: 'string',
    generation: 'integer',
    createdAt: 'integer',
    hasChosenKeys: 'boolean',
  },
  indexes: {},
  followed: true,
});
