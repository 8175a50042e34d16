import { createHmac, timingSafeEqual } from 'node:crypto';
import { ParameterInvalid } from '../problems/request-problems.ts';
import type { IndexValue } from '../store/collection.ts';

/** Page tokens that only this installation can make, and that open only for the list they were made for. */
export interface SealedCursors {
  /**
   * The cursor as URL-safe text.
   * @param context everything that shapes the list: account, filter, sort, direction
   */
  seal(cursor: readonly IndexValue[], context: string): string;
  /**
   * The cursor that was sealed for the same context.
   * @param parameter the name under which the caller sent it, for the problem. Default: `cursor`.
   * @throws ParameterInvalid  the text was not sealed here, or for another list
   */
  open(text: string, context: string, parameter?: string): readonly IndexValue[];
}

/** Bytes of the MAC that are kept; 128 bits cannot be guessed. */
const MAC_BYTES = 16;
/** Longest page token that is looked at, in characters. */
const LONGEST = 4096;

// Linear: one class.
const BASE64URL = /^[A-Za-z0-9_-]+$/;

/**
 * Seals keyset cursors with HMAC-SHA-256, so that a page token works on any node and needs no row.
 * @param key at least 32 bytes, the same on every node, and used for nothing else
 */
export function sealedCursors(key: Buffer): SealedCursors {
  const macOf = (payload: Buffer, context: string): Buffer =>
    createHmac('sha256', key)
      // The length keeps context and payload apart: moving bytes from one to the other changes the MAC.
      .update(`page-cursor:1:${Buffer.byteLength(context)}:${context}:`)
      .update(payload)
      .digest()
      .subarray(0, MAC_BYTES);

  return {
    seal(cursor, context) {
      const payload = Buffer.from(JSON.stringify(cursor));
      return Buffer.concat([macOf(payload, context), payload]).toString('base64url');
    },

    open(text, context, parameter = 'cursor') {
      const sealed = text.length <= LONGEST && BASE64URL.test(text) ? Buffer.from(text, 'base64url') : Buffer.alloc(0);
      const payload = sealed.subarray(MAC_BYTES);
      // A forged cursor would start a page inside another account's rows. The comparison takes the same time for every
      // wrong MAC, so that one cannot be found byte by byte (timing attack).
      if (sealed.length <= MAC_BYTES || !timingSafeEqual(sealed.subarray(0, MAC_BYTES), macOf(payload, context))) {
        throw new ParameterInvalid(parameter, 'is not a page token of this list');
      }
      // Safe: the MAC proves that `seal` made the payload from an array of index values.
      return JSON.parse(payload.toString()) as readonly IndexValue[];
    },
  };
}
