import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { KeyRing } from './key-ring.ts';

const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEALED = /^v1\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22,})$/;

/** Encrypts what must be readable again: AES-256-GCM under the master key. */
export interface Sealing {
  /** The id of the master key that seals now. */
  readonly currentKeyId: string;
  /**
   * Encrypts under the current master key, with a fresh random nonce.
   * @param context the place of the value, such as `<collection>/<id>/<field>`; it is authenticated, not stored
   * @returns `v1.<key id>.<nonce>.<ciphertext and tag>`, the last two base64url
   */
  seal(plaintext: string, context: string): string;
  /**
   * Decrypts what `seal` gave for the same context.
   * @throws SealBroken  another context, changed text, or a master key that is not in the ring
   */
  unseal(sealed: string, context: string): string;
  /** @returns the id of the master key that a sealed value needs @throws SealBroken */
  sealedUnder(sealed: string): string;
}

/** A sealed value cannot be opened. The message says where and why, and holds nothing of the value. */
export class SealBroken extends Error {
  constructor(why: string, options?: ErrorOptions) {
    super(why, options);
    this.name = 'SealBroken';
  }
}

/** Builds the sealing from the master key ring. */
export function sealing(ring: KeyRing): Sealing {
  const keys = new Map<string, KeyObject>(
    [ring.current, ...ring.retired].map(({ id, bytes }) => [id, createSecretKey(bytes)]),
  );
  const currentKeyId = ring.current.id;
  const currentKey = createSecretKey(ring.current.bytes);

  return {
    currentKeyId,

    seal(plaintext, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', currentKey, nonce, { authTagLength: TAG_BYTES });
      // A row swapped for another by somebody who can write to the store: the context ties the value to its own place.
      cipher.setAAD(Buffer.from(context, 'utf8'));
      const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${VERSION}.${currentKeyId}.${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
    },

    unseal(text, context) {
      const { keyId, nonce, sealed } = partsOf(text, context);
      const key = keys.get(keyId);
      if (key === undefined) {
        throw new SealBroken(`${context}: sealed under the master key '${keyId}', which is not in the ring`);
      }
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(context, 'utf8'));
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      try {
        return decipher.update(sealed.subarray(0, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      } catch (cause) {
        throw new SealBroken(
          `${context}: the sealed value was changed, moved, or the master key '${keyId}' is another`,
          {
            cause,
          },
        );
      }
    },

    sealedUnder: (text) => partsOf(text, 'sealed value').keyId,
  };
}

function partsOf(text: string, context: string): { keyId: string; nonce: Buffer; sealed: Buffer } {
  const [, keyId, nonce, sealed] = SEALED.exec(text) ?? [];
  if (keyId === undefined || nonce === undefined || sealed === undefined) {
    throw new SealBroken(`${context}: not a sealed value of a form that this release knows`);
  }
  return { keyId, nonce: Buffer.from(nonce, 'base64url'), sealed: Buffer.from(sealed, 'base64url') };
}
