import { randomBytes } from 'node:crypto';
import { DIGEST_WORDS, type DigestTable, digestTable, mixed, wordAt } from './digest-table.ts';

/** Digests of what is revoked singly, up to a bound. */
export interface DigestSet {
  readonly size: number;
  readonly bytes: number;
  has(words: Uint32Array, at: number): boolean;
  /** Adds the digest, or prolongs it when it is there. @returns false: it is not there, and there is no more room */
  add(words: Uint32Array, at: number, expirySeconds: number): boolean;
  /** How many pieces it has: sweeping, enlarging or copying one takes well under a millisecond. */
  readonly pieces: number;
  /** Forgets what expired before `nowSeconds` in one piece, and gives back the memory. */
  sweep(piece: number, nowSeconds: number): void;
  /** @returns a copy of the entries of one piece, `ENTRY_WORDS` words each */
  entries(piece: number): Uint32Array<ArrayBuffer>;
}

/** So many that none of a million entries' tables is enlarged for longer than a request takes. */
const TABLES = 64;

/** Makes an empty set. @param limit entries at most */
export function digestSet(limit: number): DigestSet {
  const seed = randomBytes(4).readUInt32LE();
  const tables = Array.from({ length: TABLES }, () => digestTable(randomBytes(4).readUInt32LE()));
  let size = 0;

  const tableAt = (piece: number): DigestTable => {
    const table = tables[piece];
    if (table === undefined) throw new RangeError(`there are ${TABLES} pieces, and no ${piece}`);
    return table;
  };
  const tableOf = (words: Uint32Array, at: number): DigestTable =>
    tableAt(mixed(wordAt(words, at + DIGEST_WORDS - 1) ^ seed) % TABLES);

  return {
    pieces: TABLES,
    get size() {
      return size;
    },
    get bytes() {
      return tables.reduce((sum, { bytes }) => sum + bytes, 0);
    },
    has: (words, at) => tableOf(words, at).has(words, at),
    add(words, at, expirySeconds) {
      const table = tableOf(words, at);
      if (table.prolong(words, at, expirySeconds)) return true;
      if (size >= limit) return false;
      table.add(words, at, expirySeconds);
      size += 1;
      return true;
    },
    sweep(piece, nowSeconds) {
      const table = tableAt(piece);
      const before = table.size;
      table.sweep(nowSeconds);
      size += table.size - before;
    },
    entries: (piece) => tableAt(piece).entries(),
  };
}
