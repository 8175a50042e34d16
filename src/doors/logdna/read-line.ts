import { hasControlCharacter } from '../../http/text.ts';
import type { LogEntry } from '../../ingestion/log-entry.ts';
import { isReadableMeta } from './line-meta.ts';
import { lineTimeOf } from './line-time.ts';
import type { LogSender } from './log-sender.ts';
import { UNREADABLE, type Unreadable } from './unreadable.ts';

/** Bytes of UTF-8 that are kept of a line; the rest is cut off (Log Analysis docs, "Service limits"). */
const LONGEST_LINE_BYTES = 16 * 1024;
/** Characters; a line with a longer one is refused. */
export const LINE_LIMITS = { app: 512, host: 256, level: 80 } as const;

/**
 * Reads one line of a body.
 * @returns `undefined` when it cannot be taken: no text, a wrong type, too long a name, a time that is none
 */
export function readLine(line: unknown, sender: LogSender): LogEntry | undefined {
  if (!isObject(line)) return undefined;
  const text = line['line'];
  const timestamp = lineTimeOf(line['timestamp'] ?? line['t']);
  const app = textOf(line['app'], LINE_LIMITS.app);
  const host = textOf(line['hostname'], LINE_LIMITS.host);
  const level = textOf(line['level'], LINE_LIMITS.level);
  const labels = labelsOf(line, sender.labels);
  const meta = metaOf(line['meta']);
  if (typeof text !== 'string' || timestamp === UNREADABLE || meta === UNREADABLE) return undefined;
  if (app === UNREADABLE || host === UNREADABLE || level === UNREADABLE || labels === UNREADABLE) return undefined;
  return { timestamp, text: cut(text), app, host: host ?? sender.host, level, labels, meta };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A number is taken for its text: levels are numbers to some loggers. */
function textOf(value: unknown, most: number): string | undefined | Unreadable {
  if (value === undefined || value === null || value === '') return undefined;
  const text = typeof value === 'number' ? String(value) : value;
  // Names end up in other systems' indexes, headers and terminals; lines themselves may hold anything.
  return typeof text === 'string' && text.length <= most && !hasControlCharacter(text) ? text : UNREADABLE;
}

/** What is read on its own; everything else of a line is kept as a label, under the name that it has. */
const READ_APART: ReadonlySet<string> = new Set(['line', 'timestamp', 't', 'app', 'hostname', 'level', 'meta']);

function labelsOf(
  line: Readonly<Record<string, unknown>>,
  ofSender: LogSender['labels'],
): LogEntry['labels'] | Unreadable {
  let labels: Record<string, unknown> | undefined;
  // Not Object.keys: a list for each line is a part of what reading it costs. What JSON.parse makes inherits nothing.
  for (const name in line) {
    if (READ_APART.has(name)) continue;
    const value = line[name];
    // Prototype pollution: the one name that would not become a member.
    if (value === null || value === '' || name === '__proto__') continue;
    labels ??= {};
    labels[name] = value;
  }
  if (labels === undefined) return ofSender;
  if (!isReadableMeta(labels)) return UNREADABLE;
  return ofSender === undefined ? labels : { ...ofSender, ...labels };
}

/** @returns what the line says in `meta`, an object or JSON as text; `undefined` for what says nothing */
function metaOf(meta: unknown): unknown | Unreadable {
  if (meta === undefined || meta === null || meta === '' || meta === '{}') return undefined;
  return isReadableMeta(meta) ? meta : UNREADABLE;
}

/** Cut at a whole character; most lines are too short for their bytes to be counted. */
function cut(text: string): string {
  if (text.length * 3 <= LONGEST_LINE_BYTES || Buffer.byteLength(text) <= LONGEST_LINE_BYTES) return text;
  let end = LONGEST_LINE_BYTES;
  const bytes = Buffer.from(text);
  // A byte 10xxxxxx goes on with a character that began before it (RFC 3629, section 3).
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}
