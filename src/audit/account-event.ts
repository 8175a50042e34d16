import { defineCollection, type Entity } from '../store/collection.ts';

/** What of an event is more than its columns say: few, short, and never a secret. */
export type AccountEventDetails = Readonly<Record<string, string | number>>;

/**
 * Something that was done with the keys of an account, written down singly because the account asks for it. Apart from the record of
 * changes: nobody may change it either, but these are many, and end.
 */
export interface AccountEvent extends Entity {
  readonly accountId: string;
  /** `exchange`: a token was given; `use`: a key was the credential of a request; `ingestion`: log lines were taken in. */
  readonly kind: AccountEventKind;
  /** When it was. */
  readonly at: number;
  /**
   * When its writer was about to write it, by the writer's clock: nobody can have seen it before, and everybody sees it soon after, so
   * that who reads on in this order misses nothing.
   */
  readonly recordedAt: number;
  /** Of a summary of many, and of an ingestion key that acts as nobody: `''`. */
  readonly apiKeyId: string;
  readonly iamId: string;
  readonly address: string;
  readonly requestId: string;
  readonly transactionId: string;
  /** How the key was proven: the name of a grant, or the kind of the key. */
  readonly grant: string;
  /** Of a summary: how many events of this kind, since `at`, are not written one by one. */
  readonly more?: number;
  readonly details?: AccountEventDetails;
  readonly expiresAt: number;
}

/** The kinds of event. */
export type AccountEventKind = 'exchange' | 'use' | 'ingestion';

/** Events of all accounts that ask for them, for 30 days. */
export const ACCOUNT_EVENTS = defineCollection<AccountEvent>()('account_events', {
  fields: {
    id: 'string',
    entityTag: 'string',
    accountId: 'string',
    kind: 'string',
    at: 'integer',
    recordedAt: 'integer',
    apiKeyId: 'string',
    iamId: 'string',
    address: 'string',
    requestId: 'string',
    transactionId: 'string',
    grant: 'string',
    more: 'integer',
    details: 'json',
    expiresAt: 'integer',
  },
  indexes: {
    byAccount: { fields: ['accountId', 'recordedAt', 'id'] },
    byTransaction: { fields: ['accountId', 'transactionId', 'recordedAt', 'id'] },
    byExpiry: { fields: ['expiresAt', 'id'] },
  },
  expiresBy: 'expiresAt',
});
