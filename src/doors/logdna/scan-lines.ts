import { isUtf8 } from 'node:buffer';
import { afterWhiteSpace, endOfString, endOfValue, type JsonBytes, jsonLoader, NONE } from '../../http/skip-json.ts';
import type { Arrival } from '../../ingestion/arrival.ts';
import { lineWriter } from '../../ingestion/line-writer.ts';
import type { JoinedLines } from '../../spool/spool.ts';
import type { LogSender } from './log-sender.ts';
import { readLine } from './read-line.ts';
import { mayHaveLines } from './read-lines.ts';
import { lineScanner } from './scan-line.ts';

/** What a body with lines comes to, when it was read without making an object of each. */
export interface ScannedLines {
  readonly kept: JoinedLines;
  /** Lines of the body. */
  readonly count: number;
  /** Which of them cannot be taken. */
  readonly faults: readonly number[];
}

/** @returns `undefined` for a body that is no JSON, or unusual: it is to be read in another way */
export type ScanLines = (body: Buffer, sender: LogSender, arrival: Arrival) => ScannedLines | undefined;

/** Each that is to be read as an object costs more so than in a body of which all are. */
const MOST_UNUSUAL_LINES = 32;
/** Larger ones are seldom, and would stay in memory twice. */
const LARGEST_BODY_BYTES = 1024 * 1024;

/** @returns what reads one body after the other */
export function linesScanner(): ScanLines {
  const writer = lineWriter();
  const scanner = lineScanner(writer);
  const load = jsonLoader();

  return (body, sender, arrival) => {
    if (body.length > LARGEST_BODY_BYTES || !isUtf8(body)) return undefined;
    const json = load(body);
    const faults: number[] = [];
    let count = 0;
    let unusual = 0;
    const takeUnusual = (at: number): number => {
      unusual += 1;
      const end = unusual > MOST_UNUSUAL_LINES ? NONE : endOfValue(json, at);
      if (end === NONE) return NONE;
      const entry = readLine(JSON.parse(json.bytes.toString('utf8', at, end)), sender);
      if (entry === undefined) faults.push(count - 1);
      else writer.line(entry);
      return end;
    };
    /** @returns where the line ends that begins at a place */
    const takeLine = (at: number): number => {
      count += 1;
      if (!mayHaveLines(count, sender)) return NONE;
      writer.beginLine();
      const end = scanner.scan(at);
      if (end === NONE) {
        writer.dropLine();
        return takeUnusual(at);
      }
      writer.endLine();
      return end;
    };
    writer.begin(json, arrival, sender);
    scanner.begin(json, sender.labels !== undefined);
    const isRead = takeBody(json, takeLine);
    const kept = writer.end();
    return isRead ? { kept, count, faults } : undefined;
  };
}

type TakeLine = (at: number) => number;

/** What was found in a body. */
interface Found {
  readonly names: Set<string>;
  isLs: boolean;
}

/**
 * `{"lines":[…]}`, or `{"e":"ls","ls":[…]}`; what else is in it is passed over.
 * @returns false: it has neither shape, or both, or something twice
 */
function takeBody(json: JsonBytes, takeLine: TakeLine): boolean {
  const { bytes } = json;
  const found: Found = { names: new Set(), isLs: false };
  let place = afterWhiteSpace(json, 0);
  if (bytes[place] !== 0x7b) return false;
  do {
    place = takeMember(json, afterWhiteSpace(json, place + 1), takeLine, found);
    if (place === NONE) return false;
    place = afterWhiteSpace(json, place);
  } while (bytes[place] === 0x2c);
  const isWhole = bytes[place] === 0x7d && afterWhiteSpace(json, place + 1) === json.length;
  const { names } = found;
  return isWhole && names.has('"ls"') !== names.has('"lines"') && (names.has('"lines"') || found.isLs);
}

/** @returns where the member ends that begins at a place */
function takeMember(json: JsonBytes, at: number, takeLine: TakeLine, found: Found): number {
  const { bytes } = json;
  const nameEnd = endOfString(json, at);
  if (nameEnd === NONE) return NONE;
  const colon = afterWhiteSpace(json, nameEnd);
  const name = bytes.toString('latin1', at, nameEnd);
  // An escaped name may be any.
  if (bytes[colon] !== 0x3a || found.names.has(name) || name.includes('\\')) return NONE;
  found.names.add(name);
  const value = afterWhiteSpace(json, colon + 1);
  if (name === '"ls"' || name === '"lines"') return takeAll(json, value, takeLine);
  const end = endOfValue(json, value);
  if (name === '"e"' && end !== NONE) found.isLs = bytes.toString('latin1', value, end) === '"ls"';
  return end;
}

/** @returns where the array ends that begins at a place */
function takeAll(json: JsonBytes, at: number, takeLine: TakeLine): number {
  const { bytes } = json;
  if (bytes[at] !== 0x5b) return NONE;
  let place = afterWhiteSpace(json, at + 1);
  if (bytes[place] === 0x5d) return place + 1;
  for (;;) {
    place = takeLine(place);
    if (place === NONE) return NONE;
    place = afterWhiteSpace(json, place);
    if (bytes[place] === 0x5d) return place + 1;
    if (bytes[place] !== 0x2c) return NONE;
    place = afterWhiteSpace(json, place + 1);
  }
}
