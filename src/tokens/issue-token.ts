import { randomUUID } from 'node:crypto';
import { type Clock, secondsOf } from '../clock/clock.ts';
import type { SigningKeys } from '../signing-keys/signing-keys.ts';
import {
  ACCESS_TOKEN_LIMIT_SECONDS,
  ACCESS_TOKEN_TYPE,
  REFRESH_TOKEN_LIMIT_SECONDS,
  REFRESH_TOKEN_TYPE,
  refreshTokenAudience,
} from '../token-format/token-types.ts';
import { generationsOf, type IdentityChain } from './identity-chain.ts';
import { identityClaims } from './identity-claims.ts';
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
}

/** What issuing stands on. */
export interface IssueTokenParts {
  readonly signingKeys: Pick<SigningKeys, 'sign'>;
  readonly clock: Clock;
  /** The `iss` claim and the default `aud`. */
  readonly issuer: string;
  /** The `scope` claim. */
  readonly scope: string;
}

/** The client of a token for which no client named itself. */
const NO_CLIENT = 'default';

/** @returns a function that signs access tokens and, for clients that named themselves, refresh tokens */
export function tokenIssuer({ signingKeys, clock, issuer, scope }: IssueTokenParts): IssueToken {
  return async (chain, { clientId, grantId = randomUUID(), grantClaim }) => {
    const { account, credential, identity } = chain;
    const { accessTokenSeconds = ACCESS_TOKEN_LIMIT_SECONDS, refreshTokenSeconds = REFRESH_TOKEN_LIMIT_SECONDS } =
      account.settings;
    // Rounded down, so that `iat` is never in the future (R24).
    const issuedAt = secondsOf(clock.now());
    const expiresAt = endOf(issuedAt + accessTokenSeconds, credential.expiresAt);
    const about = identityClaims(identity);
    const common = {
      iss: issuer,
      iat: issuedAt,
      client_id: clientId ?? NO_CLIENT,
      account: { valid: true, bss: account.id, frozen: false },
    };
    const latchkey = { api_key_id: credential.id, generations: generationsOf(chain) };
    const access = {
      ...about,
      ...common,
      aud: issuer,
      scope,
      latchkey: { ...latchkey, ...(clientId !== undefined && { grant_id: grantId }) },
      jti: randomUUID(),
      exp: expiresAt,
      grant_type: grantClaim,
      acr: 1,
      amr: ['pwd'],
    };
    const refresh = {
      ...common,
      // Token confusion: nothing in it looks like an access token to a verifier that passes over `typ`.
      aud: refreshTokenAudience(issuer),
      sub: about.sub,
      latchkey: { ...latchkey, grant_id: grantId },
      jti: randomUUID(),
      exp: endOf(issuedAt + refreshTokenSeconds, credential.expiresAt),
    };
    const [accessToken, refreshToken] = await Promise.all([
      signingKeys.sign(ACCESS_TOKEN_TYPE, access),
      clientId === undefined ? undefined : signingKeys.sign(REFRESH_TOKEN_TYPE, refresh),
    ]);
    return { accessToken, refreshToken, issuedAt, expiresAt, scope };
  };
}

/** A token never outlives its key (R6). All in seconds but the key's end. */
const endOf = (wantedEnd: number, keyExpiresAt: number | undefined): number =>
  keyExpiresAt === undefined ? wantedEnd : Math.min(wantedEnd, secondsOf(keyExpiresAt));
