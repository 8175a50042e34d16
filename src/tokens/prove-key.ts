import type { Caller, Origin } from '../access/caller.ts';
import type { Account } from '../accounts/account.ts';
import type { RequireAllowedAddress } from '../accounts/allowed-addresses.ts';
import type { ApiKey } from '../api-keys/api-key.ts';
import { type AuthenticateApiKey, requireUsable } from '../api-keys/authenticate-api-key.ts';
import type { KeyKindName } from '../api-keys/key-kinds.ts';
import type { ExchangeRecorder } from '../audit/record-exchanges.ts';
import type { Clock } from '../clock/clock.ts';
import { type AddressSet, addressSet } from '../http/ip-address.ts';
import type { FailedAttempts } from '../limits/failed-attempts.ts';
import { AddressNotAllowed, ApiKeyUnknown } from '../problems/credential-problems.ts';
import type { ChainedServiceId, ChainedUser, LoadIdentityChain } from './identity-chain.ts';
import { limitedProof } from './limited-proof.ts';
import { recordedExchange } from './recorded-exchange.ts';

/** A key that was presented in the place of a token. */
export interface ProvenKey {
  readonly apiKey: ApiKey;
  /** Its own. */
  readonly account: Account;
  /** As whom it acts, active in the account. */
  readonly identity: ChainedUser | ChainedServiceId;
  /** The same, as domains ask for it. */
  readonly caller: Caller;
}

/**
 * Proves a key that is itself the credential of a request: the same checks, the same limit on failures and the same record as when it
 * were exchanged, and no call of the store while it was asked for lately.
 * @param fits  what else must be right, such as the tenant that is named with it; whatever it throws counts as a failure
 * @throws ApiKeyUnknown @throws ApiKeyDisabled @throws ApiKeyExpired @throws IdentityInactive @throws AddressNotAllowed @throws RateLimited
 */
export type ProveKey = (
  secret: string,
  kind: KeyKindName,
  origin: Origin,
  fits?: (key: Omit<ProvenKey, 'caller'>) => void,
) => Promise<ProvenKey>;

/** What the proof of keys stands on. */
export interface ProveKeyParts {
  readonly authenticate: AuthenticateApiKey;
  readonly loadIdentityChain: LoadIdentityChain;
  readonly requireAllowedAddress: RequireAllowedAddress;
  readonly clock: Clock;
  readonly recorder: ExchangeRecorder;
  readonly failedAttempts: FailedAttempts;
}

/** @returns what proves keys at doors that take them in the place of tokens */
export function keyProofs(parts: ProveKeyParts): ProveKey {
  const { authenticate, loadIdentityChain, requireAllowedAddress, clock, recorder } = parts;
  const requireAddressOfKey = addressesOfKeys();
  return (secret, kind, origin, fits) =>
    limitedProof(parts, secret, origin, async (known) => {
      const apiKey = await authenticate(secret, [kind]);
      if (apiKey === undefined) throw new ApiKeyUnknown();
      Object.assign(known, { accountId: apiKey.accountId, apiKeyId: apiKey.id, iamId: apiKey.iamId });
      requireUsable(apiKey, clock.now());
      const { account, identity } = await loadIdentityChain(apiKey, undefined);
      requireAllowedAddress(account, origin.address);
      requireAddressOfKey(apiKey, origin.address);
      fits?.({ apiKey, account, identity });
      const { id: apiKeyId, iamId } = apiKey;
      recorder.succeeded(
        origin,
        recordedExchange({ account, credential: apiKey, identity }, { kind: 'use', grant: kind }),
      );
      return { apiKey, account, identity, caller: { ...origin, iamId, accountId: account.id, apiKeyId } };
    });
}

/** Compares with each key's own list, which is made once for each version of the key. */
function addressesOfKeys(): (apiKey: ApiKey, address: string) => void {
  const compiled = new WeakMap<ApiKey, AddressSet>();
  return (apiKey, address) => {
    const { addresses } = apiKey;
    if (addresses === undefined || addresses.length === 0) return;
    let allowed = compiled.get(apiKey);
    if (allowed === undefined) {
      allowed = addressSet(addresses);
      compiled.set(apiKey, allowed);
    }
    if (allowed.has(address)) return;
    throw new AddressNotAllowed('The key is not taken from this IP address.', {
      details: `The IP address ${address === '' ? '(unknown)' : address} is not among those of the key.`,
    });
  };
}
