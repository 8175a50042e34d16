import { randomUUID } from 'node:crypto';
import { type Clock, secondsOf } from '../clock/clock.ts';
import { inOnePiece } from '../http/text.ts';
import type { SigningKeys } from '../signing-keys/signing-keys.ts';
import {
  ACCESS_TOKEN_LIMIT_SECONDS,
  ACCESS_TOKEN_TYPE,
  REFRESH_TOKEN_LIMIT_SECONDS,
  REFRESH_TOKEN_TYPE,
  refreshTokenAudience,
  SESSION_TOKEN_TYPE,
  sessionAudience,
} from '../token-format/token-types.ts';
import { generationsOf, type IdentityChain } from './identity-chain.ts';
import { identityClaims } from './identity-claims.ts';
import { sessionEnd } from './session-life.ts';
import type { GrantedToken } from './token-request.ts';

/** Signs the tokens of one exchange. */
export type IssueToken = (chain: IdentityChain, exchange: IssuedFor) => Promise<GrantedToken>;

/** For which exchange tokens are issued. */
export interface IssuedFor {
  /** The client that named itself; `undefined`: none did, and it gets no refresh token. */
  readonly clientId: string | undefined;
  /** The authorization grant that goes on; `undefined`: a new one begins. */
  readonly grantId?: string | undefined;
  /** The `grant_type` claim. */
  readonly grantClaim: string;
  /** Default: that of every token. */
  readonly scope?: string | undefined;
  /** A session in the place of the access token. Default: false. */
  readonly asSession?: boolean | undefined;
  /** When the session began, in seconds since the epoch; `undefined`: there is none. */
  readonly authenticatedAt?: number | undefined;
  /** The `jti` of the token. Default: a new one. */
  readonly tokenId?: string | undefined;
}

/** What issuing stands on. */
export interface IssueTokenParts {
  readonly signingKeys: Pick<SigningKeys, 'sign'>;
  readonly clock: Clock;
  /** The `iss` claim and the default `aud`. */
  readonly issuer: string;
  /** The `scope` claim, where no grant says a narrower one. */
  readonly scope: string;
}

/** The client of a token for which no client named itself. */
const NO_CLIENT = 'default';

/** @returns a function that signs access tokens, or sessions, and, for clients that named themselves, refresh tokens */
export function tokenIssuer({ signingKeys, clock, issuer, scope: everything }: IssueTokenParts): IssueToken {
  return async (chain, { clientId, grantClaim, scope = everything, asSession = false, ...issuedFor }) => {
    const { account, credential, identity } = chain;
    const isOfGrant = clientId !== undefined || asSession || issuedFor.grantId !== undefined;
    // Empty where no token names it: most exchanges are of a key alone.
    const { grantId = isOfGrant ? randomUUID() : '', authenticatedAt, tokenId = inOnePiece(randomUUID()) } = issuedFor;
    const authTime = authenticatedAt === undefined ? {} : { auth_time: authenticatedAt };
    const { accessTokenSeconds = ACCESS_TOKEN_LIMIT_SECONDS, refreshTokenSeconds = REFRESH_TOKEN_LIMIT_SECONDS } =
      account.settings;
    // Rounded down, so that `iat` is never in the future (R24).
    const issuedAt = secondsOf(clock.now());
    const expiresAt = Math.min(
      endOf(issuedAt + accessTokenSeconds, credential.expiresAt),
      authenticatedAt === undefined ? Number.POSITIVE_INFINITY : sessionEnd(account, authenticatedAt),
    );
    const about = identityClaims(identity);
    const common = {
      iss: issuer,
      iat: issuedAt,
      client_id: clientId ?? NO_CLIENT,
      account: { valid: true, bss: account.id, frozen: false },
    };
    const latchkey = { api_key_id: credential.id, generations: generationsOf(chain) };
    const ofGrant = { ...latchkey, grant_id: grantId };
    const proof = { jti: tokenId, exp: expiresAt, grant_type: grantClaim, ...authTime, acr: 1, amr: ['pwd'] };
    const access = { ...about, ...common, aud: issuer, scope, latchkey: isOfGrant ? ofGrant : latchkey, ...proof };
    const session = () => ({ ...access, aud: sessionAudience(issuer), latchkey: ofGrant });
    const refresh = () => ({
      ...common,
      // Token confusion: nothing in it looks like an access token to a verifier that passes over `typ`.
      aud: refreshTokenAudience(issuer),
      sub: about.sub,
      latchkey: ofGrant,
      jti: randomUUID(),
      exp: endOf(issuedAt + refreshTokenSeconds, credential.expiresAt),
    });
    const [accessToken, refreshToken] = await Promise.all([
      asSession ? signingKeys.sign(SESSION_TOKEN_TYPE, session()) : signingKeys.sign(ACCESS_TOKEN_TYPE, access),
      clientId === undefined ? undefined : signingKeys.sign(REFRESH_TOKEN_TYPE, refresh()),
    ]);
    return { accessToken, refreshToken, issuedAt, expiresAt, scope };
  };
}

/** A token never outlives its key (R6). All in seconds but the key's end. */
const endOf = (wantedEnd: number, keyExpiresAt: number | undefined): number =>
  keyExpiresAt === undefined ? wantedEnd : Math.min(wantedEnd, secondsOf(keyExpiresAt));
