import { type AuthenticateApiKey, requireUsable } from '../api-keys/authenticate-api-key.ts';
import type { Clock } from '../clock/clock.ts';
import { isRefusal } from '../problems/is-refusal.ts';
import type { LiveSet } from '../revocations/live-set.ts';
import type { VerifyJwt } from '../signing-keys/verify-jwt.ts';
import { revocationSubjects } from '../token-format/revocation-subjects.ts';
import type { AccessTokenClaims } from '../token-format/token-claims.ts';
import { ACCESS_TOKEN_TYPE } from '../token-format/token-types.ts';
import type { LoadIdentityChain } from './identity-chain.ts';
import { type IdentityClaims, identityClaims } from './identity-claims.ts';

/** Tells whether a credential is good now, and whose it is (RFC 7662). */
export interface Introspection {
  /** @returns the claims of an access token of ours that holds now; `undefined` for anything else */
  token(token: string): Promise<AccessTokenClaims | undefined>;
  /** @returns whose key this is the secret of, if the key could be exchanged now; `undefined` otherwise */
  apiKey(secret: string): Promise<(IdentityClaims & { readonly accountId: string }) | undefined>;
}

/** What introspection stands on. */
export interface IntrospectionParts {
  readonly verify: VerifyJwt;
  readonly revocations: LiveSet;
  readonly authenticate: AuthenticateApiKey;
  readonly loadIdentityChain: LoadIdentityChain;
  readonly clock: Clock;
  readonly issuer: string;
}

/** Answers "not active" for whatever is refused; an outage stays an outage, or a good token would seem dead. */
export function introspection(parts: IntrospectionParts): Introspection {
  const { verify, revocations, authenticate, loadIdentityChain, clock, issuer } = parts;
  return {
    token: (token) =>
      unlessRefused(async () => {
        const claims = await verify(token, { typ: ACCESS_TOKEN_TYPE, issuer, audience: undefined });
        return (await revocations.revokes(revocationSubjects(claims))) ? undefined : claims;
      }),

    apiKey: (secret) =>
      unlessRefused(async () => {
        const apiKey = await authenticate(secret);
        if (apiKey === undefined) return undefined;
        requireUsable(apiKey, clock.now());
        const { account, identity } = await loadIdentityChain(apiKey, undefined);
        return { ...identityClaims(identity), accountId: account.id };
      }),
  };
}

async function unlessRefused<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}
