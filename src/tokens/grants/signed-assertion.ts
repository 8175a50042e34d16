import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Algorithm, VerifyOptions } from 'jsonwebtoken';

/** What the header and the payload of an assertion say, before anything of it is proven. */
export interface ReadAssertion {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** A public key that an identity has registered (RFC 7517, section 4). */
export interface AssertionKey {
  readonly kty: 'RSA' | 'EC';
  readonly n?: string;
  readonly e?: string;
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
  readonly kid?: string;
}

/** Longest assertion, in characters. */
const LONGEST = 6_000;

// Linear: one class, three times, kept apart by what is not in it.
const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** Only what signs with a private key (algorithm confusion: `none`, or HMAC with the public key as the secret). */
const ALGORITHMS: Readonly<Record<string, readonly Algorithm[]>> = {
  RSA: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  'P-256': ['ES256'],
  'P-384': ['ES384'],
  'P-521': ['ES512'],
};

/** @returns `undefined` for what is no compact JWS of JSON objects, or asks to be read in another way than this one */
export function readAssertion(jwt: string): ReadAssertion | undefined {
  if (jwt.length > LONGEST || !COMPACT.test(jwt)) return undefined;
  const [header, claims] = jwt.split('.', 2).map(objectOf);
  if (header === undefined || claims === undefined) return undefined;
  // Extensions that must be understood, and are not (RFC 7515, section 4.1.11).
  if (header['crit'] !== undefined || header['b64'] !== undefined) return undefined;
  return { header, claims };
}

/** @returns whether one of the keys has signed it: that which the header names, or any of them where it names none */
export async function isSignedBy(
  jwt: string,
  { header }: ReadAssertion,
  keys: readonly AssertionKey[],
): Promise<boolean> {
  const { kid } = header;
  const candidates = keys.filter((key) => kid === undefined || key.kid === undefined || key.kid === kid);
  const { default: library } = await import('jsonwebtoken');
  return candidates.some((jwk) => {
    const algorithms = ALGORITHMS[(jwk.kty === 'RSA' ? jwk.kty : jwk.crv) ?? ''];
    if (algorithms === undefined) return false;
    // Times are looked at elsewhere, by the installation's clock.
    const options: VerifyOptions = { algorithms: [...algorithms], ignoreExpiration: true, ignoreNotBefore: true };
    try {
      library.verify(jwt, publicKeyOf(jwk), options);
      return true;
    } catch {
      // Whatever is thrown here is the verdict that it is not signed by this key; its text may quote what was sent.
      return false;
    }
  });
}

const publicKeyOf = (jwk: AssertionKey): KeyObject => createPublicKey({ key: { ...jwk }, format: 'jwk' });

function objectOf(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    // Safe: an object, as just proved; its members are looked at one by one.
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
