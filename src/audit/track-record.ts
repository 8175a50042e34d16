import type { Store } from '../store/store.ts';
import { AUDIT_EVENTS, type AuditEvent } from './audit-event.ts';
import { ACTIVITY, type Activity } from './exchange-count.ts';

/** What was done to one thing, and how much it was used. */
export interface TrackRecord {
  /** @returns the newest changes of the thing, newest first @param most default: 50 */
  history(accountId: string, targetId: string, most?: number): Promise<readonly AuditEvent[]>;
  /** @returns when and how often the key or identity was exchanged; `undefined` when never, as far as is written */
  activity(id: string): Promise<Activity | undefined>;
}

const HISTORY_ROWS = 50;

/** Reads the track record of single things from the audit log and the activity counters. */
export function trackRecordIn(store: Store): TrackRecord {
  return {
    async history(accountId, targetId, most = HISTORY_ROWS) {
      const request = { equals: [accountId, targetId], limit: most, descending: true };
      return (await store.read(AUDIT_EVENTS).page('byTarget', request)).rows;
    },
    activity: (id) => store.read(ACTIVITY).get(id),
  };
}
