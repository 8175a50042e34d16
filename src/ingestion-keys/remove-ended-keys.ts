import { API_KEYS } from '../api-keys/api-key.ts';
import type { Clock } from '../clock/clock.ts';
import { RESOURCE_INSTANCES } from '../resource-instances/resource-instance.ts';
import { TOLERATED_SKEW_MILLISECONDS } from '../revocations/revocation.ts';
import { type Change, remove } from '../store/changes.ts';
import { unlessChanged } from '../store/overtaken.ts';
import type { Lease, Store } from '../store/store.ts';
import { planRemoval } from './end-ingestion-keys.ts';
import { INGESTION_KEYS, type IngestionKey } from './ingestion-key.ts';

const KEYS_PER_RUN = 100;

/** Background work: removes the keys of which the overlap is over, with a record of each. They are refused already. */
export async function removeEndedKeys(store: Store, clock: Clock, under: Lease): Promise<void> {
  const { rows } = await store.read(INGESTION_KEYS).page('byEnd', { equals: [], limit: KEYS_PER_RUN });
  // Another clock may be behind, and there the key is still good.
  const ended = rows.filter(({ endsAt }) => endsAt <= clock.now() - TOLERATED_SKEW_MILLISECONDS);
  for (const row of ended) await removeOne(store, row, { under, at: clock.now() });
}

async function removeOne(
  store: Store,
  ingestionKey: IngestionKey,
  { under, at }: { readonly under: Lease; readonly at: number },
): Promise<void> {
  const apiKey = await store.read(API_KEYS).get(ingestionKey.id);
  const instance = await store.read(RESOURCE_INSTANCES).get(ingestionKey.instanceId);
  const changes: readonly Change[] =
    apiKey === undefined || instance === undefined
      ? [remove(INGESTION_KEYS, ingestionKey), ...(apiKey === undefined ? [] : [remove(API_KEYS, apiKey)])]
      : planRemoval(instance, [{ ingestionKey, apiKey }], { caller: undefined, at });
  // Somebody may remove it at this moment, or its digest move to another pepper.
  await unlessChanged(() => store.commit(changes, { under }));
}
