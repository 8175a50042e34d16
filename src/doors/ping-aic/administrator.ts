import type { Request } from 'express';
import type { Caller } from '../../access/caller.ts';
import type { CallerOf } from '../../http/api-answers.ts';
import { AccessDenied } from '../../problems/entity-problems.ts';
import { ASSERTION_GRANT_CLAIM } from '../../tokens/token-request.ts';

/** Who makes a request, and how the token was made with which it is made. */
export interface BearerProof {
  readonly caller: Caller;
  /** The `grant_type` claim. */
  readonly grantClaim: string;
  /** The `scope` claim. */
  readonly scope: string;
}

/** Proves the bearer of a request. @throws CredentialsMissing, TokenInvalid, TokenExpired, TokenRevoked, AddressNotAllowed */
export type BearerOf = (request: Request) => Promise<BearerProof>;

/**
 * Proves who asks where only people may, and identities with a key of their own: the token of a service account is a good one, and is
 * refused whatever its scopes are, as this system does at its log API keys.
 * @throws AccessDenied  the token is that of a service account
 */
export function administratorsBy(bearerOf: BearerOf): CallerOf {
  return async (request) => {
    const { caller, grantClaim } = await bearerOf(request);
    if (grantClaim === ASSERTION_GRANT_CLAIM) {
      throw new AccessDenied('Insufficient scope.', {
        details: 'A token of a service account is not accepted here. Log in as an administrator of the tenant.',
      });
    }
    return caller;
  };
}
