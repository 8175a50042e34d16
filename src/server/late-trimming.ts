import type { TrimSpoolParts } from '../log-forwarding/trim-spool.ts';
import { RESOURCE_INSTANCES } from '../resource-instances/resource-instance.ts';
import type { Lease, Store } from '../store/store.ts';
import { whenAsked } from './when-asked.ts';

/** What trimming stands on. */
export interface LateTrimmingParts extends TrimSpoolParts {
  readonly store: Store;
}

/**
 * @returns background work: removes lines that are too old or too many; where only keys are exchanged it opens no spool and loads
 *   nothing
 */
export function lateTrimming({ store, ...parts }: LateTrimmingParts): (under: Lease) => Promise<void> {
  const trimming = whenAsked(async () => (await import('../log-forwarding/trim-spool.ts')).spoolTrimming(parts));
  return async (under) => {
    // Lines are of an instance, and the row of that stays when it is removed.
    const { rows } = await store.read(RESOURCE_INSTANCES).page('byState', { equals: [], limit: 1 });
    if (rows.length > 0) await (await trimming())(under);
  };
}
