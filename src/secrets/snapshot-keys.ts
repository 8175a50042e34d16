import { hkdfSync } from 'node:crypto';
import type { KeyRing } from './key-ring.ts';

const KEY_BYTES = 32;

/**
 * The keys that authenticate snapshots outside of the durable store, the current one first: the same on every node, and of
 * no use for anything else (RFC 5869, section 3.2).
 */
export function snapshotKeysOf({ current, retired }: KeyRing): readonly Buffer[] {
  return [current, ...retired].map(({ bytes }) =>
    Buffer.from(hkdfSync('sha256', bytes, '', 'latchkey snapshots', KEY_BYTES)),
  );
}
