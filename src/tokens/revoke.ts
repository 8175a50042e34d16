import type { Origin } from '../access/caller.ts';
import { API_KEYS } from '../api-keys/api-key.ts';
import type { ApiKeys } from '../api-keys/api-keys.ts';
import type { AuthenticateApiKey } from '../api-keys/authenticate-api-key.ts';
import { AUDIT_EVENTS, type AuditedChange, auditEvent } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { accountCrn } from '../crn/crn.ts';
import { TokenExpired, TokenInvalid } from '../problems/credential-problems.ts';
import { NotFound } from '../problems/entity-problems.ts';
import type { LiveSet } from '../revocations/live-set.ts';
import {
  cutOffExpiry,
  grantRevocation,
  type RevocationInsert,
  TOLERATED_SKEW_MILLISECONDS,
  tokenRevocation,
} from '../revocations/revocation.ts';
import type { VerifyJwt } from '../signing-keys/verify-jwt.ts';
import { insert } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { keySubject } from '../token-format/revocation-subjects.ts';
import type { AccessTokenClaims, RefreshTokenClaims } from '../token-format/token-claims.ts';
import { ACCESS_TOKEN_TYPE, TOKEN_TYPES, type TokenType } from '../token-format/token-types.ts';
import { endedOnce } from './end-once.ts';

/**
 * Takes credentials back (RFC 7009). Who holds the exact token or key may end it: holding it is the proof, and ending it
 * the least one can do with it. Durable before it answers; what is no credential of ours is passed over, as the RFC asks.
 * Both answer whether it was one.
 */
export interface Revocation {
  /**
   * Ends one access token; with a refresh token, all tokens of its authorization grant (RFC 7009, section 2.1); with a session, all
   * that came of the log-in.
   */
  token(token: string, origin: Origin): Promise<boolean>;
  /** Disables the key of which this is the secret, locked or not, and ends all its tokens. Its owner may enable it again. */
  apiKey(secret: string, origin: Origin): Promise<boolean>;
}

/** What revocation stands on. */
export interface RevocationParts {
  readonly store: Store;
  readonly verify: VerifyJwt;
  readonly revocations: Pick<LiveSet, 'learn'>;
  readonly authenticate: AuthenticateApiKey;
  readonly apiKeys: Pick<ApiKeys, 'setDisabled'>;
  readonly clock: Clock;
}

/** @returns the one way in which credentials are given back by their holders */
export function revocation(parts: RevocationParts): Revocation {
  const { store, revocations, authenticate, apiKeys, clock } = parts;
  return {
    async token(token, origin) {
      const known = await anyToken(parts, token);
      if (known === undefined) return false;
      const { claims } = known;
      const { jti, account, latchkey } = claims;
      const now = clock.now();
      const change: AuditedChange = {
        at: now,
        action: 'token.revoke',
        accountId: account.bss,
        target: accountCrn('iam-identity', account.bss, 'token', jti),
        targetId: jti,
      };
      const iamId = await holderOf(store, claims);
      const actor = { apiKeyId: latchkey.api_key_id, ...(iamId !== undefined && { iamId }) };
      const event = auditEvent(origin, { ...change, outcome: 'success', actor });
      const ended = revocationOf(known, now);
      const { subject, minimum, expiresAt } = await endedOnce(store, ended, insert(AUDIT_EVENTS, event));
      // Perhaps by another node whose news has not come: the answer says that it is ended here.
      revocations.learn(subject, minimum, expiresAt);
      return true;
    },

    async apiKey(secret, origin) {
      const apiKey = await authenticate(secret);
      if (apiKey === undefined) return false;
      const { id, iamId, accountId, generation } = apiKey;
      const isEndedBefore = (minimum: number): void =>
        revocations.learn(keySubject(id), minimum, cutOffExpiry(clock.now()));
      // What was read lately may be older than its enabling by another node: an answer that relied on it would leave a thief
      // his key.
      const known = apiKey.disabled ? await store.read(API_KEYS).get(id) : apiKey;
      // Disabled by another node, perhaps, whose news has not come: the answer says that its tokens are ended here.
      if (known?.disabled === true) {
        isEndedBefore(known.generation);
        return true;
      }
      try {
        await apiKeys.setDisabled({ ...origin, iamId, accountId, apiKeyId: id }, id, true);
      } catch (error) {
        // It was removed meanwhile, or its owner was, and it with the owner: there is nothing left to end.
        if (!(error instanceof NotFound)) throw error;
        isEndedBefore(generation + 1);
      }
      return true;
    },
  };
}

/** A token of ours, as it was signed. */
interface KnownToken {
  readonly typ: TokenType;
  readonly claims: AccessTokenClaims | RefreshTokenClaims;
}

function revocationOf({ typ, claims }: KnownToken, now: number): RevocationInsert {
  const { jti, account, exp, latchkey } = claims;
  if (typ === ACCESS_TOKEN_TYPE || latchkey.grant_id === undefined) {
    return tokenRevocation(jti, account.bss, exp * 1000, now);
  }
  return grantRevocation(latchkey.grant_id, account.bss, now);
}

/** Whose token it is; a refresh token names its key, and once that is removed nobody. */
async function holderOf(store: Store, claims: AccessTokenClaims | RefreshTokenClaims): Promise<string | undefined> {
  if (isAccess(claims)) return claims.iam_id;
  return (await store.read(API_KEYS).get(claims.latchkey.api_key_id))?.iamId;
}

const isAccess = (claims: AccessTokenClaims | RefreshTokenClaims): claims is AccessTokenClaims => 'iam_id' in claims;

/**
 * Whatever one of our keys has signed is ours to take back, under whichever address it was issued: a process that passed
 * over the tokens of another one would answer 200 and leave a thief his token. So would one whose clock differs.
 */
async function anyToken({ verify }: RevocationParts, token: string): Promise<KnownToken | undefined> {
  const clockToleranceSeconds = TOLERATED_SKEW_MILLISECONDS / 1_000;
  for (const typ of TOKEN_TYPES) {
    try {
      const claims = await verify(token, { typ, issuer: undefined, audience: undefined, clockToleranceSeconds });
      return { typ, claims };
    } catch (error) {
      if (!(error instanceof TokenInvalid || error instanceof TokenExpired)) throw error;
    }
  }
  return undefined;
}
