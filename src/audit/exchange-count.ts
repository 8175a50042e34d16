import { defineCollection, type Entity } from '../store/collection.ts';

/** How often one key was exchanged for one account from one client in one minute. */
export interface ExchangeCount extends Entity {
  readonly accountId: string;
  readonly apiKeyId: string;
  readonly iamId: string;
  /** Of IPv6 the network of 64 bits. */
  readonly address: string;
  /** The start of the minute, milliseconds. */
  readonly minuteAt: number;
  readonly exchanges: number;
  readonly expiresAt: number;
}

/** Successful exchanges, counted: no row per token. */
export const EXCHANGE_COUNTS = defineCollection<ExchangeCount>()('exchange_counts', {
  fields: {
    id: 'string',
    entityTag: 'string',
    accountId: 'string',
    apiKeyId: 'string',
    iamId: 'string',
    address: 'string',
    minuteAt: 'integer',
    exchanges: 'integer',
    expiresAt: 'integer',
  },
  indexes: {
    byAccount: { fields: ['accountId', 'minuteAt', 'id'] },
    byExpiry: { fields: ['expiresAt', 'id'] },
  },
  expiresBy: 'expiresAt',
});

/** When a key or an identity was last used, and how often; apart from the entity, whose tag must stay. */
export interface Activity extends Entity {
  readonly lastAuthnAt: number;
  readonly authnCount: number;
}

/** By the id of the key, of the user's membership, or by the iam id of a service ID. */
export const ACTIVITY = defineCollection<Activity>()('activity', {
  fields: { id: 'string', entityTag: 'string', lastAuthnAt: 'integer', authnCount: 'integer' },
  indexes: {},
});
