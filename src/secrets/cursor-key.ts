import { hkdfSync } from 'node:crypto';
import type { KeyRing } from './key-ring.ts';

const KEY_BYTES = 32;

/** The key that seals page cursors: the same on every node, and of no use for anything else (RFC 5869, section 3.2). */
export function cursorKeyOf({ current }: KeyRing): Buffer {
  return Buffer.from(hkdfSync('sha256', current.bytes, '', 'latchkey page cursors', KEY_BYTES));
}
