import type { AccessTokenClaims, RefreshTokenClaims, SessionClaims, TokenClaims } from './token-claims.ts';
import { ACCESS_TOKEN_TYPE, REFRESH_TOKEN_TYPE, SESSION_TOKEN_TYPE, type TokenType } from './token-types.ts';

type Members = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

/**
 * Checks the shape of an access token's claims; to be called after the signature was verified, so that a token of an older
 * or newer release with another shape is refused here and not halfway through a decision. Claims that this release does
 * not know are passed over (RFC 7519, section 4), or a rolling upgrade would refuse its own tokens.
 */
export function isAccessTokenClaims(claims: unknown): claims is AccessTokenClaims {
  return isMembers(claims) && fits(claims, ACCESS_TOKEN);
}

/** Checks the shape of a refresh token's claims; to be called after the signature was verified. */
export function isRefreshTokenClaims(claims: unknown): claims is RefreshTokenClaims {
  return isMembers(claims) && fits(claims, REFRESH_TOKEN);
}

/** Checks the shape of a session's claims; to be called after the signature was verified. */
export function isSessionClaims(claims: unknown): claims is SessionClaims {
  return isAccessTokenClaims(claims) && claims.latchkey.grant_id !== undefined;
}

/** @returns the claims, when they have the shape that belongs to the type; else `undefined` */
export function claimsOfType<Type extends TokenType>(type: Type, claims: unknown): TokenClaims[Type] | undefined {
  // The check of the same type stands in the same row of the table, so the narrowing to that type's claims is safe.
  return CHECKS[type](claims) ? (claims as TokenClaims[Type]) : undefined;
}

const CHECKS: Readonly<Record<TokenType, (claims: unknown) => boolean>> = {
  [ACCESS_TOKEN_TYPE]: isAccessTokenClaims,
  [REFRESH_TOKEN_TYPE]: isRefreshTokenClaims,
  [SESSION_TOKEN_TYPE]: isSessionClaims,
};

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text: Check = (value) => typeof value === 'string' && value !== '';
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const flag: Check = (value) => typeof value === 'boolean';
const count: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const anyText: Check = (value) => typeof value === 'string';
const audience: Check = (value) => text(value) || (texts(value) && (value as unknown[]).length > 0); // `texts` proved the array
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const members =
  (shape: Shape): Check =>
  (value) =>
    isMembers(value) && fits(value, shape);

type Shape = readonly (readonly [name: string, check: Check])[];

function fits(value: Members, shape: Shape): boolean {
  for (const [name, check] of shape) {
    // Only own members count: a shape that `__proto__` lent is not a shape.
    if (!check(Object.hasOwn(value, name) ? value[name] : undefined)) return false;
  }
  return true;
}

const GENERATIONS: Shape = [
  ['installation', count],
  ['account', count],
  ['identity', count],
  ['membership', optional(count)],
  ['key', count],
];

const LATCHKEY: Shape = [
  ['api_key_id', text],
  ['generations', members(GENERATIONS)],
  ['grant_id', optional(text)],
];

const ACCOUNT: Shape = [
  ['valid', flag],
  ['bss', text],
  ['ims', optional(text)],
  ['frozen', optional(flag)],
];

const AUTHN: Shape = [
  ['sub', text],
  ['iam_id', text],
  ['sub_type', optional(text)],
  ['name', optional(anyText)],
  ['given_name', optional(anyText)],
  ['family_name', optional(anyText)],
  ['email', optional(anyText)],
];

const EVERY_TOKEN: Shape = [
  ['iss', text],
  ['sub', text],
  ['aud', audience],
  ['exp', count],
  ['iat', count],
  ['nbf', optional(count)],
  ['jti', text],
  ['client_id', text],
  ['account', members(ACCOUNT)],
];

const REFRESH_TOKEN: Shape = [...EVERY_TOKEN, ['latchkey', members([...LATCHKEY, ['grant_id', text]])]];

const ACCESS_TOKEN: Shape = [
  ...EVERY_TOKEN,
  ['latchkey', members(LATCHKEY)],
  ['iam_id', text],
  ['scope', anyText],
  ['id', text],
  ['realmid', text],
  ['identifier', text],
  ['sub_type', optional(text)],
  ['name', optional(anyText)],
  ['given_name', optional(anyText)],
  ['family_name', optional(anyText)],
  ['email', optional(anyText)],
  ['session_id', optional(text)],
  ['unique_instance_crns', optional(texts)],
  ['authn', optional(members(AUTHN))],
  ['grant_type', text],
  ['acr', optional(count)],
  ['amr', optional(texts)],
];
