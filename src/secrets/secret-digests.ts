import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import type { KeyRing, RingKey } from './key-ring.ts';

/** Turns API key secrets into what the store may hold. */
export interface SecretDigests {
  /** @returns `<pepper id>:<base64url of HMAC-SHA-256(pepper, SHA-256(secret))>` under the current pepper */
  digest(secret: string): string;
  /** @returns the digest under each pepper, the current one first; a key made under a retired pepper is found so */
  digestsOfEveryPepper(secret: string): readonly string[];
  /**
   * The same for somebody who names a key by its plain SHA-256: a leak report, an import.
   * @param hex 64 hex characters
   * @throws RangeError  it is not
   */
  digestOfSha256(hex: string): string;
  /** @returns `digestOfSha256` under each pepper, the current one first @throws RangeError */
  digestsOfSha256OfEveryPepper(hex: string): readonly string[];
}

interface Pepper {
  readonly id: string;
  readonly key: KeyObject;
}

/** Builds the digests from the pepper ring. Nobody who reads the store can test a guess without the pepper. */
export function secretDigests(ring: KeyRing): SecretDigests {
  const current = pepperOf(ring.current);
  const peppers = [current, ...ring.retired.map(pepperOf)];

  return {
    digest: (secret) => underPepper(current, hash('sha256', secret, 'buffer')),

    digestsOfEveryPepper(secret) {
      const inner = hash('sha256', secret, 'buffer');
      return peppers.map((pepper) => underPepper(pepper, inner));
    },

    digestOfSha256: (hex) => underPepper(current, bytesOfHex(hex)),

    digestsOfSha256OfEveryPepper(hex) {
      const inner = bytesOfHex(hex);
      return peppers.map((pepper) => underPepper(pepper, inner));
    },
  };
}

const pepperOf = ({ id, bytes }: RingKey): Pepper => ({ id, key: createSecretKey(bytes) });

function underPepper({ id, key }: Pepper, inner: Buffer): string {
  return `${id}:${createHmac('sha256', key).update(inner).digest('base64url')}`;
}

function bytesOfHex(hex: string): Buffer {
  // `Buffer.from` stops at the first wrong character without a word, and half a hash would then name nothing for ever.
  if (!/^[0-9A-Fa-f]{64}$/.test(hex)) throw new RangeError('a SHA-256 has 64 hex characters');
  return Buffer.from(hex, 'hex');
}
