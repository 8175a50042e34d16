import { afterSpaces, endOfString, endOfValue, type JsonBytes, NONE } from '../../http/skip-json.ts';
import type { LineMember, LineWriter } from '../../ingestion/line-writer.ts';
import { isPlain, isWord, judged, memberNamed, type ReadMember, TEXT_BIT } from './line-members.ts';

/** Writes lines without making anything of them. */
export interface LineScanner {
  /** Begins with another body. @param labelsOfAll whether the sender has said labels of all lines */
  begin(json: JsonBytes, labelsOfAll: boolean): void;
  /**
   * Writes the line that begins at a place.
   * @returns where it ends; `NONE`: it has to be read as an object, and what was written of it is to be dropped
   */
  scan(at: number): number;
}

/**
 * Bytes. In a shorter line nothing reaches a limit of `readLine`: neither a text, nor an object, of which one byte counts as four and a
 * half at most (`[1,1,…]`).
 */
const LONGEST_LINE_BYTES = 7_000;
/** Their names are compared with one another. */
const MOST_MEMBERS = 24;
const SPACE = 0x20;
/** The one name that would become no member of an object. */
const NO_MEMBER = Buffer.from('"__proto__"');
/** What the sender may say of all lines; what a line says of itself wins. */
const LABELS_OF_ALL: readonly Buffer[] = ['"tags"', '"mac"', '"ip"'].map((name) => Buffer.from(name));

/** Members that stand one behind the other and are named as they are kept, but for the first: they are written in one piece. */
interface Run {
  kept: LineMember | undefined;
  from: number;
  to: number;
}

/** @returns what writes with a writer */
export function lineScanner(writer: LineWriter): LineScanner {
  const names = memberNames();
  const run: Run = { kept: undefined, from: 0, to: 0 };
  let json: JsonBytes = { bytes: Buffer.alloc(0), view: new DataView(new ArrayBuffer(0)), length: 0 };
  let labelsOfAll = false;

  const endRun = (): void => {
    if (run.kept !== undefined) writer.member(run.kept, run.from, run.to);
    run.kept = undefined;
  };
  /** @returns the bits of the members of the line with that of this one, or `NONE` */
  const take = (index: number, name: number, value: number, end: number, seen: number): number => {
    const member = names.memberAt(index);
    const judgement = judged(member, json.bytes, value, end);
    if (judgement === 'unusual' || (member !== undefined && (seen & member.bit) !== 0)) return NONE;
    if (judgement === 'kept' && member?.joins === true && run.kept !== undefined) run.to = end;
    else endRun();
    if (judgement === 'kept' && member === undefined) writer.label(name, end);
    if (judgement === 'kept' && member !== undefined && run.kept === undefined) {
      run.kept = member.kept;
      run.from = value;
      run.to = end;
    }
    return member === undefined ? seen : seen | member.bit;
  };

  return {
    begin(body, areLabelsOfAll) {
      json = body;
      labelsOfAll = areLabelsOfAll;
      names.clear();
    },
    scan(at) {
      const { bytes } = json;
      run.kept = undefined;
      let seen = 0;
      let place = at;
      if (bytes[at] !== 0x7b) return NONE;
      names.beginLine();
      for (let index = 0; index === 0 || bytes[place] === 0x2c; index += 1) {
        const value = names.take(json, index, place + 1, labelsOfAll);
        if (value === NONE) return NONE;
        const end = endOfValue(json, value);
        seen = end === NONE ? NONE : take(index, names.nameAt(index), value, end, seen);
        if (seen === NONE) return NONE;
        place = bytes[end] === SPACE ? afterSpaces(json, end) : end;
      }
      endRun();
      return bytes[place] === 0x7d && (seen & TEXT_BIT) !== 0 && place - at < LONGEST_LINE_BYTES ? place + 1 : NONE;
    },
  };
}

/** The names of the members of a line: mostly those of the line before, in their order. */
interface MemberNames {
  /** Forgets those of another body. */
  clear(): void;
  beginLine(): void;
  /**
   * Takes the name that stands at a place, or behind spaces there.
   * @returns where the value begins; `NONE`: there is no name, or it was there before, or is unusual in another way
   */
  take(json: JsonBytes, index: number, at: number, labelsOfAll: boolean): number;
  /** Of what was taken as this of the line: where its name begins, and what it stands for. `undefined`: a label */
  nameAt(index: number): number;
  memberAt(index: number): ReadMember | undefined;
}

function memberNames(): MemberNames {
  /** Those of this line, and behind them those of the line before. */
  const places: NamePlaces[] = [];
  let known = 0;
  let taken = 0;
  /** As long as each name is that of the line before, none is there twice, because none was there. */
  let asBefore = true;

  const isNew = (bytes: Buffer, index: number, { name, nameEnd }: NamePlaces): boolean => {
    for (let other = 0; other < index; other += 1) {
      const before = places[other];
      if (before === undefined || before.nameEnd - before.name !== nameEnd - name) continue;
      if (bytes.compare(bytes, name, nameEnd, before.name, before.nameEnd) === 0) return false;
    }
    return true;
  };
  return {
    clear() {
      known = 0;
      taken = 0;
    },
    beginLine() {
      known = taken;
      taken = 0;
      asBefore = true;
    },
    memberAt: (index) => places[index]?.member,
    nameAt: (index) => places[index]?.name ?? 0,
    take(json, index, at, labelsOfAll) {
      // Counted when it is taken: behind a line without any, the next one would be compared with names of another body.
      taken = index;
      const before = asBefore && index < known ? places[index] : undefined;
      if (before !== undefined && areEqual(json, before.at, before.value, at)) {
        const ahead = at - before.at;
        before.at = at;
        before.name += ahead;
        before.nameEnd += ahead;
        before.value += ahead;
        taken += 1;
        return before.value;
      }
      asBefore = false;
      const found = index === MOST_MEMBERS ? undefined : nameFrom(json, at);
      if (found === undefined || !isNew(json.bytes, index, found)) return NONE;
      if (found.member === undefined && !isPlainLabel(json.bytes, found, labelsOfAll)) return NONE;
      places[index] = found;
      taken += 1;
      return found.value;
    },
  };
}

/** From the spaces before a name to the value behind it. */
interface NamePlaces {
  at: number;
  name: number;
  nameEnd: number;
  value: number;
  readonly member: ReadMember | undefined;
}

function nameFrom(json: JsonBytes, at: number): NamePlaces | undefined {
  const name = afterSpaces(json, at);
  const nameEnd = endOfString(json, name);
  if (nameEnd === NONE) return undefined;
  const colon = afterSpaces(json, nameEnd);
  if (json.bytes[colon] !== 0x3a) return undefined;
  const value = afterSpaces(json, colon + 1);
  return { at, name, nameEnd, value, member: memberNamed(json.bytes, name, nameEnd) };
}

function isPlainLabel(bytes: Buffer, { name, nameEnd }: NamePlaces, labelsOfAll: boolean): boolean {
  if (!isPlain(bytes, name, nameEnd) || isWord(NO_MEMBER, bytes, name, nameEnd)) return false;
  return !labelsOfAll || !LABELS_OF_ALL.some((one) => isWord(one, bytes, name, nameEnd));
}

/** Whether what stands between two places, never nothing, stands at another as well. */
function areEqual({ bytes, view }: JsonBytes, start: number, end: number, other: number): boolean {
  const ahead = other - start;
  let place = start;
  for (; place + 4 <= end; place += 4) if (view.getInt32(place) !== view.getInt32(place + ahead)) return false;
  for (; place < end; place += 1) if (bytes[place] !== bytes[place + ahead]) return false;
  return true;
}
