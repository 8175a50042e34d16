import type { Caller } from '../access/caller.ts';
import { API_KEYS } from '../api-keys/api-key.ts';
import type { Clock } from '../clock/clock.ts';
import type { ResourceInstance } from '../resource-instances/resource-instance.ts';
import { type Change, remove } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import { type HeldIngestionKey, recordOfKey, withApiKeys } from './held-ingestion-key.ts';
import { INGESTION_KEYS } from './ingestion-key.ts';

/** Each is three changes: its two rows and the audit record. */
const KEYS_PER_COMMIT = 50;

/**
 * @returns what removes keys of one instance, with an audit record for each: three changes a key. A key that is used or
 *   changed meanwhile fails the commit, and is to be read again
 * @param caller `undefined`: the service itself does it
 */
export function planRemoval(
  instance: ResourceInstance,
  keys: readonly HeldIngestionKey[],
  { caller, at }: { readonly caller: Caller | undefined; readonly at: number },
): readonly Change[] {
  return keys.flatMap((key) => [
    remove(API_KEYS, key.apiKey),
    remove(INGESTION_KEYS, key.ingestionKey),
    recordOfKey({ verb: 'delete', instance, before: key, at }, caller),
  ]);
}

/**
 * Removes every key of an instance, in chunks; when it returns each is refused. Nothing may be made for the instance any more,
 * or it would not end. Asks for no right: whoever removes the instance has. Repeated after a crash, it goes on.
 */
export async function endKeysOfInstance(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  caller: Caller | undefined,
  instance: ResourceInstance,
): Promise<void> {
  const removeSome = async (): Promise<boolean> => {
    const request = { equals: [instance.id], limit: KEYS_PER_COMMIT };
    const { rows } = await store.read(INGESTION_KEYS).page('ofInstance', request);
    if (rows.length === 0) return false;
    const keys = await withApiKeys(store, rows);
    const held = new Set(keys.map(({ ingestionKey }) => ingestionKey));
    // A row that is alone is none that we made; left there, it would keep this going for ever.
    const alone = rows.filter((row) => !held.has(row)).map((row) => remove(INGESTION_KEYS, row));
    await store.commit([...planRemoval(instance, keys, { caller, at: clock.now() }), ...alone]);
    return true;
  };
  while (await untilUndisturbed(removeSome)) {
    // Until none is left.
  }
}
