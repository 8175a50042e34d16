/** Bytes behind which there is room for three more: they are copied four at a time. */
export interface PaddedBytes {
  readonly bytes: Buffer;
  /** Of the same bytes. */
  readonly view: DataView;
  readonly length: number;
}

/** @returns the UTF-8 of a text */
export function paddedBytes(text: string): PaddedBytes {
  const length = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(length + FOUR);
  bytes.write(text);
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), length };
}

/** Bytes to which is added. */
export interface GrowingBytes {
  /** Forgets what was not taken. */
  clear(): void;
  /** Makes room: nothing else does, and what has none is lost. */
  require(bytes: number): void;
  put(from: PaddedBytes, start: number, end: number): void;
  putByte(byte: number): void;
  /** Makes its own room. */
  putText(text: string): void;
  setByte(at: number, byte: number): void;
  length(): number;
  /** Takes back what is behind the first so many. */
  cut(length: number): void;
  /** @returns what is there; it stays as it is, and others are added to behind it */
  taken(): Buffer;
}

/** Pieces are cut off one buffer until it is used up: to ask for one each time costs as much as to fill it. */
const CHUNK_BYTES = 512 * 1024;
const FOUR = 4;
/** Shorter pieces are copied here, which takes less than a call. */
const SHORT_BYTES = 80;
/** Of UTF-8, for each unit of UTF-16. */
const MOST_BYTES_OF_UNIT = 3;

/** @returns none yet */
export function growingBytes(): GrowingBytes {
  let out = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  let view = new DataView(out.buffer);
  /** Before it is what was taken. */
  let start = 0;
  let place = 0;

  const require = (bytes: number): void => {
    if (place + bytes + FOUR <= out.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, 2 * (place - start + bytes) + FOUR));
    place = out.copy(grown, 0, start, place);
    start = 0;
    out = grown;
    view = new DataView(grown.buffer);
  };
  return {
    require,
    clear() {
      place = start;
    },
    put({ bytes, view: from }, begin, end) {
      if (end - begin > SHORT_BYTES) bytes.copy(out, place, begin, end);
      else for (let at = begin; at < end; at += FOUR) view.setInt32(place + at - begin, from.getInt32(at));
      place += end - begin;
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
      out[start + at] = byte;
    },
    length: () => place - start,
    cut(length) {
      place = start + length;
    },
    taken() {
      const piece = out.subarray(start, place);
      start = place;
      return piece;
    },
  };
}
