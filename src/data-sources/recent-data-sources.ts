import { LRUCache } from 'lru-cache';
import { StoreUnavailable } from '../problems/request-problems.ts';
import type { Store } from '../store/store.ts';
import { DATA_SOURCE_ORDERS, DATA_SOURCES, type DataSource, MOST_DATA_SOURCES } from './data-source.ts';

/** What searches look through, which are asked for often; a second old at most. */
export interface RecentDataSources {
  /**
   * All of an account in this order, ascending: from memory, without a store call, while the process is sure to hear of changes within
   * a second; else from the primary; while that cannot be reached, from memory for the grace.
   * @throws StoreUnavailable it cannot be known: never taken for "none"
   */
  allOf(accountId: string, order: keyof typeof DATA_SOURCE_ORDERS): Promise<readonly DataSource[]>;
  close(): Promise<void>;
}

/** Characters of all that is kept, as JSON: some 16 MB. An account with more is read for each search. */
const KEPT_SIZE = 8_000_000;

/** Follows all data sources. */
export async function openRecentDataSources(store: Store): Promise<RecentDataSources> {
  const kept = new LRUCache<string, readonly DataSource[]>({
    maxSize: KEPT_SIZE,
    sizeCalculation: (sources) => 1 + JSON.stringify(sources).length,
  });
  let changes = 0;
  const forgetAll = (): void => {
    changes += 1;
    kept.clear();
  };
  // They are seldom changed, and of what was removed nobody tells the account: everything is read anew.
  const subscription = await store.watch([DATA_SOURCES], forgetAll, undefined, forgetAll);
  const reader = store.read(DATA_SOURCES);

  return {
    async allOf(accountId, order) {
      const key = `${accountId} ${order}`;
      subscription.catchUp();
      const isCurrent = subscription.isCurrent();
      const known = kept.get(key);
      if (isCurrent && known !== undefined) return known;
      const changesBefore = changes;
      try {
        // Of some that are made at once a few may be more than there may be.
        const request = { equals: [accountId], limit: 2 * MOST_DATA_SOURCES };
        const { rows } = await reader.page(DATA_SOURCE_ORDERS[order], request);
        // A reading that began before a change must not bring back what was changed.
        if (isCurrent && changes === changesBefore) kept.set(key, rows);
        return rows;
      } catch (error) {
        const goesOn = error instanceof StoreUnavailable && known !== undefined && subscription.wasCurrentLately();
        if (!goesOn) throw error;
        return known;
      }
    },
    close: () => subscription.close(),
  };
}
