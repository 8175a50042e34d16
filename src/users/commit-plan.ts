import type { Change } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { AlreadyExists, StaleEntityTag } from '../store/store-errors.ts';

/**
 * Commits what was planned upon what was missing, within `untilUndisturbed`: when somebody else has made it meanwhile (two
 * invitations of one address at once), the plan is made again from what is there now.
 * @throws StaleEntityTag
 */
export async function commitPlan(store: Store, changes: readonly Change[]): Promise<void> {
  try {
    await store.commit(changes);
  } catch (error) {
    if (!(error instanceof AlreadyExists)) throw error;
    throw new StaleEntityTag(error.collection, 'made meanwhile', { cause: error });
  }
}
