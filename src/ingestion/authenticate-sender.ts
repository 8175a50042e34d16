import { ACCOUNTS } from '../accounts/account.ts';
import type { RequireAllowedAddress } from '../accounts/allowed-addresses.ts';
import type { ApiKey } from '../api-keys/api-key.ts';
import { type AuthenticateApiKey, requireUsable } from '../api-keys/authenticate-api-key.ts';
import type { KeyKindName } from '../api-keys/key-kinds.ts';
import type { Clock } from '../clock/clock.ts';
import { parseCrn } from '../crn/crn.ts';
import { RESOURCE_INSTANCES, type ResourceInstance } from '../resource-instances/resource-instance.ts';
import type { Store } from '../store/store.ts';
import { type LogPlace, requireTakesLines } from './log-place.ts';

/**
 * Finds where the holder of an ingestion key sends to.
 * @param address the client's normalised address
 * @returns `undefined` when the secret is not exactly that of an ingestion key
 * @throws ApiKeyDisabled @throws ApiKeyExpired @throws AccessDenied the instance is not active @throws AddressNotAllowed
 */
export type AuthenticateSender = (secret: string, address: string) => Promise<LogPlace | undefined>;

/** What the authentication of senders stands on. */
export interface AuthenticateSenderParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly authenticateApiKey: AuthenticateApiKey;
  readonly requireAllowedAddress: RequireAllowedAddress;
}

/** A key that manages keys sends nothing. */
const SENDING_KINDS: readonly KeyKindName[] = ['ingestion'];

/** Of what was read lately: a hot key costs no call of the store, and one that is taken back is refused within a second. */
export function authenticateSenderWith(parts: AuthenticateSenderParts): AuthenticateSender {
  const { store, clock, authenticateApiKey, requireAllowedAddress } = parts;
  const accounts = store.readRecent(ACCOUNTS);
  const instances = store.readRecent(RESOURCE_INSTANCES);

  return async (secret, address) => {
    const apiKey = await authenticateApiKey(secret, SENDING_KINDS);
    if (apiKey === undefined) return undefined;
    requireUsable(apiKey, clock.now());
    const instance = await instances.get(instanceIdOf(apiKey));
    const account = await accounts.get(apiKey.accountId);
    // A key outlives what it belongs to only until that is taken away; until then it is none.
    if (account === undefined || !belongs(apiKey, instance)) return undefined;
    requireAllowedAddress(account, address);
    requireTakesLines(instance);
    return { instance, accountId: instance.accountId, keyId: apiKey.id };
  };
}

/** `crn-` and the name of the instance: what an ingestion key has for an identity. */
const IDENTITY_PREFIX = 'crn-';

const instanceIdOf = ({ iamId }: ApiKey): string => parseCrn(iamId.slice(IDENTITY_PREFIX.length))?.instance ?? '';

const belongs = (apiKey: ApiKey, instance: ResourceInstance | undefined): instance is ResourceInstance =>
  instance?.accountId === apiKey.accountId;
