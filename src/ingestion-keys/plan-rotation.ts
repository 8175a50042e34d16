import type { Caller } from '../access/caller.ts';
import type { ApiKeyMakerParts } from '../api-keys/new-api-key.ts';
import type { Clock } from '../clock/clock.ts';
import { EntityExists } from '../problems/entity-problems.ts';
import type { ResourceInstance } from '../resource-instances/resource-instance.ts';
import type { Change } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { planRemoval } from './end-ingestion-keys.ts';
import { changedKey, type HeldIngestionKey, recordOfKey, replaced } from './held-ingestion-key.ts';
import { requireRoomForNext } from './key-limits.ts';
import { type PlannedIngestionKey, planIngestionKey } from './new-ingestion-key.ts';

/** Longest overlap of a rotation: 30 days. */
export const LONGEST_OVERLAP_SECONDS = 30 * 86_400;

/** A key in the place of another one, and when that ends. */
export interface PlannedRotation {
  readonly next: PlannedIngestionKey;
  readonly endsAt: number;
  readonly changes: readonly Change[];
}

/** What a rotation stands on. */
export interface RotationParts extends ApiKeyMakerParts {
  readonly store: Store;
  readonly clock: Clock;
}

/**
 * Plans a key in the place of another: of the same instance, resource key and name, and disabled if that is. The old one ends with the overlap; without an
 * overlap it is removed.
 * @throws EntityExists it was rotated before @throws LimitReached
 */
export async function planRotation(
  parts: RotationParts,
  before: HeldIngestionKey & { readonly instance: ResourceInstance },
  caller: Caller,
  overlapSeconds: number,
): Promise<PlannedRotation> {
  const { store, clock } = parts;
  const { instance, ingestionKey, apiKey } = before;
  const { type, name, resourceKeyId, successorId } = ingestionKey;
  if (successorId !== undefined) {
    throw new EntityExists('The key was rotated before.', { details: `Rotate the one in its place: ${successorId}.` });
  }
  if (overlapSeconds > 0) await requireRoomForNext(store, instance, ingestionKey);
  const at = clock.now();
  // What was to be shown once is not to be read again because it was rotated.
  const storeValue = apiKey.sealedSecret !== undefined;
  // Nor is a key that somebody switched off to be had switched on by whoever rotates it.
  const { disabled } = apiKey;
  const next = planIngestionKey(parts, { instance, type, name, resourceKeyId, storeValue, disabled }, caller, at);
  const endsAt = at + overlapSeconds * 1_000;
  if (overlapSeconds === 0) {
    return { next, endsAt, changes: [...planRemoval(instance, [before], { caller, at }), ...next.changes] };
  }
  const change = { ingestionKey: { successorId: next.apiKey.id, endsAt }, apiKey: { expiresAt: endsAt } };
  const ending = changedKey(before, change, at);
  const record = recordOfKey({ verb: 'update', instance, before, after: ending, at }, caller);
  return { next, endsAt, changes: [...replaced(before, ending), record, ...next.changes] };
}
