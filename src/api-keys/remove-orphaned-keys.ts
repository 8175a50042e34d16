import { SERVICE_IDS, type ServiceId } from '../service-ids/service-id.ts';
import { remove } from '../store/changes.ts';
import { unlessChanged } from '../store/overtaken.ts';
import type { Lease, Store } from '../store/store.ts';
import { API_KEYS } from './api-key.ts';

const KEYS_PER_COMMIT = 100;
const COMMITS_PER_RUN = 20;

/** Removes some of what others keep about a removed service ID. @returns whether nothing of it is left */
export type RemoveOfServiceId = (serviceId: ServiceId) => Promise<boolean>;

/**
 * Background work: removes the keys of service IDs that were deleted, in chunks, then the tombstone itself. The keys
 * are dead already; this only frees their space.
 * @param removeMore what other rooms keep about the service ID; the tombstone stays until nothing is left
 */
export async function removeOrphanedKeys(
  store: Store,
  under: Lease,
  removeMore: RemoveOfServiceId = async () => true,
): Promise<void> {
  for (let commits = 0; commits < COMMITS_PER_RUN; commits += 1) {
    const [tombstone] = (await store.read(SERVICE_IDS).page('byState', { equals: ['deleted'], limit: 1 })).rows;
    if (tombstone === undefined) return;
    await removeSome(store, tombstone, { under, removeMore });
  }
}

async function removeSome(
  store: Store,
  tombstone: ServiceId,
  { under, removeMore }: { readonly under: Lease; readonly removeMore: RemoveOfServiceId },
): Promise<void> {
  const { accountId, iamId } = tombstone;
  const request = { equals: [accountId, iamId], limit: KEYS_PER_COMMIT };
  const { rows } = await store.read(API_KEYS).page('ofIdentityByCreation', request);
  if (rows.length === 0 && !(await removeMore(tombstone))) return;
  const changes = rows.length === 0 ? [remove(SERVICE_IDS, tombstone)] : rows.map((key) => remove(API_KEYS, key));
  await unlessChanged(() => store.commit(changes, { under }));
}
