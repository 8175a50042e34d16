import { ApiKeyDisabled, ApiKeyExpired } from '../problems/credential-problems.ts';
import type { SecretDigests } from '../secrets/secret-digests.ts';
import { replace } from '../store/changes.ts';
import { nextEntityTag } from '../store/entity-tag.ts';
import type { Store } from '../store/store.ts';
import { AlreadyExists, StaleEntityTag } from '../store/store-errors.ts';
import { API_KEYS, type ApiKey } from './api-key.ts';
import { mayHaveChosenKeys } from './chosen-values.ts';
import { IDENTITY_KINDS, KEY_KINDS, type KeyKindName } from './key-kinds.ts';

/**
 * Finds the key of which this is the secret.
 * @param kinds default: those that act as an identity
 * @returns the key, whatever its state, or `undefined` when the secret is not exactly that of a key of these kinds
 */
export type AuthenticateApiKey = (secret: string, kinds?: readonly KeyKindName[]) => Promise<ApiKey | undefined>;

/** What authentication stands on. */
export interface AuthenticateApiKeyParts {
  readonly store: Store;
  readonly digests: SecretDigests;
}

/** Proves keys by a look-up on the digest: no secret is ever compared byte by byte, so timing tells nothing of one. */
export function authenticateApiKeyWith({ store, digests }: AuthenticateApiKeyParts): AuthenticateApiKey {
  return async (secret, kinds = IDENTITY_KINDS) => {
    const kind = await possibleKind(store, secret, kinds);
    if (kind === undefined) return undefined;
    const [current, ...retired] = digests.digestsOfEveryPepper(secret);
    if (current === undefined) return undefined;
    const found = await store.readRecent(API_KEYS).find('byDigest', [current]);
    if (found !== undefined) return found.kind === kind ? found : undefined;
    for (const digest of retired) {
      const old = await store.readRecent(API_KEYS).find('byDigest', [digest]);
      if (old?.kind === kind) return moveToCurrentPepper(store, old, current);
    }
    if (retired.length === 0) return undefined;
    // It may have moved between the look-ups; what was read lately would not know it.
    const moved = await store.read(API_KEYS).find('byDigest', [current]);
    return moved?.kind === kind ? moved : undefined;
  };
}

/** A malformed key is refused before any store access: floods of rubbish cost no look-up (R1). */
async function possibleKind(
  store: Store,
  secret: string,
  kinds: readonly KeyKindName[],
): Promise<KeyKindName | undefined> {
  const kind = kinds.find((name) => KEY_KINDS[name].wellFormed(secret));
  // Any long text has the form of a chosen one: without this line each would cost a look-up everywhere.
  return kind === 'chosen' && !(await mayHaveChosenKeys(store)) ? undefined : kind;
}

/** A key under a retired pepper moves to the current one when it is used, so that the old pepper can be thrown away. */
async function moveToCurrentPepper(store: Store, apiKey: ApiKey, digest: string): Promise<ApiKey> {
  // A new entity tag, though its owner sees no change: a change that was read before would put the old digest back (ABA),
  // and with the end of the old pepper the key would stop working.
  const moved: ApiKey = {
    ...apiKey,
    entityTag: nextEntityTag(apiKey.entityTag),
    digest,
    pepperId: pepperIdOf(digest),
  };
  try {
    await store.commit([replace(API_KEYS, moved, apiKey.entityTag)]);
    return moved;
  } catch (error) {
    // Somebody changed the key at this moment; the next use moves it. Or a process that did not know the old pepper took the
    // same chosen value for another key: this one stays where it is.
    if (error instanceof StaleEntityTag || error instanceof AlreadyExists) return apiKey;
    throw error;
  }
}

/** @returns the pepper's id in a digest (`<pepper id>:<HMAC>`) */
export const pepperIdOf = (digest: string): string => digest.slice(0, digest.indexOf(':'));

/**
 * Tells the holder of the right secret why the key is not good now.
 * @throws ApiKeyDisabled @throws ApiKeyExpired
 */
export function requireUsable({ disabled, expiresAt }: Pick<ApiKey, 'disabled' | 'expiresAt'>, now: number): void {
  if (disabled)
    throw new ApiKeyDisabled('Provided API key is disabled.', { details: 'Its owner can enable it again.' });
  if (expiresAt !== undefined && now >= expiresAt) {
    throw new ApiKeyExpired('Provided API key is expired.', {
      details: `The API key expired at ${new Date(expiresAt).toISOString()}; use another, or move its expiry.`,
    });
  }
}
