import type { ACCESS_TOKEN_TYPE, REFRESH_TOKEN_TYPE, SESSION_TOKEN_TYPE } from './token-types.ts';

/**
 * The generation of each member of the token's chain at the moment it was signed. A token is refused once the live set
 * names a higher one for any of them.
 */
export interface TokenGenerations {
  readonly installation: number;
  readonly account: number;
  /** Of the user or service ID. */
  readonly identity: number;
  /** Of the user in this account; absent for service IDs. */
  readonly membership?: number;
  readonly key: number;
}

/** The one private claim: what the service needs to take the token back. */
export interface LatchkeyClaim {
  /** The id of the API key behind the token. Not a secret. */
  readonly api_key_id: string;
  readonly generations: TokenGenerations;
  /**
   * Names the authorization grant: what was given to a client at one log-in, and at every refresh since. Absent where no
   * client named itself, because then there is no refresh token.
   */
  readonly grant_id?: string;
}

/** The `account` claim (IBM Cloud IAM, access token). */
export interface AccountClaim {
  readonly valid: boolean;
  /** The account's id, 32 hex. */
  readonly bss: string;
  readonly ims?: string;
  readonly frozen?: boolean;
}

/** The `authn` claim: who proved itself (IBM Cloud IAM, access token). */
export interface AuthnClaim {
  readonly sub: string;
  readonly iam_id: string;
  readonly sub_type?: string;
  readonly name?: string;
  readonly given_name?: string;
  readonly family_name?: string;
  readonly email?: string;
}

/** What both kinds of token carry (RFC 7519, section 4.1; RFC 9068, section 2.2). Times are whole seconds. */
export interface RegisteredClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string | readonly string[];
  readonly exp: number;
  readonly iat: number;
  /** Not set by us; obeyed where it stands. */
  readonly nbf?: number;
  readonly jti: string;
  readonly client_id: string;
}

/** The claims of an access token (IBM Cloud IAM, access token; and what RFC 9068 asks for). */
export interface AccessTokenClaims extends RegisteredClaims {
  readonly iam_id: string;
  /** The same as `iam_id`. */
  readonly id: string;
  readonly realmid: string;
  readonly identifier: string;
  /** `ServiceId`; absent for users. */
  readonly sub_type?: string;
  readonly name?: string;
  readonly given_name?: string;
  readonly family_name?: string;
  readonly email?: string;
  readonly session_id?: string;
  /**
   * When the user logged in with a password, also where a session and its code lie between, in whole seconds (RFC 9068, section
   * 2.2.1); absent where a key was the proof.
   */
  readonly auth_time?: number;
  readonly unique_instance_crns?: readonly string[];
  readonly account: AccountClaim;
  readonly authn?: AuthnClaim;
  /** Of a grant that has one, always the URN. */
  readonly grant_type: string;
  readonly scope: string;
  readonly acr?: number;
  readonly amr?: readonly string[];
  readonly latchkey: LatchkeyClaim;
}

/**
 * The claims of a refresh token; its `aud` is the token endpoint (`refreshTokenAudience`), because only that reads it. No
 * `scope` and no `iam_id`: it opens nothing, and must not look as if it did.
 */
export interface RefreshTokenClaims extends RegisteredClaims {
  readonly account: AccountClaim;
  readonly latchkey: LatchkeyClaim & { readonly grant_id: string };
}

/** The claims of a session: who logged in, and always the grant that ends with it. Its `aud` is `sessionAudience`. */
export interface SessionClaims extends AccessTokenClaims {
  readonly latchkey: LatchkeyClaim & { readonly grant_id: string };
}

/** Which claims belong to which `typ`. */
export interface TokenClaims {
  readonly [ACCESS_TOKEN_TYPE]: AccessTokenClaims;
  readonly [REFRESH_TOKEN_TYPE]: RefreshTokenClaims;
  readonly [SESSION_TOKEN_TYPE]: SessionClaims;
}
