import { SealBroken, type Sealing } from '../secrets/sealing.ts';
import type { SecretDigests } from '../secrets/secret-digests.ts';
import { replace } from '../store/changes.ts';
import { nextEntityTag } from '../store/entity-tag.ts';
import { everyPage } from '../store/every-page.ts';
import type { Store } from '../store/store.ts';
import { AlreadyExists, StaleEntityTag } from '../store/store-errors.ts';
import { API_KEYS, type ApiKey } from './api-key.ts';
import { pepperIdOf } from './authenticate-api-key.ts';
import { sealedSecretContext } from './new-api-key.ts';

const PAGE_ROWS = 200;

/** @returns how many keys still have their digest under this pepper, counted up to `limit` */
export function keysUnderPepper(store: Store, pepperId: string, limit: number): Promise<number> {
  return store.read(API_KEYS).count('byPepper', [pepperId], limit);
}

/**
 * Moves the keys under a retired pepper whose value is stored to the current one: those that hardly anybody uses, such as keys of
 * instances, would keep the old pepper for ever. Every process must know the current one.
 * @returns how many were moved
 */
export async function moveReadableKeys(
  store: Store,
  { digests, sealing }: { readonly digests: SecretDigests; readonly sealing: Sealing },
  pepperId: string,
): Promise<number> {
  let moved = 0;
  for await (const rows of everyPage(store.read(API_KEYS), 'byPepper', { equals: [pepperId], limit: PAGE_ROWS })) {
    for (const apiKey of rows) if (await moveReadable(store, { digests, sealing }, apiKey)) moved += 1;
  }
  return moved;
}

async function moveReadable(
  store: Store,
  { digests, sealing }: { readonly digests: SecretDigests; readonly sealing: Sealing },
  apiKey: ApiKey,
): Promise<boolean> {
  const { id, entityTag, sealedSecret } = apiKey;
  if (sealedSecret === undefined) return false;
  try {
    const digest = digests.digest(sealing.unseal(sealedSecret, sealedSecretContext(id)));
    const moved = { ...apiKey, entityTag: nextEntityTag(entityTag), digest, pepperId: pepperIdOf(digest) };
    await store.commit([replace(API_KEYS, moved, entityTag)]);
    return true;
  } catch (error) {
    // It cannot be read any more, is changed at this moment, or its value was taken by another key meanwhile: it stays.
    if (error instanceof SealBroken || error instanceof StaleEntityTag || error instanceof AlreadyExists) return false;
    throw error;
  }
}

/**
 * Seals every stored secret anew under the current master key, also those of keys that no pepper opens any more. Each
 * gets a new entity tag, though its owner sees no change: a change that was read before would put back the old seal, which
 * nothing opens any more (ABA).
 * @returns how many needed it
 */
export async function resealStoredSecrets(store: Store, sealing: Sealing): Promise<number> {
  let resealed = 0;
  // By values that never change: a key that is used meanwhile keeps its place, so the scan does not miss it.
  const pages = everyPage(store.read(API_KEYS), 'ofAccountByCreation', { equals: [], limit: PAGE_ROWS });
  for await (const rows of pages) {
    for (const apiKey of rows) if (await reseal(store, sealing, apiKey)) resealed += 1;
  }
  return resealed;
}

async function reseal(store: Store, sealing: Sealing, { id, sealedSecret: seen }: ApiKey): Promise<boolean> {
  // A secret is sealed when its key is made, and only anew after that.
  if (seen === undefined || sealing.sealedUnder(seen) === sealing.currentKeyId) return false;
  for (;;) {
    const apiKey = await store.read(API_KEYS).get(id);
    if (apiKey?.sealedSecret === undefined) return false;
    if (sealing.sealedUnder(apiKey.sealedSecret) === sealing.currentKeyId) return false;
    const context = sealedSecretContext(id);
    const sealedSecret = sealing.seal(sealing.unseal(apiKey.sealedSecret, context), context);
    const entityTag = nextEntityTag(apiKey.entityTag);
    try {
      await store.commit([replace(API_KEYS, { ...apiKey, entityTag, sealedSecret }, apiKey.entityTag)]);
      return true;
    } catch (error) {
      // Its owner changed it at this moment; read again.
      if (!(error instanceof StaleEntityTag)) throw error;
    }
  }
}
