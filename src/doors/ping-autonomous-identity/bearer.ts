import type { Request } from 'express';
import type { Caller } from '../../access/caller.ts';
import type { AccessTokenClaims } from '../../token-format/token-claims.ts';

/** Who makes a request, and the token that proves it. */
export interface ProvenBearer {
  readonly caller: Caller;
  readonly claims: AccessTokenClaims;
}

/**
 * Proves the bearer of a request: any access token of this installation, made at whichever door.
 * @throws CredentialsMissing, TokenInvalid, TokenExpired, TokenRevoked, AddressNotAllowed @throws RequestMalformed
 */
export type BearerOf = (request: Request) => Promise<ProvenBearer>;
