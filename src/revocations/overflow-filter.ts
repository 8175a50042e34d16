import { randomBytes } from 'node:crypto';
import { mixed, wordAt } from './digest-table.ts';

/**
 * What no longer fits into the set, about two bytes each: it may take a good token for a revoked one, which the durable
 * store then tells, and never a revoked one for a good one.
 */
export interface OverflowFilter {
  /** How many were added and are not yet forgotten. */
  readonly size: number;
  readonly bytes: number;
  /** @returns false: it was certainly never added, or has expired */
  mayHave(words: Uint32Array, at: number): boolean;
  add(words: Uint32Array, at: number, expirySeconds: number, nowSeconds: number): void;
  /** Forgets the slices of which everything expired before `nowSeconds`. */
  sweep(nowSeconds: number): void;
  slices(): readonly FilterSlice[];
  /** Takes in a slice that another process filled. */
  adopt(slice: FilterSlice): void;
}

/** A Bloom filter of things that expire at about the same time, so that it can be forgotten as a whole. */
export interface FilterSlice {
  /** Random: which bits a token has differs from slice to slice, and nobody can foresee it. */
  readonly seed: number;
  /** A power of two of bits. */
  readonly bits: Uint32Array;
  readonly size: number;
  /** When the last of it expires, in seconds. */
  readonly untilSeconds: number;
}

interface OpenSlice extends FilterSlice {
  size: number;
  untilSeconds: number;
  /** From then on, what expires later goes to the next slice. */
  readonly opensUntilSeconds: number;
}

const BITS_PER_ENTRY = 16;
/** With 16 bits an entry, one of 1,700 others is taken for one of a full slice. */
const PROBES = 8;
const LEAST_ENTRIES = 4_096;
const MOST_ENTRIES = 1_048_576;
const LEAST_SPAN_SECONDS = 64;
/** Room for 33 million. Beyond it the slices are over-filled: more look-ups, still none of them wrong. */
const MOST_BYTES = 67_108_864;

/** Makes an empty filter. */
export function overflowFilter(): OverflowFilter {
  let slices: OpenSlice[] = [];
  /** The slice that is being filled, by how long its entries still live: the power of two of seconds above. */
  const open = new Map<number, OpenSlice>();
  const bytes = (): number => slices.reduce((sum, { bits }) => sum + bits.byteLength, 0);

  const openSlice = (span: number, last: OpenSlice | undefined, nowSeconds: number): OpenSlice => {
    const entries = entriesAfter(last);
    const newest = slices.at(-1);
    if (newest !== undefined && bytes() + (entries * BITS_PER_ENTRY) / 8 > MOST_BYTES) return newest;
    const bits = new Uint32Array((entries * BITS_PER_ENTRY) / 32);
    const seed = randomBytes(4).readUInt32LE();
    const slice = { seed, bits, size: 0, untilSeconds: 0, opensUntilSeconds: nowSeconds + span / 4 };
    slices.push(slice);
    open.set(span, slice);
    return slice;
  };
  const sliceFor = (expirySeconds: number, nowSeconds: number): OpenSlice => {
    const span = spanOf(expirySeconds - nowSeconds);
    const last = open.get(span);
    const isOpen = last !== undefined && last.size < capacityOf(last) && nowSeconds <= last.opensUntilSeconds;
    return isOpen ? last : openSlice(span, last, nowSeconds);
  };

  return {
    get size() {
      return slices.reduce((sum, { size }) => sum + size, 0);
    },
    get bytes() {
      return bytes();
    },
    mayHave: (words, at) => slices.some((slice) => isIn(slice, words, at)),
    add(words, at, expirySeconds, nowSeconds) {
      // Changes come twice and more often; what is known for long enough must not fill it.
      const isKnown = slices.some((slice) => slice.untilSeconds >= expirySeconds && isIn(slice, words, at));
      if (isKnown) return;
      const slice = sliceFor(expirySeconds, nowSeconds);
      eachBit(slice, words, at, (word, bit) => {
        slice.bits[word] = wordAt(slice.bits, word) | bit;
        return true;
      });
      slice.size += 1;
      slice.untilSeconds = Math.max(slice.untilSeconds, expirySeconds);
    },
    sweep(nowSeconds) {
      const isLive = ({ untilSeconds }: OpenSlice): boolean => untilSeconds >= nowSeconds;
      for (const [span, slice] of open) if (!isLive(slice)) open.delete(span);
      for (const { bits } of slices.filter((slice) => !isLive(slice))) releaseMemory(bits);
      slices = slices.filter(isLive);
    },
    slices: () => slices,
    adopt: (slice) => void slices.unshift({ ...slice, opensUntilSeconds: 0 }),
  };
}

function spanOf(remainingSeconds: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(remainingSeconds, LEAST_SPAN_SECONDS)));
}

const capacityOf = ({ bits }: FilterSlice): number => (bits.length * 32) / BITS_PER_ENTRY;

/** Few slices are quickly asked, and small ones waste little: each is as large as the last needed, or twice as large. */
function entriesAfter(last: OpenSlice | undefined): number {
  if (last === undefined) return LEAST_ENTRIES;
  const wanted = last.size >= capacityOf(last) ? last.size * 2 : last.size;
  return Math.min(MOST_ENTRIES, 2 ** Math.ceil(Math.log2(Math.max(wanted, LEAST_ENTRIES))));
}

function isIn(slice: FilterSlice, words: Uint32Array, at: number): boolean {
  return eachBit(slice, words, at, (word, bit) => (wordAt(slice.bits, word) & bit) !== 0);
}

/** Two words of the digest choose all the bits (Kirsch and Mitzenmacher). @returns false as soon as `visit` does */
function eachBit(
  { seed, bits }: FilterSlice,
  words: Uint32Array,
  at: number,
  visit: (word: number, bit: number) => boolean,
): boolean {
  const mask = bits.length * 32 - 1;
  const step = mixed(wordAt(words, at + 1) ^ seed) | 1;
  let place = mixed(wordAt(words, at) ^ seed);
  for (let probe = 0; probe < PROBES; probe += 1) {
    const bit = place & mask;
    if (!visit(bit >>> 5, 1 << (bit & 31))) return false;
    place = (place + step) >>> 0;
  }
  return true;
}

function releaseMemory({ buffer }: Uint32Array): void {
  // Every slice is made here or by the reader of a snapshot, each with a buffer of its own that is not shared.
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
