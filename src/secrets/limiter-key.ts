import { hkdfSync } from 'node:crypto';
import type { KeyRing } from './key-ring.ts';

const KEY_BYTES = 32;

/** The key that names buckets of failures outside of a process: the same on every node, of no use for anything else (RFC 5869, section 3.2). */
export function limiterKeyOf({ current }: KeyRing): Buffer {
  return Buffer.from(hkdfSync('sha256', current.bytes, '', 'latchkey limiter buckets', KEY_BYTES));
}
