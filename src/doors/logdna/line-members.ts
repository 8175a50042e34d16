import type { LineMember } from '../../ingestion/line-writer.ts';
import { LINE_LIMITS } from './read-line.ts';

/** A member of a line that is not kept as a label. */
export interface ReadMember {
  /** With its quotes. */
  readonly sent: Buffer;
  readonly kept: LineMember;
  /** Whether it may be written in one piece with what stands before it. */
  readonly joins: boolean;
  /** No two members of one bit may be in a line. */
  readonly bit: number;
  /** Characters of a name that is kept with lines. */
  readonly most: number;
}

/** `unusual`: not written as it would be kept, or not to be taken at all. */
export type Judgement = 'kept' | 'nothing' | 'unusual';

export const TEXT_BIT = 1;
const member = (sent: string, kept: LineMember, bit: number, most = 0): ReadMember => ({
  ...{ sent: Buffer.from(`"${sent}"`), kept, joins: sent === kept && kept !== 'timestamp', bit, most },
});
const MEMBERS: readonly ReadMember[] = [
  member('line', 'text', TEXT_BIT),
  member('timestamp', 'timestamp', 2),
  member('t', 'timestamp', 2),
  member('level', 'level', 4, LINE_LIMITS.level),
  member('app', 'app', 8, LINE_LIMITS.app),
  member('meta', 'meta', 16),
  member('hostname', 'host', 32, LINE_LIMITS.host),
];

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const QUOTES_BYTES = 2;
const MILLISECONDS_DIGITS = 13;
const EMPTY_OBJECT = Buffer.from('"{}"');
const NULL = Buffer.from('null');

/** @returns the member of this name; `undefined`: it is a label */
export const memberNamed = (bytes: Buffer, at: number, end: number): ReadMember | undefined =>
  MEMBERS.find(({ sent }) => isWord(sent, bytes, at, end));

/** Judges the JSON value of a member, or of a label, as `readLine` would judge what it stands for. */
export function judged(named: ReadMember | undefined, bytes: Buffer, at: number, end: number): Judgement {
  switch (named?.kept) {
    case 'text':
      return bytes[at] === QUOTE ? 'kept' : 'unusual';
    case 'timestamp':
      return judgedTime(bytes, at, end);
    case 'meta':
      return judgedMeta(bytes, at, end);
    case undefined:
      return saysNothing(bytes, at, end) ? 'nothing' : 'kept';
    default:
      return judgedName(bytes, at, end, named?.most ?? 0);
  }
}

/** Milliseconds, as most clients send them, of a time from 2001 to 2286. */
function judgedTime(bytes: Buffer, at: number, end: number): Judgement {
  if (end - at !== MILLISECONDS_DIGITS) return saysNothing(bytes, at, end) ? 'nothing' : 'unusual';
  for (let place = at; place < end; place += 1) {
    const byte = bytes[place] ?? 0;
    if (byte < 0x30 || byte > 0x39) return 'unusual';
  }
  return 'kept';
}

function judgedName(bytes: Buffer, at: number, end: number, most: number): Judgement {
  if (saysNothing(bytes, at, end)) return 'nothing';
  // Bytes are never less than characters.
  const isShort = end - at - QUOTES_BYTES <= most;
  return isShort && bytes[at] === QUOTE && isPlain(bytes, at, end) ? 'kept' : 'unusual';
}

function judgedMeta(bytes: Buffer, at: number, end: number): Judgement {
  const first = bytes[at];
  if (first === 0x7b) return 'kept';
  if (saysNothing(bytes, at, end) || isWord(EMPTY_OBJECT, bytes, at, end)) return 'nothing';
  return first === QUOTE ? 'kept' : 'unusual';
}

/** `null`, or an empty text. */
function saysNothing(bytes: Buffer, at: number, end: number): boolean {
  if (end - at === QUOTES_BYTES) return bytes[at] === QUOTE;
  return bytes[at] === 0x6e && isWord(NULL, bytes, at, end);
}

/** Whether nothing is escaped in a string, nor is there any control character: C0 is none of JSON's, DEL and C1 are looked for. */
export function isPlain(bytes: Buffer, at: number, end: number): boolean {
  for (let place = at; place < end; place += 1) {
    const byte = bytes[place] ?? 0;
    // Behind 0xc2: U+0080 to U+009F.
    if (byte === BACKSLASH || byte === 0x7f || (byte === 0xc2 && (bytes[place + 1] ?? 0) <= 0x9f)) return false;
  }
  return true;
}

/** Whether these bytes stand there, and no others. */
export function isWord(word: Buffer, bytes: Buffer, at: number, end: number): boolean {
  if (word.length !== end - at) return false;
  for (let index = 0; index < word.length; index += 1) if (bytes[at + index] !== word[index]) return false;
  return true;
}
