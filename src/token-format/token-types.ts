/**
 * What our tokens look like: their types, algorithms, limits, header and claims. This folder is pure: it does no
 * cryptography, reads no clock and imports nothing but itself, so that the service and the offline verifier share it.
 */

/** The `typ` of an access token (RFC 9068, section 2.1). */
export const ACCESS_TOKEN_TYPE = 'at+jwt';

/** The `typ` of a refresh token. Ours alone: a refresh token must never pass for an access token (RFC 8725, section 3.11). */
export const REFRESH_TOKEN_TYPE = 'refresh+jwt';

/**
 * The `typ` of a session: what a log-in with a password gives to clients that then ask for an access token. It opens nothing
 * else, so that one which a browser or a form has shown around is no bearer token (RFC 8725, section 3.11).
 */
export const SESSION_TOKEN_TYPE = 'session+jwt';

/** The `aud` of a session: apart from that of access tokens, for whoever does not look at `typ`. */
export const sessionAudience = (issuer: string): string => `${issuer}/session`;

/**
 * The `aud` of a refresh token: the token endpoint of its issuer. Not the issuer itself, as in access tokens: whoever verifies
 * those offline by issuer, audience and key, and does not look at `typ`, must not take a refresh token for one.
 */
export const refreshTokenAudience = (issuer: string): string => `${issuer}/token`;

/** The closed list of token types. */
export const TOKEN_TYPES = [ACCESS_TOKEN_TYPE, REFRESH_TOKEN_TYPE, SESSION_TOKEN_TYPE] as const;

/** A `typ` that we sign. */
export type TokenType = (typeof TOKEN_TYPES)[number];

/** The closed list of algorithms (RFC 7518, section 3.1); symmetric ones and `none` are not in it, ever. */
export const SIGNING_ALGORITHMS = ['RS256', 'ES256'] as const;

/** An `alg` that we sign with. */
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

/** The longest compact token that is signed or read, in characters (all are ASCII, so also bytes). */
export const TOKEN_LIMIT_BYTES = 16_384;

/** The longest life of an access token, in seconds, and the one where the account sets none (IBM Cloud IAM, account settings). */
export const ACCESS_TOKEN_LIMIT_SECONDS = 3_600;

/** The longest life of a refresh token, in seconds: 72 hours (IBM Cloud IAM, account settings). */
export const REFRESH_TOKEN_LIMIT_SECONDS = 259_200;
