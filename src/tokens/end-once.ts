import { setTimeout as after } from 'node:timers/promises';
import { StoreUnavailable } from '../problems/request-problems.ts';
import { REVOCATIONS, type Revocation, type RevocationInsert } from '../revocations/revocation.ts';
import type { Insert } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { AlreadyExists } from '../store/store-errors.ts';

/**
 * Makes the record that ends a token, or finds the one that was made before.
 * @throws StoreUnavailable  there is one, but it cannot be told whether it is durable
 */
export async function endedOnce(store: Store, ended: RevocationInsert, event: Insert): Promise<Revocation> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      await store.commit([ended, event]);
      return ended.entity;
    } catch (error) {
      if (!(error instanceof AlreadyExists)) throw error;
    }
    // Only what the majority has is there for good. One that was made at this moment may still be lost with its primary,
    // and an answer that relied on it would be lost with it; so may one that was swept meanwhile be gone.
    const known = await store.read(REVOCATIONS).get(ended.entity.id);
    if (known !== undefined) return known;
    await after(PAUSE_MILLISECONDS);
  }
  throw new StoreUnavailable({ diagnostic: 'a revocation that was made before is not durable yet' });
}

const ATTEMPTS = 20;
const PAUSE_MILLISECONDS = 50;
