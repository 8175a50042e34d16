import { LimitReached, NotFound } from '../problems/entity-problems.ts';
import { type Change, expectUnchanged } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { SERVICE_IDS } from './service-id.ts';
import { SERVICE_ID_GROUPS } from './service-id-group.ts';

/** How many service IDs a group may have, so that what belongs to a group is found in bounded time. */
export const MOST_IN_GROUP = 10_000;

/**
 * Looks up the group that a new service ID is to be in.
 * @returns what its commit must expect, so that the group does not go away in between; nothing without a group
 * @throws NotFound  the account has no such group @throws LimitReached
 */
export async function expectGroup(
  store: Store,
  accountId: string,
  groupId: string | undefined,
): Promise<readonly Change[]> {
  if (groupId === undefined) return [];
  const group = await store.read(SERVICE_ID_GROUPS).get(groupId);
  if (group?.accountId !== accountId || group.state === 'ending') throw noSuchGroup();
  if (
    (await store.read(SERVICE_IDS).count('byGroup', [accountId, 'active', groupId], MOST_IN_GROUP)) >= MOST_IN_GROUP
  ) {
    throw new LimitReached(`A service ID group may have ${MOST_IN_GROUP} service IDs.`);
  }
  return [expectUnchanged(SERVICE_ID_GROUPS, group)];
}

/** @returns what a caller hears of a group that is missing, or another account's */
export const noSuchGroup = (): NotFound => new NotFound('The service ID group could not be found.');
