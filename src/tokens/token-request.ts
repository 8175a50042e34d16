import type { Origin } from '../access/caller.ts';
import type { Credential } from './credential.ts';
import type { IdentityChain } from './identity-chain.ts';

/** What a client asks of a token endpoint, in our own words; doors map their vendor's names to it. */
export interface TokenRequest {
  /** The name of a row in `grants`. */
  readonly grant: string;
  /** The rows that the door has a name for; no other proves anything there. */
  readonly offered: readonly string[];
  /** An API key secret, for the grant that proves one. */
  readonly secret?: string | undefined;
  readonly refreshToken?: string | undefined;
  /** A token of a log-in, for the grant that goes on with one. */
  readonly accessToken?: string | undefined;
  /** For the grant that proves a user. */
  readonly person?: { readonly email: string; readonly password: string } | undefined;
  /** For the grant that proves an authorization code. */
  readonly code?: OfferedCode | undefined;
  /** For the grant that proves a signed assertion. */
  readonly assertion?: OfferedAssertion | undefined;
  /** The account in which a user wants to act; default: the key's own. */
  readonly accountId?: string | undefined;
  /** Asks for a session in the place of an access token. */
  readonly asSession?: boolean | undefined;
  /** Accounts of which the token's must be one; absent: any. */
  readonly acceptedAccountIds?: readonly string[] | undefined;
  /** A client that named itself; absent: none did. */
  readonly client?: ClientCredentials | undefined;
}

/** An authorization code, and what shows that it comes from whom it was given to (RFC 6749, section 4.1.3; RFC 7636, section 4.5). */
export interface OfferedCode {
  readonly value: string;
  readonly verifier: string;
  readonly redirectUri: string;
}

/** An assertion, signed with a key of the identity (RFC 7523, section 2.1). */
export interface OfferedAssertion {
  readonly jwt: string;
  /** Whether an `aud` names the place to which it was sent, for an identity of this account. */
  readonly isAudience: (audience: string, accountId: string) => Promise<boolean>;
  /** The scopes asked for; absent: all that the identity may have. */
  readonly scopes?: readonly string[] | undefined;
}

/** What an OAuth client says of itself (RFC 6749, section 2.3.1). */
export interface ClientCredentials {
  readonly id: string;
  readonly secret: string;
}

/** What a grant has proven. */
export interface Proven {
  readonly credential: Credential;
  /**
   * The chain that the proof was compared with, of the account in which the token is to act: the token has these generations.
   * Absent: what is proven holds whatever was cut off before, such as a key itself, and the chain is read afterwards.
   */
  readonly chain?: IdentityChain | undefined;
  /** The account that the credential itself is tied to; `undefined`: the one asked for, or the key's own. */
  readonly accountId?: string | undefined;
  /** The authorization grant that the credential goes on with; `undefined`: a new one begins. */
  readonly grantId?: string | undefined;
  /** What the token is for, where that is narrower than everything. */
  readonly scope?: string | undefined;
  /** When a user proved a password, in seconds since the epoch: the session begins there. Absent: a key was the proof, and there is none. */
  readonly authenticatedAt?: number | undefined;
  /** The `jti` of the token, where it may have to be taken back before it is made. Absent: a new one. */
  readonly tokenId?: string | undefined;
}

/** A way to prove a credential: its own proof, nothing more. */
export interface Grant {
  /** The `grant_type` claim of the tokens it gives. */
  readonly claim: string;
  /** Whether only clients that name themselves may use it. */
  readonly needsClient: boolean;
  /** @throws the problem that says why nothing is proven */
  prove(request: TokenRequest, origin: Origin): Promise<Proven>;
}

/** What a client gets. Times are whole seconds since the epoch. */
export interface GrantedToken {
  /** Or the session, where one was asked for. */
  readonly accessToken: string;
  /** Only for clients that named themselves. */
  readonly refreshToken: string | undefined;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly scope: string;
}

/** The `grant_type` claim of tokens that were made from a signed assertion (RFC 7523, section 2.1). */
export const ASSERTION_GRANT_CLAIM = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
