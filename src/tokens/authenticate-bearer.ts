import { TokenRevoked } from '../problems/credential-problems.ts';
import type { LiveSet } from '../revocations/live-set.ts';
import type { VerifyJwt } from '../signing-keys/verify-jwt.ts';
import { revocationSubjects } from '../token-format/revocation-subjects.ts';
import type { AccessTokenClaims } from '../token-format/token-claims.ts';
import { ACCESS_TOKEN_TYPE } from '../token-format/token-types.ts';

/**
 * Proves an access token of ours that is meant for this service and was not taken back. No store is asked.
 * @throws TokenInvalid @throws TokenExpired @throws TokenRevoked
 */
export type AuthenticateBearer = (token: string) => Promise<AccessTokenClaims>;

/** What bearer authentication stands on. */
export interface AuthenticateBearerParts {
  readonly verify: VerifyJwt;
  readonly revocations: LiveSet;
  readonly issuer: string;
}

/** @returns the one way in which an administrative call believes a bearer token */
export function bearerAuthentication({ verify, revocations, issuer }: AuthenticateBearerParts): AuthenticateBearer {
  return async (token) => {
    const claims = await verify(token, { typ: ACCESS_TOKEN_TYPE, issuer, audience: issuer });
    if (await revocations.revokes(revocationSubjects(claims))) {
      throw new TokenRevoked('The token was revoked.', { details: 'Exchange a valid API key for a new one.' });
    }
    return claims;
  };
}
