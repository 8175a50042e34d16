import type { LogEntry, LogEntryKind } from '../../account-log/log-entry.ts';
import { changeLine } from './event-changes.ts';
import { type EventFilter, passes } from './event-filter.ts';
import type { Payload, SourceLine } from './event-payload.ts';
import { eventLines, refusalLines } from './event-proofs.ts';
import type { LogSource } from './event-sources.ts';

/** One line of the log, as it is written. */
export interface LogEvent {
  readonly payload: Payload;
  /** RFC 3339, in nanoseconds. Lines are ordered by it. */
  readonly timestamp: string;
  readonly type: 'application/json';
  readonly source: LogSource;
}

/** The kinds of entry of which each source is made; sources of none are empty. */
const KINDS: Readonly<Record<LogEntryKind, readonly LogSource[]>> = {
  change: ['am-config', 'am-activity', 'idm-activity', 'idm-config'],
  refusal: ['am-access', 'am-authentication'],
  event: ['am-access', 'am-authentication', 'am-activity'],
};

/** @returns the kinds of entry that these sources need */
export function kindsOf(sources: ReadonlySet<LogSource>): ReadonlySet<LogEntryKind> {
  // Safe: the keys of the constant are the names that its type has.
  const kinds = Object.keys(KINDS) as readonly LogEntryKind[];
  return new Set(kinds.filter((kind) => KINDS[kind].some((source) => sources.has(source))));
}

/** @returns what makes the wanted lines of an entry: of these sources, and such that pass the filter, if there is one */
export function linesFor(
  sources: ReadonlySet<LogSource>,
  filter: EventFilter | undefined,
): (entry: LogEntry) => readonly LogEvent[] {
  return (entry) =>
    sourceLinesOf(entry)
      .filter(({ source }) => sources.has(source))
      .map(({ source, payload }) => eventOf(entry, source, payload()))
      .filter((event) => filter === undefined || passes(filter, event));
}

function sourceLinesOf(entry: LogEntry): readonly SourceLine[] {
  switch (entry.kind) {
    case 'change':
      return [changeLine(entry.row)];
    case 'refusal':
      return refusalLines(entry.row);
    case 'event':
      return eventLines(entry.row);
  }
}

const eventOf = ({ time }: LogEntry, source: LogSource, payload: Payload): LogEvent => ({
  payload,
  timestamp: new Date(time).toISOString().replace('Z', '000000Z'),
  type: 'application/json',
  source,
});
