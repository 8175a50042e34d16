import { API_KEYS, type ApiKey } from '../api-keys/api-key.ts';
import { keyIdOf, uuidOfKey } from '../api-keys/key-id.ts';
import type { Store } from '../store/store.ts';
import type { PublicKey } from './public-keys.ts';
import { SERVICE_ACCOUNTS } from './service-account.ts';

/** What an assertion of a service account is compared with, and what it gives a token of. */
export interface Signer {
  readonly credential: ApiKey;
  readonly keys: readonly PublicKey[];
  readonly scopes: readonly string[];
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @returns the name under which a service account signs: the UUID of its id */
export const signingNameOf = (id: string): string => uuidOfKey(id);

/** @returns the id of the service account that signs under this name; `undefined`: no such name is made */
export const idOfSigningName = (name: string): string | undefined => (UUID.test(name) ? keyIdOf(name) : undefined);

/** @returns a look-up by the name under which a service account signs; whether it may have a token now, the exchange asks */
export function signersIn(store: Store): (name: string) => Promise<Signer | undefined> {
  const apiKeys = store.readRecent(API_KEYS);
  // Stolen private key: of a change, the news of the key may come before that of this row, and what the old one has signed would give
  // a token of the new generation, which nothing ends. Each assertion costs a commit anyway.
  const serviceAccounts = store.read(SERVICE_ACCOUNTS);
  return async (name) => {
    const id = idOfSigningName(name);
    if (id === undefined) return undefined;
    // One after the other: a generation that is older than the keys ends with them.
    const credential = await apiKeys.get(id);
    if (credential?.kind !== 'public_key') return undefined;
    const serviceAccount = await serviceAccounts.get(id);
    if (serviceAccount === undefined) return undefined;
    const { keys, scopes } = serviceAccount;
    return { credential, keys, scopes };
  };
}
