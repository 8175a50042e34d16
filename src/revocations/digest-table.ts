/** A hash table of 128-bit digests with an expiry each, in one typed array: 20 bytes a slot, no object an entry. */
export interface DigestTable {
  readonly size: number;
  readonly bytes: number;
  /** @returns whether the digest that stands in `words` from `at` is there */
  has(words: Uint32Array, at: number): boolean;
  /** Lets a digest that is there live until `expirySeconds`, if that is later. @returns whether it is there */
  prolong(words: Uint32Array, at: number, expirySeconds: number): boolean;
  /** Adds a digest that is not there. @param expirySeconds at least 1 */
  add(words: Uint32Array, at: number, expirySeconds: number): void;
  /** Forgets what expired before `nowSeconds`, and gives back the memory. */
  sweep(nowSeconds: number): void;
  /** @returns a copy of the entries, `ENTRY_WORDS` words each: digest, then expiry */
  entries(): Uint32Array<ArrayBuffer>;
}

/** Words of a digest. */
export const DIGEST_WORDS = 4;

/** Words of an entry: its digest and the second at which it expires. */
export const ENTRY_WORDS = DIGEST_WORDS + 1;

const ENTRY_BYTES = ENTRY_WORDS * 4;
const LEAST_SLOTS = 16;
/** Doubled, a table would be up to five eighths empty; so it is at most two fifths. */
const GROWTH = 1.25;

/**
 * Makes an empty table: open addressing, linear probing, at most three quarters full.
 * @param seed  random and of this process alone: nobody can choose tokens that stand in one another's way
 */
export function digestTable(seed: number): DigestTable {
  let table = new Uint32Array(LEAST_SLOTS * ENTRY_WORDS);
  let slots = LEAST_SLOTS;
  let size = 0;

  const homeOf = (words: Uint32Array, at: number): number =>
    Math.floor((mixed(mixed(wordAt(words, at) ^ seed) ^ wordAt(words, at + 1)) * slots) / 2 ** 32);
  const after = (slot: number): number => (slot + 1 === slots ? 0 : slot + 1);
  /** @returns how many slots `to` stands behind `from`, around the end */
  const distance = (from: number, to: number): number => (to < from ? to + slots - from : to - from);
  const expiryAt = (slot: number): number => wordAt(table, slot * ENTRY_WORDS + DIGEST_WORDS);
  /** @returns the slot of the digest, else the empty one where it would stand */
  const slotFor = (words: Uint32Array, at: number): number => {
    let slot = homeOf(words, at);
    while (expiryAt(slot) !== 0 && !isSame(table, slot * ENTRY_WORDS, words, at)) slot = after(slot);
    return slot;
  };
  const write = (words: Uint32Array, at: number, expirySeconds: number): void => {
    const start = slotFor(words, at) * ENTRY_WORDS;
    for (let word = 0; word < DIGEST_WORDS; word += 1) table[start + word] = wordAt(words, at + word);
    table[start + DIGEST_WORDS] = expirySeconds;
  };

  const resize = (wanted: number): void => {
    const old = table;
    table = new Uint32Array(wanted * ENTRY_WORDS);
    slots = wanted;
    for (let start = 0; start < old.length; start += ENTRY_WORDS) {
      const expirySeconds = wordAt(old, start + DIGEST_WORDS);
      if (expirySeconds !== 0) write(old, start, expirySeconds);
    }
    // Given back now: garbage outside of the heap may lie for minutes before anybody collects it.
    old.buffer.transfer(0);
  };

  /** Closes the gap by moving back what stands behind it, so that no search ends too early. */
  const removeAt = (slot: number): void => {
    let gap = slot;
    for (let next = after(slot); expiryAt(next) !== 0; next = after(next)) {
      const home = homeOf(table, next * ENTRY_WORDS);
      if (distance(home, next) < distance(gap, next)) continue;
      table.copyWithin(gap * ENTRY_WORDS, next * ENTRY_WORDS, (next + 1) * ENTRY_WORDS);
      gap = next;
    }
    table.fill(0, gap * ENTRY_WORDS, (gap + 1) * ENTRY_WORDS);
    size -= 1;
  };

  return {
    get size() {
      return size;
    },
    get bytes() {
      return slots * ENTRY_BYTES;
    },
    has: (words, at) => expiryAt(slotFor(words, at)) !== 0,
    prolong(words, at, expirySeconds) {
      const slot = slotFor(words, at);
      const known = expiryAt(slot);
      if (known === 0) return false;
      if (known < expirySeconds) table[slot * ENTRY_WORDS + DIGEST_WORDS] = expirySeconds;
      return true;
    },
    add(words, at, expirySeconds) {
      if ((size + 1) * 4 > slots * 3) resize(Math.ceil(slots * GROWTH));
      write(words, at, expirySeconds);
      size += 1;
    },
    sweep(nowSeconds) {
      for (let slot = 0; slot < slots; ) {
        const expirySeconds = expiryAt(slot);
        // What was moved into the gap has not been looked at yet.
        if (expirySeconds !== 0 && expirySeconds < nowSeconds) removeAt(slot);
        else slot += 1;
      }
      const wanted = Math.max(LEAST_SLOTS, size * 2);
      if (wanted * 2 <= slots) resize(wanted);
    },
    entries() {
      const copy = new Uint32Array(size * ENTRY_WORDS);
      let length = 0;
      for (let start = 0; start < table.length; start += ENTRY_WORDS) {
        if (wordAt(table, start + DIGEST_WORDS) === 0) continue;
        for (let word = 0; word < ENTRY_WORDS; word += 1) copy[length + word] = wordAt(table, start + word);
        length += ENTRY_WORDS;
      }
      return copy;
    },
  };
}

/** Spreads every bit over the whole word (the finaliser of MurmurHash3). */
export function mixed(word: number): number {
  let mix = word;
  mix = Math.imul(mix ^ (mix >>> 16), 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35);
  return (mix ^ (mix >>> 16)) >>> 0;
}

/** @returns the word; every index that is used lies inside, so the 0 is for the compiler only */
export function wordAt(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}

function isSame(one: Uint32Array, start: number, other: Uint32Array, at: number): boolean {
  for (let word = 0; word < DIGEST_WORDS; word += 1) {
    if (one[start + word] !== other[at + word]) return false;
  }
  return true;
}
