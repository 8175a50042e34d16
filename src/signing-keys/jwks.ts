import { createHash } from 'node:crypto';
import type { SigningKey } from './signing-key.ts';

/** The key set as it is served (RFC 7517, section 5), made once per change and not per request. */
export interface Jwks {
  readonly body: Buffer;
  /** Strong, with its quotes (RFC 9110, section 8.8.3). */
  readonly etag: string;
  /** For `Cache-Control: max-age`. A longer `stale-while-revalidate` would outlive the wait before a new key signs. */
  readonly maxAgeSeconds: number;
}

/** Writes the key set: public members one by one, `use` because PyJWT passes over keys without it. */
export function jwksOf(keys: readonly SigningKey[], maxAgeSeconds: number): Jwks {
  const body = Buffer.from(JSON.stringify({ keys: keys.map(published) }));
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  return Object.freeze({ body, etag, maxAgeSeconds });
}

function published({ id, algorithm, publicJwk }: SigningKey): Readonly<Record<string, string>> {
  const naming = { alg: algorithm, kid: id, use: 'sig' };
  return publicJwk.kty === 'RSA'
    ? { kty: publicJwk.kty, n: publicJwk.n, e: publicJwk.e, ...naming }
    : { kty: publicJwk.kty, crv: publicJwk.crv, x: publicJwk.x, y: publicJwk.y, ...naming };
}
