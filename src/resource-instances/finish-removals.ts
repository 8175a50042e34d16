import type { Clock } from '../clock/clock.ts';
import { EntityInUse } from '../problems/entity-problems.ts';
import type { Lease, Store } from '../store/store.ts';
import { StaleEntityTag } from '../store/store-errors.ts';
import type { InstanceRemoval } from './instance-removal.ts';
import type { Reclamations } from './reclamations.ts';
import { RESOURCE_INSTANCES, type ResourceInstance } from './resource-instance.ts';

const INSTANCES_PER_RUN = 20;
/** Whoever deletes an instance is given so long to finish alone. */
const PATIENCE_MILLISECONDS = 5_000;
/** No further one is begun after so long, so that other work gets its turn while the lease is held. */
const BUDGET_MILLISECONDS = 5_000;

/** What finishing stands on. */
export interface FinishRemovalsParts {
  readonly store: Store;
  readonly clock: Clock;
  /** Loaded when there is something to do. */
  readonly rooms: () => Promise<{
    readonly instanceRemoval: Pick<InstanceRemoval, 'finish'>;
    readonly reclamations: Pick<Reclamations, 'reclaimDue'>;
  }>;
}

/**
 * Background work: finishes deletions whose process ended halfway, and reclaims what nobody has restored in time. What one
 * instance fails with does not keep the others waiting.
 */
export async function finishRemovals({ store, clock, rooms }: FinishRemovalsParts, under: Lease): Promise<void> {
  const now = clock.now();
  const halfway = await inState(store, 'removing', ({ modifiedAt }) => modifiedAt <= now - PATIENCE_MILLISECONDS);
  const due = await inState(store, 'pending_reclamation', ({ reclaimAt = now }) => reclaimAt <= now);
  if (halfway.length === 0 && due.length === 0) return;
  const { instanceRemoval, reclamations } = await rooms();
  const work = [
    ...halfway.map((row) => () => instanceRemoval.finish(undefined, row, under)),
    ...due.map((row) => () => reclamations.reclaimDue(row, under)),
  ];
  const endsAt = performance.now() + BUDGET_MILLISECONDS;
  const failures: unknown[] = [];
  for (const end of work) {
    if (performance.now() > endsAt) break;
    try {
      await end();
    } catch (error) {
      // Restored at this moment by somebody else; or active again, because something hangs on it that is not to go.
      if (!(error instanceof StaleEntityTag || error instanceof EntityInUse)) failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** The longest unchanged first; an instance that waits to be reclaimed is not changed meanwhile. */
async function inState(
  store: Store,
  state: ResourceInstance['state'],
  isDue: (row: ResourceInstance) => boolean,
): Promise<readonly ResourceInstance[]> {
  const request = { equals: [state], limit: INSTANCES_PER_RUN };
  const { rows } = await store.read(RESOURCE_INSTANCES).page('byState', request);
  return rows.filter(isDue);
}
