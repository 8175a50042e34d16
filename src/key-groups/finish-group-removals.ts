import type { Clock } from '../clock/clock.ts';
import { EntityInUse } from '../problems/entity-problems.ts';
import { replace } from '../store/changes.ts';
import { unlessChanged } from '../store/overtaken.ts';
import type { Lease, Store } from '../store/store.ts';
import { changedGroup, finishGroupRemoval } from './group-removal.ts';
import { KEY_GROUPS, type KeyGroup } from './key-group.ts';

const GROUPS_PER_RUN = 20;
/** Whoever deletes a group is given so long to finish alone. */
const PATIENCE_MILLISECONDS = 5_000;

/**
 * Background work: finishes deletions of groups whose process ended halfway, and takes the mark from groups of which it had only begun
 * to look whether they may go: that is as if not asked for.
 */
export async function finishGroupRemovals(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  under: Lease,
): Promise<void> {
  const inState = async (state: KeyGroup['state']): Promise<readonly KeyGroup[]> =>
    (await store.read(KEY_GROUPS).page('byState', { equals: [state], limit: GROUPS_PER_RUN })).rows;
  for (const ending of await inState('ending')) {
    // Whoever looks at this moment is only disturbed, and looks again.
    const kept = replace(KEY_GROUPS, changedGroup(ending, { state: 'active' }), ending.entityTag);
    await unlessChanged(() => store.commit([kept], { under }));
  }
  for (const removing of await inState('removing')) {
    if (removing.modifiedAt > clock.now() - PATIENCE_MILLISECONDS) continue;
    try {
      await unlessChanged(() => finishGroupRemoval({ store, clock }, undefined, removing, under));
    } catch (error) {
      // Active again: a key of it was locked meanwhile.
      if (!(error instanceof EntityInUse)) throw error;
    }
  }
}
