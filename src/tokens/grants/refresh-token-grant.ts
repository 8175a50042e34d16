import { API_KEYS, type ApiKey } from '../../api-keys/api-key.ts';
import type { Clock } from '../../clock/clock.ts';
import {
  ApiKeyUnknown,
  RefreshTokenExpired,
  RefreshTokenInvalid,
  TokenExpired,
  TokenInvalid,
} from '../../problems/credential-problems.ts';
import { ParameterMissing } from '../../problems/request-problems.ts';
import type { LiveSet } from '../../revocations/live-set.ts';
import { REVOCATIONS } from '../../revocations/revocation.ts';
import type { VerifyJwt } from '../../signing-keys/verify-jwt.ts';
import type { Store } from '../../store/store.ts';
import { accountSubject, grantSubject, membershipSubject } from '../../token-format/revocation-subjects.ts';
import type { RefreshTokenClaims } from '../../token-format/token-claims.ts';
import { REFRESH_TOKEN_TYPE, refreshTokenAudience } from '../../token-format/token-types.ts';
import { generationsOf, type IdentityChain, isSameChain, type LoadIdentityChain } from '../identity-chain.ts';
import type { Grant } from '../token-request.ts';

/** What the grant stands on. */
export interface RefreshTokenGrantParts {
  readonly store: Store;
  readonly verify: VerifyJwt;
  readonly revocations: LiveSet;
  readonly loadIdentityChain: LoadIdentityChain;
  readonly clock: Clock;
  readonly issuer: string;
}

/**
 * Proves a refresh token of ours (RFC 6749, section 6). It is signed and stateless; whether it was taken back is read
 * from the entities' own generations, because it lives longer than any cut-off is kept in the live set.
 */
export function refreshTokenGrant(parts: RefreshTokenGrantParts): Grant {
  const { store, revocations, loadIdentityChain } = parts;
  const apiKeys = store.readRecent(API_KEYS);
  return {
    claim: 'refresh_token',
    needsClient: true,

    async prove({ refreshToken, client, accountId }) {
      if (refreshToken === undefined) throw new ParameterMissing('refresh_token');
      const claims = await verified(parts, refreshToken);
      // Only the client that got the refresh token may use it: a stolen one is worth nothing to another client.
      if (claims.client_id !== client?.id) throw invalid('it was given to another client');
      if (await revocations.revokes([[grantSubject(claims.latchkey.grant_id), 0]])) throw invalid('it was revoked');
      const apiKey = await apiKeys.get(claims.latchkey.api_key_id);
      if (apiKey === undefined || apiKey.disabled) throw invalid('its key is gone or disabled');
      const ownChain = await chainOf(loadIdentityChain, apiKey, claims.account.bss);
      if (!isSameChain(ownChain, claims.latchkey.generations)) throw invalid('its chain was cut off');
      const leadsElsewhere = accountId !== undefined && accountId !== claims.account.bss;
      const chain = leadsElsewhere ? await chainElsewhere(parts, apiKey, accountId, claims) : ownChain;
      return { credential: apiKey, chain, grantId: claims.latchkey.grant_id };
    },
  };
}

async function verified({ verify, issuer }: RefreshTokenGrantParts, token: string): Promise<RefreshTokenClaims> {
  try {
    return await verify(token, { typ: REFRESH_TOKEN_TYPE, issuer, audience: refreshTokenAudience(issuer) });
  } catch (error) {
    if (error instanceof TokenExpired) throw new RefreshTokenExpired('The refresh token is expired. Log in again.');
    if (error instanceof TokenInvalid) throw invalid(error.diagnostic ?? error.message, error);
    throw error;
  }
}

/**
 * A refresh token carries the generations of its own account, and none of the user's other accounts. So it leads into another
 * one only if nothing was cut off there for as long as a refresh token lives; if something was, the user logs in again.
 * Signed out and still in: without this, a log-in to one account would outlive the sign-out, or the suspension, in another.
 */
async function chainElsewhere(
  { store, clock, loadIdentityChain }: RefreshTokenGrantParts,
  apiKey: ApiKey,
  accountId: string,
  { latchkey }: RefreshTokenClaims,
): Promise<IdentityChain> {
  const chain = await chainOf(loadIdentityChain, apiKey, accountId);
  // What both accounts share was read anew with it: a cut-off of the user, or of everybody, since its own chain was compared.
  const { installation, identity, key } = latchkey.generations;
  if (!isSameChain(chain, { ...generationsOf(chain), installation, identity, key }))
    throw invalid('its chain was cut off');
  // After the chain was read, and from the records themselves: what is cut off from here on ends the token, and what was cut off
  // before must be seen, also when the news of it have not come.
  for (const subject of [accountSubject(accountId), membershipSubject(accountId, apiKey.iamId)]) {
    const { rows } = await store.read(REVOCATIONS).page('bySubject', { equals: [subject], limit: 1, descending: true });
    if (rows.some(({ expiresAt }) => clock.now() < expiresAt)) throw invalid('the other account was cut off');
  }
  return chain;
}

/** A removed owner has taken the key with it; to the holder of the refresh token that is the key's end. */
async function chainOf(load: LoadIdentityChain, apiKey: ApiKey, accountId: string): Promise<IdentityChain> {
  try {
    return await load(apiKey, accountId);
  } catch (error) {
    if (error instanceof ApiKeyUnknown) throw invalid('the owner of its key is gone', error);
    throw error;
  }
}

const invalid = (diagnostic: string, cause?: unknown): RefreshTokenInvalid =>
  new RefreshTokenInvalid('The refresh token is invalid. Log in again.', { diagnostic, cause });
