import type { LogEntry } from '../../ingestion/log-entry.ts';
import { BodyTooLarge, ParameterMissing, RequestMalformed } from '../../problems/request-problems.ts';
import { isMembers, readEntry } from './read-entry.ts';

/** An entry that is not taken in. */
export interface DroppedEntry {
  /** Its place in what was sent, from 0. */
  readonly index: number;
  readonly reason: string;
}

/** What was sent together comes to. */
export interface ReadEntries {
  readonly entries: readonly LogEntry[];
  readonly dropped: readonly DroppedEntry[];
}

/** A frame of a stream: entries, and by what they are to be acknowledged. */
export interface Frame {
  /** Absent: by the frame's number. */
  readonly id: number | undefined;
  readonly entries: readonly unknown[];
}

/** Of a body or a frame (IBM Cloud Logs, "Sending logs by using the ingestion REST API"), also once it is inflated. */
export const LIMIT_BYTES = 2 * 1024 * 1024;
/** Each that is dropped costs more in the answer than its shortest form does here (amplification). */
const MAXIMUM_ENTRIES = 50_000;

/**
 * Reads the body of `singles`: an array, in which each entry names its application.
 * @throws RequestMalformed @throws BodyTooLarge
 */
export function readSingles(body: Buffer): ReadEntries {
  return readAll(arrayOf(parsed(body)));
}

/**
 * Reads the body of `bulk`: one object, which names the application for all its `logEntries`.
 * @throws RequestMalformed @throws BodyTooLarge @throws ParameterMissing
 */
export function readBulk(body: Buffer): ReadEntries {
  const bulk = parsed(body);
  if (!isMembers(bulk)) throw new RequestMalformed('The body is not an object.');
  const { applicationName, subsystemName, computerName, logEntries } = bulk;
  const names = { applicationName, subsystemName };
  for (const [name, value] of Object.entries(names)) {
    if (typeof value !== 'string' || value === '') throw new ParameterMissing(name);
  }
  if (!Array.isArray(logEntries)) throw new ParameterMissing('logEntries');
  return readAll(logEntries, computerName === undefined ? names : { ...names, computerName });
}

/**
 * Reads a frame: the array of `singles`, or `{"id":n,"entries":[…]}`.
 * @throws RequestMalformed
 */
export function readFrame(text: Buffer): Frame {
  const frame = parsed(text);
  if (!isMembers(frame)) return { id: undefined, entries: arrayOf(frame) };
  const { id, entries } = frame;
  if (id !== undefined && (typeof id !== 'number' || !Number.isSafeInteger(id))) {
    throw new RequestMalformed("The frame's id is not a whole number.");
  }
  return { id, entries: arrayOf(entries) };
}

/** @throws BodyTooLarge there are too many */
export function readAll(values: readonly unknown[], shared?: Readonly<Record<string, unknown>>): ReadEntries {
  if (values.length > MAXIMUM_ENTRIES) throw new BodyTooLarge(`There are more than ${MAXIMUM_ENTRIES} entries.`);
  const entries: LogEntry[] = [];
  const dropped: DroppedEntry[] = [];
  for (const [index, value] of values.entries()) {
    const read = readEntry(value, shared);
    if ('entry' in read) entries.push(read.entry);
    else dropped.push({ index, reason: read.reason });
  }
  return { entries, dropped };
}

function parsed(body: Buffer): unknown {
  try {
    // Bytes that are not UTF-8 become U+FFFD: a broken byte in one line must not cost the others.
    return JSON.parse(body.toString());
  } catch {
    // V8's message quotes the text around the fault: it goes nowhere, not even into `cause`.
    throw new RequestMalformed('It is not valid JSON.');
  }
}

function arrayOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new RequestMalformed('The entries are not an array.', {
    details: 'Send [{"applicationName":"…","subsystemName":"…","text":"…"}].',
  });
}
