/** A body through which is skipped, in a buffer that is used again. */
export interface JsonBytes {
  /** UTF-8; behind its end there are zeros, which stand in no JSON: so nobody has to look for the end. */
  readonly bytes: Buffer;
  /** Of the same bytes. */
  readonly view: DataView;
  readonly length: number;
}

/** There is no such thing at this place, or it is not read here. */
export const NONE = -1;

/** Nothing that is nested deeper is read here: depth must not exhaust the stack (stack exhaustion). */
const DEEPEST = 16;
const FIRST_BYTES = 64 * 1024;
/** Behind the end: more than is looked at beyond what was looked at before. */
const ZEROS = 16;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const SPACE = 0x20;

/** @returns what copies one body after the other into its buffer; the one before is gone then */
export function jsonLoader(): (body: Buffer) => JsonBytes {
  let bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let view = new DataView(bytes.buffer);
  return (body) => {
    const { length } = body;
    if (length + ZEROS > bytes.length) {
      bytes = Buffer.allocUnsafeSlow(2 * length + ZEROS);
      view = new DataView(bytes.buffer);
    }
    body.copy(bytes);
    bytes.fill(0, length, length + ZEROS);
    return { bytes, view, length };
  };
}

/** @returns the first place from `at` on that is no space; a line end or a tab is none here */
export function afterSpaces({ bytes }: JsonBytes, at: number): number {
  let place = at;
  while (bytes[place] === SPACE) place += 1;
  return place;
}

/** @returns the first place from `at` on that is no white space (RFC 8259, section 2) */
export function afterWhiteSpace({ bytes }: JsonBytes, at: number): number {
  let place = at;
  for (
    let byte = bytes[place];
    byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09;
    byte = bytes[place]
  ) {
    place += 1;
  }
  return place;
}

/**
 * Finds where a value ends without making anything of it: for bodies of which parts are kept as they were sent.
 * @returns the place behind it; `NONE` for what is no JSON, and for what is unusual: nested deeper than 16 levels, or with line ends
 * or tabs between two tokens. Whoever gets it has `JSON.parse` decide.
 */
export function endOfValue(json: JsonBytes, at: number, depth = 0): number {
  switch (json.bytes[at]) {
    case QUOTE:
      return endOfString(json, at);
    case 0x7b:
      return depth < DEEPEST ? endOfObject(json, at, depth) : NONE;
    case 0x5b:
      return depth < DEEPEST ? endOfArray(json, at, depth) : NONE;
    case 0x74:
      return endOfWord(json, at, 'true');
    case 0x66:
      return endOfWord(json, at, 'false');
    case 0x6e:
      return endOfWord(json, at, 'null');
    default:
      return endOfNumber(json, at);
  }
}

const HIGH_BITS = 0x80808080 | 0;

/**
 * Four bytes at a time. For each byte `x`, `(x - n) & ~x & 0x80` is set when `x < n`, and may be in a byte above one that is: so none is
 * passed over (Warren, "Hacker's Delight", section 6-1).
 * @returns the place behind the string that begins at `at`, or `NONE`
 */
export function endOfString({ bytes, view }: JsonBytes, at: number): number {
  if (bytes[at] !== QUOTE) return NONE;
  let place = at + 1;
  for (;;) {
    for (;;) {
      const four = view.getInt32(place, true);
      const quotes = four ^ 0x22222222;
      const backslashes = four ^ 0x5c5c5c5c;
      const found =
        ((four - 0x20202020) & ~four) | ((quotes - 0x01010101) & ~quotes) | ((backslashes - 0x01010101) & ~backslashes);
      if ((found & HIGH_BITS) !== 0) break;
      place += 4;
    }
    let byte = bytes[place] ?? 0;
    while (byte >= SPACE && byte !== QUOTE && byte !== BACKSLASH) {
      place += 1;
      byte = bytes[place] ?? 0;
    }
    if (byte === QUOTE) return place + 1;
    // A control character, or the zeros.
    if (byte !== BACKSLASH) return NONE;
    place = endOfEscape(bytes, place);
    if (place === NONE) return NONE;
  }
}

const HEX_DIGITS = 4;
/** What may stand behind a backslash, apart from `u` and four digits (RFC 8259, section 7). */
const ESCAPED: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'));

function endOfEscape(bytes: Buffer, at: number): number {
  const escaped = bytes[at + 1] ?? 0;
  if (escaped !== 0x75) return ESCAPED.has(escaped) ? at + 2 : NONE;
  const end = at + 2 + HEX_DIGITS;
  for (let place = at + 2; place < end; place += 1) if (!isHexDigit(bytes[place] ?? 0)) return NONE;
  return end;
}

const isHexDigit = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);

/** RFC 8259, section 6: no zero in front, and digits on both sides of a point. */
function endOfNumber({ bytes }: JsonBytes, at: number): number {
  const first = bytes[at] === MINUS ? at + 1 : at;
  let place = endOfDigits(bytes, first);
  if (place === NONE || (bytes[first] === 0x30 && place > first + 1)) return NONE;
  if (bytes[place] === 0x2e) place = endOfDigits(bytes, place + 1);
  if (place === NONE || (bytes[place] !== 0x65 && bytes[place] !== 0x45)) return place;
  const sign = bytes[place + 1];
  return endOfDigits(bytes, sign === MINUS || sign === 0x2b ? place + 2 : place + 1);
}

/** @returns `NONE` when there is no digit */
function endOfDigits(bytes: Buffer, at: number): number {
  let place = at;
  for (let byte = bytes[place] ?? 0; byte >= 0x30 && byte <= 0x39; byte = bytes[place] ?? 0) place += 1;
  return place === at ? NONE : place;
}

function endOfWord({ bytes }: JsonBytes, at: number, word: string): number {
  for (let index = 1; index < word.length; index += 1) if (bytes[at + index] !== word.charCodeAt(index)) return NONE;
  return at + word.length;
}

function endOfArray(json: JsonBytes, at: number, depth: number): number {
  const { bytes } = json;
  let place = afterSpaces(json, at + 1);
  if (bytes[place] === 0x5d) return place + 1;
  for (;;) {
    place = endOfValue(json, place, depth + 1);
    if (place === NONE) return NONE;
    place = afterSpaces(json, place);
    if (bytes[place] === 0x5d) return place + 1;
    if (bytes[place] !== 0x2c) return NONE;
    place = afterSpaces(json, place + 1);
  }
}

function endOfObject(json: JsonBytes, at: number, depth: number): number {
  const { bytes } = json;
  let place = afterSpaces(json, at + 1);
  if (bytes[place] === 0x7d) return place + 1;
  for (;;) {
    place = endOfString(json, place);
    if (place === NONE) return NONE;
    place = afterSpaces(json, place);
    if (bytes[place] !== 0x3a) return NONE;
    place = endOfValue(json, afterSpaces(json, place + 1), depth + 1);
    if (place === NONE) return NONE;
    place = afterSpaces(json, place);
    if (bytes[place] === 0x7d) return place + 1;
    if (bytes[place] !== 0x2c) return NONE;
    place = afterSpaces(json, place + 1);
  }
}
