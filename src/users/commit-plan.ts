import { EntityExists } from '../problems/entity-problems.ts';
import type { Change } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { AlreadyExists, StaleEntityTag } from '../store/store-errors.ts';
import { INVITATIONS } from './invitation.ts';
import { PASSWORDS } from './passwords.ts';
import { MEMBERSHIPS, USERS } from './user.ts';

/** What is planned upon what is missing. */
const PLANNED: ReadonlySet<string> = new Set([USERS, MEMBERSHIPS, INVITATIONS, PASSWORDS].map(({ name }) => name));

/**
 * Commits what was planned upon what was missing, within `untilUndisturbed`: when somebody else has made it meanwhile (two
 * invitations of one address at once), the plan is made again from what is there now.
 * @throws StaleEntityTag  it is to be planned again
 * @throws EntityExists    something else that was to be made with it is there already
 */
export async function commitPlan(store: Store, changes: readonly Change[]): Promise<void> {
  try {
    await store.commit(changes);
  } catch (error) {
    if (!(error instanceof AlreadyExists)) throw error;
    if (PLANNED.has(error.collection)) throw new StaleEntityTag(error.collection, 'made meanwhile', { cause: error });
    throw new EntityExists('Some of what is to be given is given already.', { cause: error });
  }
}
