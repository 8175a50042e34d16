import { hasControlCharacter } from '../../http/text.ts';
import type { LogEntry } from '../../ingestion/log-entry.ts';

/** An entry of a body, or why it is dropped. */
export type ReadEntry = { readonly entry: LogEntry } | { readonly reason: string };

type Members = Readonly<Record<string, unknown>>;

/** Severities by their number (IBM Cloud Logs, "Sending logs by using the ingestion REST API"). */
const SEVERITIES: readonly (string | undefined)[] = [
  undefined,
  'Debug',
  'Verbose',
  'Info',
  'Warn',
  'Error',
  'Critical',
];
const DEFAULT_SEVERITY = 1;
/** Characters of a name. */
const LONGEST_NAME = 1024;
/** Of a `text` that is an object: what is written again must not exhaust the stack. */
const DEEPEST_TEXT = 32;
/** The last instant that a date can be, milliseconds. */
const LAST_INSTANT = 8.64e15;
const NANOSECONDS = /^[0-9]{7,20}$/;

/** What an entry may say besides, by the name under which it is kept. */
const LABELS = [
  ['category', 'category'],
  ['className', 'class_name'],
  ['methodName', 'method_name'],
  ['threadId', 'thread_id'],
  ['hiResTimestamp', 'hi_res_timestamp'],
] as const;

/** @returns whether it is a JSON object */
export const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads one entry. By hand and not by a schema, because it is done for every line. What is wrong with one costs the others nothing.
 * @param shared members that stand for all entries of the body, and win over the entry's own
 */
export function readEntry(value: unknown, shared: Members = {}): ReadEntry {
  if (!isMembers(value)) return { reason: 'The entry is not an object.' };
  const members = { ...value, ...shared };
  const wrong = wrongName(members) ?? wrongText(members['text']) ?? wrongTime(members);
  if (wrong !== undefined) return { reason: wrong };
  const level = SEVERITIES[severityOf(members['severity'])];
  if (level === undefined) return { reason: 'severity is not a number from 1 to 6.' };
  return {
    entry: {
      timestamp: timeOf(members),
      // Safe: `wrongText` has refused everything else.
      text: members['text'] as LogEntry['text'],
      app: nameOf(members['applicationName']),
      subsystem: nameOf(members['subsystemName']),
      host: nameOf(members['computerName']),
      level,
      labels: labelsOf(members),
    },
  };
}

const isAbsent = (value: unknown): value is undefined | null => value === undefined || value === null;
const nameOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** @returns 0, which is none, for what is no severity */
function severityOf(severity: unknown): number {
  if (isAbsent(severity)) return DEFAULT_SEVERITY;
  return typeof severity === 'number' && Number.isInteger(severity) && severity > 0 ? severity : 0;
}

const NAMES = ['applicationName', 'subsystemName', 'computerName', ...LABELS.map(([name]) => name)] as const;

function wrongName(members: Members): string | undefined {
  for (const name of NAMES) {
    const value = members[name];
    if (isAbsent(value)) continue;
    if (typeof value !== 'string') return `${name} is not a string.`;
    if (value.length > LONGEST_NAME) return `${name} has more than ${LONGEST_NAME} characters.`;
    // Names end up in indexes, headers and terminals of other systems; texts may hold anything.
    if (hasControlCharacter(value)) return `${name} has a control character.`;
  }
  if (nameOf(members['applicationName']) === undefined) return 'applicationName is missing.';
  return nameOf(members['subsystemName']) === undefined ? 'subsystemName is missing.' : undefined;
}

function wrongText(text: unknown): string | undefined {
  if (isAbsent(text)) return 'text is missing.';
  if (typeof text === 'string') return undefined;
  if (!isMembers(text)) return 'text is neither a string nor an object.';
  return isTooDeep(text) ? `text nests deeper than ${DEEPEST_TEXT} levels.` : undefined;
}

/** Walks without recursion, so that depth cannot exhaust the stack here either. */
function isTooDeep(root: Members): boolean {
  let level: object[] = [root];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > DEEPEST_TEXT) return true;
    const below: object[] = [];
    for (const one of level) {
      for (const member of Object.values(one)) {
        if (typeof member === 'object' && member !== null) below.push(member);
      }
    }
    level = below;
  }
  return false;
}

function wrongTime({ timestamp, hiResTimestamp }: Members): string | undefined {
  if (!isAbsent(timestamp) && !(typeof timestamp === 'number' && timestamp >= 0 && timestamp <= LAST_INSTANT)) {
    return 'timestamp is not a number of milliseconds since 1970.';
  }
  if (isAbsent(hiResTimestamp) || NANOSECONDS.test(String(hiResTimestamp))) return undefined;
  return 'hiResTimestamp is not a string of nanoseconds since 1970.';
}

/** In whole milliseconds; the finer one, where there is one, is kept beside it as it was sent. */
function timeOf({ timestamp, hiResTimestamp }: Members): number | undefined {
  if (typeof timestamp === 'number') return Math.floor(timestamp);
  return typeof hiResTimestamp === 'string' ? Number(hiResTimestamp.slice(0, -6)) : undefined;
}

function labelsOf(members: Members): LogEntry['labels'] {
  let labels: Record<string, unknown> | undefined;
  for (const [sent, kept] of LABELS) {
    const text = nameOf(members[sent]);
    if (text === undefined) continue;
    labels ??= {};
    labels[kept] = text;
  }
  return labels;
}
