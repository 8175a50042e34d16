import { LimitReached } from '../problems/entity-problems.ts';
import { RESOURCE_INSTANCES, type ResourceInstance } from '../resource-instances/resource-instance.ts';
import { type Change, replace } from '../store/changes.ts';
import { nextEntityTag } from '../store/entity-tag.ts';
import type { Store } from '../store/store.ts';
import { keysOfResourceKey, MOST_OF_ONE_RESOURCE_KEY } from './held-ingestion-key.ts';
import { INGESTION_KEYS, type IngestionKey, type IngestionKeyType } from './ingestion-key.ts';

/** Most keys of an instance that stand alone, by type (Log Analysis docs, "Service limits", for those of type `service`). */
const MOST_KEYS: Readonly<Record<IngestionKeyType, number>> = { ingestion: 100, service: 20 };

/** @throws LimitReached  the instance has as many keys of this type as it may */
export async function requireRoomForOne(store: Store, instance: ResourceInstance, type: IngestionKeyType) {
  const most = MOST_KEYS[type];
  if ((await keysThatStandAlone(store, instance, type, most)) < most) return;
  throw new LimitReached(`An instance may have ${most} keys of type '${type}' beside those of its resource keys.`, {
    details: 'Remove one that is not used any more.',
  });
}

/**
 * While keys are ending, as many more may be there in their place: who has as many as may be can still rotate them.
 * @throws LimitReached  too many are ending
 */
export async function requireRoomForNext(
  store: Store,
  instance: ResourceInstance,
  { type, resourceKeyId }: IngestionKey,
) {
  const most = resourceKeyId === undefined ? 2 * MOST_KEYS[type] : MOST_OF_ONE_RESOURCE_KEY;
  const found =
    resourceKeyId === undefined
      ? await keysThatStandAlone(store, instance, type, most)
      : (await keysOfResourceKey(store, resourceKeyId)).length;
  if (found < most) return;
  throw new LimitReached('Too many keys are ending.', {
    details: 'Remove some of them, or rotate without an overlap.',
  });
}

/**
 * @returns what makes the commit the only one of its kind at this moment: two at once would both find room for one, and nothing may be
 *   made for an instance that is changed meanwhile
 */
export const touched = (instance: ResourceInstance): Change =>
  replace(RESOURCE_INSTANCES, { ...instance, entityTag: nextEntityTag(instance.entityTag) }, instance.entityTag);

const keysThatStandAlone = (store: Store, { id }: ResourceInstance, type: IngestionKeyType, limit: number) =>
  store.read(INGESTION_KEYS).count('byType', [id, type, true], limit);
