import type { Origin } from '../access/caller.ts';
import type { Account } from '../accounts/account.ts';
import type { RequireAllowedAddress } from '../accounts/allowed-addresses.ts';
import type { ApiKey } from '../api-keys/api-key.ts';
import { type AuthenticateApiKey, requireUsable } from '../api-keys/authenticate-api-key.ts';
import type { ExchangeRecorder } from '../audit/record-exchanges.ts';
import type { Clock } from '../clock/clock.ts';
import type { FailedAttempts } from '../limits/failed-attempts.ts';
import { ApiKeyUnknown, TokenExpired, TokenRevoked } from '../problems/credential-problems.ts';
import type { LiveSet } from '../revocations/live-set.ts';
import type { RecentReader } from '../store/store.ts';
import { revocationSubjects } from '../token-format/revocation-subjects.ts';
import type { AccessTokenClaims } from '../token-format/token-claims.ts';
import type { AuthenticateCaller } from './authenticate-caller.ts';
import { generationsOf, type IdentityChain, type LoadIdentityChain } from './identity-chain.ts';
import { limitedProof } from './limited-proof.ts';
import { recordedExchange } from './recorded-exchange.ts';

/** A credential that was proven once, for something that goes on after the request, such as an open connection. */
export interface LastingProof {
  readonly iamId: string;
  readonly accountId: string;
  readonly apiKeyId: string;
  /** Proofs of the same name stand and fall together. Not a secret. */
  readonly name: string;
  /**
   * From memory, as every request is asked: is the credential still good, for this address?
   * @throws what the proof throws, and StoreUnavailable when it cannot be known
   */
  requireStill(): Promise<void>;
}

/** The ways to prove one. */
export interface ProveLasting {
  /** It ends with the token. @throws as `AuthenticateCaller` */
  byToken(token: string, address: string): Promise<LastingProof>;
  /**
   * A key in the place of a token that would be made from it: the same checks, the same limit on failures, the same record.
   * It ends with the key, and with whatever ends all tokens of the key.
   * @param accountId in which account its identity is to act; `undefined`: the key's own
   * @throws as the exchange of a key
   */
  byKey(secret: string, accountId: string | undefined, origin: Origin): Promise<LastingProof>;
}

/** What lasting proofs stand on. */
export interface LastingProofParts {
  readonly authenticateCaller: AuthenticateCaller;
  readonly authenticate: AuthenticateApiKey;
  readonly apiKeys: Pick<RecentReader<ApiKey, never>, 'get'>;
  readonly accounts: Pick<RecentReader<Account, never>, 'get'>;
  readonly loadIdentityChain: LoadIdentityChain;
  readonly requireAllowedAddress: RequireAllowedAddress;
  readonly revocations: LiveSet;
  readonly clock: Clock;
  readonly recorder: ExchangeRecorder;
  readonly failedAttempts: FailedAttempts;
}

/** The parts of a token by which it can be taken back. */
type Revocable = Pick<AccessTokenClaims, 'account' | 'iam_id' | 'jti' | 'latchkey'>;

/** @returns what proves credentials that must stay good */
export function lastingProofs(parts: LastingProofParts): ProveLasting {
  const { authenticateCaller, accounts, requireAllowedAddress, clock } = parts;

  return {
    async byToken(token, address) {
      const claims = await authenticateCaller(token, address);
      return {
        iamId: claims.iam_id,
        accountId: claims.account.bss,
        apiKeyId: claims.latchkey.api_key_id,
        name: `${claims.jti} ${address}`,
        async requireStill() {
          if (clock.now() >= claims.exp * 1_000) throw new TokenExpired('Provided token has expired.');
          await requireNotRevoked(parts, claims);
          const account = await accounts.get(claims.account.bss);
          if (account === undefined) throw new TokenRevoked('The account of the token is gone.');
          requireAllowedAddress(account, address);
        },
      };
    },
    byKey: (secret, accountId, origin) =>
      limitedProof(parts, secret, origin, () => keyProof(parts, secret, accountId, origin)),
  };
}

async function keyProof(
  parts: LastingProofParts,
  secret: string,
  asked: string | undefined,
  origin: Origin,
): Promise<LastingProof> {
  const { apiKeys, authenticate, loadIdentityChain, requireAllowedAddress, clock, recorder } = parts;
  const { address } = origin;
  const apiKey = await authenticate(secret);
  if (apiKey === undefined) throw new ApiKeyUnknown();
  const chainOf = async (key: ApiKey): Promise<IdentityChain> => {
    requireUsable(key, clock.now());
    const chain = await loadIdentityChain(key, asked);
    requireAllowedAddress(chain.account, address);
    return chain;
  };
  const chain = await chainOf(apiKey);
  const { id: apiKeyId, iamId } = apiKey;
  const accountId = chain.account.id;
  recorder.succeeded(origin, recordedExchange(chain, { kind: 'use', grant: apiKey.kind }));
  // What a token of this moment would carry: whatever ends that one ends this proof as well, on every node as fast.
  const revocable: Revocable = {
    account: { valid: true, bss: accountId },
    iam_id: iamId,
    jti: `key ${apiKeyId}`,
    latchkey: { api_key_id: apiKeyId, generations: generationsOf(chain) },
  };
  return {
    ...{ iamId, accountId, apiKeyId },
    name: `${apiKeyId} ${JSON.stringify(revocable.latchkey.generations)} ${accountId} ${address}`,
    async requireStill() {
      await requireNotRevoked(parts, revocable);
      const now = await apiKeys.get(apiKeyId);
      if (now === undefined) throw new ApiKeyUnknown();
      await chainOf(now);
    },
  };
}

async function requireNotRevoked({ revocations }: LastingProofParts, revocable: Revocable): Promise<void> {
  if (!(await revocations.revokes(revocationSubjects(revocable)))) return;
  throw new TokenRevoked('The credential was revoked.', { details: 'Prove a valid one.' });
}
