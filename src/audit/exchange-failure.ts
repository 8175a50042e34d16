import { defineCollection } from '../store/collection.ts';
import { AUDIT_EVENTS, type AuditEvent } from './audit-event.ts';

/**
 * An exchange that gave no token, or a summary of many. Apart from the record of changes, for which nobody pays who has
 * no credentials: these end, and however many there are, they hide none of what was done to a key.
 */
export interface ExchangeFailure extends AuditEvent {
  /** Of a summary: how many failures were counted and not written one by one. */
  readonly suppressed?: number;
  /** When its writer was about to write it, as of an `AccountEvent`; absent of one that an earlier version wrote. */
  readonly recordedAt?: number;
  readonly expiresAt: number;
}

/** Failed exchanges, for 90 days. */
export const EXCHANGE_FAILURES = defineCollection<ExchangeFailure>()('exchange_failures', {
  fields: { ...AUDIT_EVENTS.fields, suppressed: 'integer', recordedAt: 'integer', expiresAt: 'integer' },
  indexes: {
    byAccount: { fields: ['accountId', 'at', 'id'] },
    /** Of those that have `recordedAt`: who reads by it begins at an instant, and so passes over the others. */
    byRecord: { fields: ['accountId', 'recordedAt', 'id'] },
    byExpiry: { fields: ['expiresAt', 'id'] },
  },
  expiresBy: 'expiresAt',
});
