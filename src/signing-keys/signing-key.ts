import { generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { Sealing } from '../secrets/sealing.ts';
import { defineCollection, type Entity } from '../store/collection.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import type { SigningAlgorithm } from '../token-format/token-types.ts';

/** The public half (RFC 7517, section 4; RFC 7518, section 6), and never a member more. */
export type PublicJwk =
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string }
  | { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string };

/** One signing key as it is stored; its `id` is its `kid`. Its stage is derived from the times, and stored nowhere. */
export interface SigningKey extends Entity {
  /** 1, 2, 3 …; unique, so that of many processes that make the same next key one succeeds. */
  readonly ordinal: number;
  readonly algorithm: SigningAlgorithm;
  readonly publicJwk: PublicJwk;
  /** PKCS #8 in base64, sealed under the master key; absent once the key was dropped. */
  readonly sealedPrivateKey?: string;
  readonly createdAt: number;
  /** From this instant on it signs, unless a key of a higher ordinal does. */
  readonly signFrom: number;
  /** When the key was dropped in an emergency: from then on it neither signs nor verifies. */
  readonly droppedAt?: number;
}

/** The installation's signing keys. Followed: one process rotates or drops, all others must see it. */
export const SIGNING_KEYS = defineCollection<SigningKey>()('signing_keys', {
  fields: {
    id: 'string',
    entityTag: 'string',
    ordinal: 'integer',
    algorithm: 'string',
    publicJwk: 'json',
    sealedPrivateKey: 'string',
    createdAt: 'integer',
    signFrom: 'integer',
    droppedAt: 'integer',
  },
  indexes: { byOrdinal: { fields: ['ordinal'], unique: true } },
  followed: true,
});

/** The place of a private key, to which its seal is tied. */
export const privateKeyContext = (kid: string): string => `signing_keys/${kid}/sealedPrivateKey`;

/** What `newSigningKey` needs. */
export interface NewSigningKeyParts {
  readonly sealing: Sealing;
  readonly algorithm: SigningAlgorithm;
  readonly ordinal: number;
  readonly now: number;
  readonly signFrom: number;
}

const generate = promisify(generateKeyPair);

/** Makes a key pair, on the thread pool, and seals its private half. Nothing is stored yet. */
export async function newSigningKey(parts: NewSigningKeyParts): Promise<SigningKey> {
  const { sealing, algorithm, ordinal, now, signFrom } = parts;
  const { publicKey, privateKey } = await keyPairFor(algorithm);
  const id = newKid(now);
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
  return {
    id,
    entityTag: firstEntityTag(),
    ordinal,
    algorithm,
    publicJwk: publicJwkOf(publicKey),
    sealedPrivateKey: sealing.seal(pkcs8, privateKeyContext(id)),
    createdAt: now,
    signFrom,
  };
}

function keyPairFor(algorithm: SigningAlgorithm): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  if (algorithm === 'ES256') return generate('ec', { namedCurve: 'P-256' });
  return generate('rsa', { modulusLength: 2048, publicExponent: 0x10001 });
}

/** Date-like (`20190204…`), so that a person sees which is newer; the random end makes it unique. */
function newKid(now: number): string {
  const minute = new Date(now).toISOString().replace(/\D/g, '').slice(0, 12);
  return `${minute}-${randomBytes(6).toString('hex')}`;
}

function publicJwkOf(publicKey: KeyObject): PublicJwk {
  const { kty, n, e, crv, x, y } = publicKey.export({ format: 'jwk' });
  // Member by member: a spread of the wrong half would publish the private key.
  if (kty === 'RSA' && n !== undefined && e !== undefined) return { kty, n, e };
  if (kty === 'EC' && crv === 'P-256' && x !== undefined && y !== undefined) return { kty, crv, x, y };
  throw new TypeError('not an RSA or P-256 public key');
}
