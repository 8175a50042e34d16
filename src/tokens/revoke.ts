import type { Origin } from '../access/caller.ts';
import type { ApiKeys } from '../api-keys/api-keys.ts';
import type { AuthenticateApiKey } from '../api-keys/authenticate-api-key.ts';
import { type AuditedChange, audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { accountCrn } from '../crn/crn.ts';
import { TokenExpired, TokenInvalid } from '../problems/credential-problems.ts';
import { NotFound } from '../problems/entity-problems.ts';
import { TOLERATED_SKEW_MILLISECONDS, tokenRevocation } from '../revocations/revocation.ts';
import type { VerifyJwt } from '../signing-keys/verify-jwt.ts';
import type { Store } from '../store/store.ts';
import { AlreadyExists } from '../store/store-errors.ts';
import type { AccessTokenClaims, RefreshTokenClaims } from '../token-format/token-claims.ts';
import { ACCESS_TOKEN_TYPE, REFRESH_TOKEN_TYPE, type TokenType } from '../token-format/token-types.ts';

/**
 * Takes credentials back (RFC 7009). Who holds the exact token or key may end it: holding it is the proof, and ending it
 * the least one can do with it. Durable before it answers; what is no credential of ours is passed over, as the RFC asks.
 */
export interface Revocation {
  /** Ends one access or refresh token. */
  token(token: string, origin: Origin): Promise<void>;
  /** Disables the key of which this is the secret, locked or not, and ends all its tokens. Its owner may enable it again. */
  apiKey(secret: string, origin: Origin): Promise<void>;
}

/** What revocation stands on. */
export interface RevocationParts {
  readonly store: Store;
  readonly verify: VerifyJwt;
  readonly authenticate: AuthenticateApiKey;
  readonly apiKeys: Pick<ApiKeys, 'setDisabled'>;
  readonly clock: Clock;
}

/** @returns the one way in which credentials are given back by their holders */
export function revocation(parts: RevocationParts): Revocation {
  const { store, authenticate, apiKeys, clock } = parts;
  return {
    async token(token, origin) {
      const claims = await anyToken(parts, token);
      if (claims === undefined) return;
      const { jti, iam_id: iamId, exp, account, latchkey } = claims;
      const now = clock.now();
      const change: AuditedChange = {
        at: now,
        action: 'token.revoke',
        accountId: account.bss,
        target: accountCrn('iam-identity', account.bss, 'token', jti),
        targetId: jti,
      };
      const holder = { ...origin, iamId, accountId: account.bss, apiKeyId: latchkey.api_key_id };
      try {
        await store.commit([tokenRevocation(jti, account.bss, exp * 1000, now), audited(holder, change)]);
      } catch (error) {
        // It was revoked before.
        if (!(error instanceof AlreadyExists)) throw error;
      }
    },

    async apiKey(secret, origin) {
      const apiKey = await authenticate(secret);
      if (apiKey === undefined || apiKey.disabled) return;
      const { id, iamId, accountId } = apiKey;
      try {
        await apiKeys.setDisabled({ ...origin, iamId, accountId, apiKeyId: id }, id, true);
      } catch (error) {
        // It was removed meanwhile, or its owner was, and it with the owner: there is nothing left to end.
        if (!(error instanceof NotFound)) throw error;
      }
    },
  };
}

/**
 * Whatever one of our keys has signed is ours to take back, under whichever address it was issued: a process that passed
 * over the tokens of another one would answer 200 and leave a thief his token. So would one whose clock differs.
 */
async function anyToken(
  { verify }: RevocationParts,
  token: string,
): Promise<AccessTokenClaims | RefreshTokenClaims | undefined> {
  const clockToleranceSeconds = TOLERATED_SKEW_MILLISECONDS / 1_000;
  for (const typ of [ACCESS_TOKEN_TYPE, REFRESH_TOKEN_TYPE] satisfies TokenType[]) {
    try {
      return await verify(token, { typ, issuer: undefined, audience: undefined, clockToleranceSeconds });
    } catch (error) {
      if (!(error instanceof TokenInvalid || error instanceof TokenExpired)) throw error;
    }
  }
  return undefined;
}
