import type { Store } from '../store/store.ts';
import { RESOURCE_KEYS, type ResourceKey } from './resource-key.ts';

/** @returns the resource key or binding that was made with an API key, and goes with it; `undefined`: it stands alone */
export async function resourceKeyOfApiKey(store: Store, apiKeyId: string): Promise<ResourceKey | undefined> {
  const { rows } = await store.read(RESOURCE_KEYS).page('byApiKey', { equals: [apiKeyId, 'active'], limit: 1 });
  return rows[0];
}
