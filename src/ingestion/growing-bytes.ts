/** Bytes to which is added, in a buffer that is used again. */
export interface GrowingBytes {
  /** Forgets them. */
  clear(): void;
  /** Makes room: nothing else does, and what has none is lost. */
  require(bytes: number): void;
  put(from: Buffer, start: number, end: number): void;
  putByte(byte: number): void;
  /** Makes its own room. */
  putText(text: string): void;
  setByte(at: number, byte: number): void;
  length(): number;
  /** Takes back what is behind the first so many. */
  cut(length: number): void;
  /** @returns a copy that stays */
  taken(): Buffer;
}

const FIRST_BYTES = 64 * 1024;
/** A larger buffer is let go when it is cleared. */
const LARGEST_BYTES = 1024 * 1024;
/** Shorter pieces are copied byte by byte, which takes less than a call. */
const SHORT_BYTES = 24;
/** Of UTF-8, for each unit of UTF-16. */
const MOST_BYTES_OF_UNIT = 3;

/** @returns none yet */
export function growingBytes(): GrowingBytes {
  let out = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let place = 0;

  const require = (bytes: number): void => {
    if (place + bytes <= out.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(out.length * 2, place + bytes));
    out.copy(grown, 0, 0, place);
    out = grown;
  };
  return {
    require,
    clear() {
      place = 0;
      if (out.length > LARGEST_BYTES) out = Buffer.allocUnsafeSlow(FIRST_BYTES);
    },
    put(from, start, end) {
      if (end - start > SHORT_BYTES) {
        place += from.copy(out, place, start, end);
        return;
      }
      const [to, ahead] = [out, place - start];
      for (let at = start; at < end; at += 1) to[at + ahead] = from[at] ?? 0;
      place += end - start;
    },
    putByte(byte) {
      out[place] = byte;
      place += 1;
    },
    putText(text) {
      require(text.length * MOST_BYTES_OF_UNIT);
      place += out.write(text, place);
    },
    setByte(at, byte) {
      out[at] = byte;
    },
    length: () => place,
    cut(length) {
      place = length;
    },
    taken() {
      const copy = Buffer.allocUnsafeSlow(place);
      out.copy(copy, 0, 0, place);
      return copy;
    },
  };
}
