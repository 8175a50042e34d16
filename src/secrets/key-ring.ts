import { createHash } from 'node:crypto';

/**
 * This folder owns the installation's own secrets (pepper and master key) and what is made with them: digests of API key
 * secrets and sealed values. None of them is ever in the store.
 */

/** One key of a ring. `bytes` is not enumerable: a ring that is logged or serialised shows ids only. */
export interface RingKey {
  /** `[A-Za-z0-9_-]`, at most 32 characters; stands in digests and sealed values, and is no secret. */
  readonly id: string;
  readonly bytes: Buffer;
}

/** A secret that can be replaced: new values are made with `current`, old ones are still understood with `retired`. */
export interface KeyRing {
  readonly current: RingKey;
  readonly retired: readonly RingKey[];
}

/** What a ring is for, and how long its keys are. */
export interface RingKind {
  /** Also the name of its file in the data folder. */
  readonly name: string;
  readonly leastBytes: number;
  readonly mostBytes: number;
}

/** The pepper of API key digests. */
export const PEPPER_RING: RingKind = { name: 'pepper', leastBytes: 32, mostBytes: 256 };

/** The master key that seals private keys and readable secrets: AES-256. */
export const MASTER_KEY_RING: RingKind = { name: 'master-key', leastBytes: 32, mostBytes: 32 };

/** A ring's text is not what it must be. The message names the place and never the value. */
export class KeyRingUnreadable extends Error {
  constructor(kind: RingKind, rule: string) {
    super(`${kind.name}: ${rule}`);
    this.name = 'KeyRingUnreadable';
  }
}

const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;
const RING_LIMIT = 16;

/**
 * Reads a ring: `value` or `id:value`, several divided by commas, the first is current. A value is base64 (either
 * alphabet); white space is passed over. A value without an id is named after its own hash, so that a lone value may later
 * become the retired one of two and is still found.
 * @throws KeyRingUnreadable
 */
export function keyRingFromText(kind: RingKind, text: string): KeyRing {
  const entries = text.replace(/\s/g, '').split(',');
  if (entries.length > RING_LIMIT) throw new KeyRingUnreadable(kind, `more than ${RING_LIMIT} keys`);
  const keys = entries.map((entry, position) => ringKeyFrom(kind, entry, position + 1));
  refuseRepeats(kind, keys);
  const [current, ...retired] = keys;
  if (current === undefined) throw new KeyRingUnreadable(kind, 'is empty');
  return Object.freeze({ current, retired: Object.freeze(retired) });
}

/** @returns every key of the ring, the current one first */
export const keysOf = ({ current, retired }: KeyRing): readonly RingKey[] => [current, ...retired];

/** @returns the ids of the ring's keys, the current one's first */
export const idsOf = (ring: KeyRing): readonly string[] => keysOf(ring).map(({ id }) => id);

/** @returns the id that a key without a name of its own gets: the first 8 hex of a hash of a hash, which tells nothing of it */
export function nameOfKey(bytes: Buffer): string {
  const inner = createHash('sha256').update('latchkey key id\n').update(bytes).digest();
  return `k${createHash('sha256').update(inner).digest('hex').slice(0, 8)}`;
}

function ringKeyFrom(kind: RingKind, entry: string, position: number): RingKey {
  const refuse = (rule: string) => new KeyRingUnreadable(kind, `key ${position} ${rule}`);
  const colon = entry.indexOf(':');
  const value = entry.slice(colon + 1);
  if (!BASE64.test(value)) throw refuse('is not base64');
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length < kind.leastBytes || bytes.length > kind.mostBytes) {
    throw refuse(`has ${bytes.length} bytes; it must have ${lengthRule(kind)}`);
  }
  // An all-equal value is a placeholder that somebody forgot to replace, not a secret.
  if (bytes.every((byte) => byte === bytes[0])) throw refuse('is one byte repeated');
  const id = colon === -1 ? nameOfKey(bytes) : entry.slice(0, colon);
  if (!KEY_ID.test(id)) throw refuse('has an id that is not 1 to 32 characters of A-Z a-z 0-9 _ -');
  // Hidden, so that no log line, error report or snapshot of the configuration prints the secret.
  return Object.freeze(Object.defineProperty({ id } as RingKey, 'bytes', { value: bytes })); // complete after this call
}

const lengthRule = ({ leastBytes, mostBytes }: RingKind): string =>
  leastBytes === mostBytes ? `exactly ${leastBytes}` : `${leastBytes} to ${mostBytes}`;

function refuseRepeats(kind: RingKind, keys: readonly RingKey[]): void {
  if (new Set(keys.map((key) => key.id)).size < keys.length) throw new KeyRingUnreadable(kind, 'an id stands twice');
  if (new Set(keys.map((key) => key.bytes.toString('hex'))).size < keys.length) {
    throw new KeyRingUnreadable(kind, 'a value stands twice');
  }
}
