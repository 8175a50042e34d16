import type { LogEntry } from '../../ingestion/log-entry.ts';
import { BodyTooLarge, RequestMalformed } from '../../problems/request-problems.ts';
import type { LogSender } from './log-sender.ts';
import { readLine } from './read-line.ts';

/** What a body with lines comes to. */
export interface ReadLines {
  readonly entries: readonly LogEntry[];
  /** For each line of the body, in order: 200, or 400 for one that cannot be read. `undefined`: all can. */
  readonly statuses: readonly number[] | undefined;
}

/** In one body; each costs more when it is kept than its shortest form does here. */
const MAXIMUM_LINES = 100_000;
/** What a sender says of itself stands in each of its lines: so many bytes at most, for all lines of a body. */
const MAXIMUM_REPEATED_CHARACTERS = 32 * 1024 * 1024;

/** Whether a body of a sender may have so many lines. */
export const mayHaveLines = (lines: number, { characters }: LogSender): boolean =>
  lines <= MAXIMUM_LINES && lines * characters <= MAXIMUM_REPEATED_CHARACTERS;

/**
 * Reads a body of either shape: `{"lines":[…]}`, as agents and the documentation have it, or `{"e":"ls","ls":[…]}`, as loggers do.
 * Validated by hand and not by a schema: this is what is sent most, and a schema would cost more than the rest together.
 * @throws RequestMalformed  it has neither shape
 * @throws BodyTooLarge      it has too many lines
 */
export function readLines(body: Buffer, sender: LogSender): ReadLines {
  const lines = linesOf(parsed(body));
  if (!mayHaveLines(lines.length, sender)) {
    throw new BodyTooLarge(
      `The body has more than ${MAXIMUM_LINES} lines, or too many for what the query says of them.`,
    );
  }
  const entries: LogEntry[] = [];
  const faults: number[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const entry = readLine(lines[index], sender);
    if (entry === undefined) faults.push(index);
    else entries.push(entry);
  }
  return { entries, statuses: statusesOf(lines.length, faults) };
}

/** @returns 200 for each line, or 400 where it has faults; `undefined` when none has */
export function statusesOf(lines: number, faults: readonly number[]): readonly number[] | undefined {
  if (faults.length === 0) return undefined;
  const statuses = Array<number>(lines).fill(200);
  for (const index of faults) statuses[index] = 400;
  return statuses;
}

function parsed(body: Buffer): unknown {
  try {
    // Bytes that are not UTF-8 become U+FFFD: a broken byte in one line must not cost the others.
    return JSON.parse(body.toString());
  } catch {
    // V8's message quotes the text around the fault: it goes nowhere, not even into `cause`.
    throw new RequestMalformed('The body is not valid JSON.');
  }
}

function linesOf(body: unknown): readonly unknown[] {
  if (typeof body === 'object' && body !== null) {
    if ('lines' in body && Array.isArray(body.lines)) return body.lines;
    if ('ls' in body && Array.isArray(body.ls) && 'e' in body && body.e === 'ls') return body.ls;
  }
  throw new RequestMalformed('The body has no lines.', {
    details: 'Send {"lines":[…]}, or {"e":"ls","ls":[…]} as the loggers do.',
  });
}
