import type jsonwebtoken from 'jsonwebtoken';
import { type Clock, secondsOf } from '../clock/clock.ts';
import { TokenExpired, TokenInvalid } from '../problems/credential-problems.ts';
import { claimsOfType } from '../token-format/claim-checks.ts';
import type { TokenClaims } from '../token-format/token-claims.ts';
import { readHeader, type TokenHeader } from '../token-format/token-header.ts';
import type { TokenType } from '../token-format/token-types.ts';
import type { VerificationKey } from './signing-key-set.ts';
import type { SigningKeys } from './signing-keys.ts';

/** What a token must be, to be accepted at one place. */
export interface TokenExpectation<Type extends TokenType> {
  readonly typ: Type;
  /** `undefined` accepts any, which only revocation may do: whatever our keys have signed can be taken back. */
  readonly issuer: string | undefined;
  /** One that the token must name; `undefined` accepts any, which only introspection and revocation may do. */
  readonly audience: string | undefined;
  /** How long after `exp` the token is still accepted, and how far `iat` and `nbf` may lie ahead. Default: 0, and 60. */
  readonly clockToleranceSeconds?: number;
}

/**
 * Verifies a token of ours: form, key, signature, then type, issuer, audience, times and the shape of its claims. Whether
 * it was taken back is not asked here.
 * @throws TokenInvalid  it is none of ours, or not for this place
 * @throws TokenExpired  it was good until its `exp`
 * @throws StoreUnavailable  the store cannot be asked, and whether the key is one of ours hangs on it
 */
export type VerifyJwt = <Type extends TokenType>(
  token: unknown,
  expectation: TokenExpectation<Type>,
) => Promise<TokenClaims[Type]>;

/** What verification stands on. */
export interface VerifyJwtParts {
  readonly signingKeys: Pick<SigningKeys, 'lookUpVerificationKey'>;
  readonly clock: Clock;
}

/** The clocks of the installation's own processes may differ by this much; `iat` and `nbf` are set by one of them. */
const OWN_CLOCK_SKEW_SECONDS = 60;

/** Builds the one path on which this service believes a token. */
export function jwtVerifier({ signingKeys, clock }: VerifyJwtParts): VerifyJwt {
  return async (token, expectation) => {
    const header = readHeader(token);
    if (header === undefined || typeof token !== 'string') throw refused('not a compact token of our form');
    const key = await signingKeys.lookUpVerificationKey(header.kid);
    if (key === undefined) throw refused('signed by a key that is not in the set');
    const claims = signedClaims(await verifier(), token, key);
    return checkedClaims(claims, header, expectation, secondsOf(clock.now()));
  };
}

/** Loaded with the first token to verify: 11 ms that an exchange need not wait for after a start. */
async function verifier(): Promise<Library> {
  library ??= (await import('jsonwebtoken')).default;
  return library;
}

type Library = typeof jsonwebtoken;
let library: Library | undefined;

function signedClaims(
  { verify, JsonWebTokenError }: Library,
  token: string,
  { algorithm, publicKey }: VerificationKey,
): Readonly<Record<string, unknown>> {
  try {
    // Algorithm confusion: the list holds the key's own algorithm and no other, whatever the header asks for. Times are
    // checked below, by the installation's clock and after issuer and audience.
    const claims = verify(token, publicKey, {
      algorithms: [algorithm],
      ignoreExpiration: true,
      ignoreNotBefore: true,
    });
    if (typeof claims !== 'string') return claims;
  } catch (error) {
    // Whatever the library throws is its verdict; a defect of ours must not let the token pass either. A parser's own
    // message quotes what the sender wrote, so only the library's fixed sentences go to the log.
    const cause = error instanceof JsonWebTokenError ? error : undefined;
    throw refused('the signature or the payload is not valid', cause);
  }
  throw refused('the payload is not an object');
}

function checkedClaims<Type extends TokenType>(
  claims: Readonly<Record<string, unknown>>,
  header: TokenHeader,
  { typ, issuer, audience, clockToleranceSeconds }: TokenExpectation<Type>,
  nowSeconds: number,
): TokenClaims[Type] {
  // Token substitution: a refresh token is signed by the same keys and must not pass for an access token.
  if (header.typ !== typ) throw refused(`of the type ${header.typ}, not ${typ}`);
  if (issuer !== undefined && claims['iss'] !== issuer) throw refused('of another issuer');
  const shaped = claimsOfType(typ, claims);
  if (shaped === undefined) throw refused('the claims have another shape');
  // Cross-service replay: a token for one audience is worth nothing at another (RFC 9700, section 2.3).
  if (audience !== undefined && !namesAudience(shaped.aud, audience)) throw refused('for another audience');
  // `exp` is exclusive (RFC 7519, section 4.1.4).
  if (nowSeconds >= shaped.exp + (clockToleranceSeconds ?? 0)) throw new TokenExpired('Provided token has expired.');
  const latestStart = nowSeconds + Math.max(clockToleranceSeconds ?? 0, OWN_CLOCK_SKEW_SECONDS);
  if (shaped.nbf !== undefined && shaped.nbf > latestStart) throw refused('not valid yet');
  if (shaped.iat > latestStart) throw refused('issued in the future');
  return shaped;
}

const namesAudience = (named: string | readonly string[], audience: string): boolean =>
  typeof named === 'string' ? named === audience : named.includes(audience);

/** One sentence for every reason: a forger learns nothing; the log learns which check it was. */
function refused(diagnostic: string, cause?: unknown): TokenInvalid {
  return new TokenInvalid('Provided token is invalid.', { diagnostic, cause });
}
