import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock/clock.ts';
import type { JoinedLines, Spool } from '../spool/spool.ts';
import type { AcceptedLines } from './ingestion-use.ts';
import type { LogEntry } from './log-entry.ts';
import type { LogPlace } from './log-place.ts';

/**
 * Keeps entries that a place takes in; they are durable when it returns.
 * @param source the way by which they came, one of few: the name of a door
 * @throws what the spool throws: it is full, or could not be written in time
 */
export type AcceptLines = (place: LogPlace, entries: readonly LogEntry[], source: string) => Promise<void>;

/** What taking in stands on. */
export interface AcceptLinesParts {
  readonly spool: Pick<Spool, 'append'>;
  readonly clock: Clock;
  /** Told when the lines are durable. */
  readonly onAccepted: (place: LogPlace, accepted: AcceptedLines, source: string) => void;
}

/**
 * All lines of a request go into the spool at once: together they are durable, or none is acknowledged. While the disk is waited for,
 * nothing holds the entries any more: thousands of small objects that outlive a collection of garbage cost more than all the rest.
 */
export function acceptLinesWith({ spool, clock, onAccepted }: AcceptLinesParts): AcceptLines {
  const separator = randomBytes(16).toString('hex');
  return (place, entries, source) => {
    if (entries.length === 0) return Promise.resolve();
    const joined = joinedLines(entries, { receivedAt: clock.now(), keyId: place.keyId, source, separator });
    // Without the line ends between them.
    const accepted = { lines: joined.lines, bytes: Buffer.byteLength(joined.text) - joined.lines + 1 };
    return spool.append(place.instance.id, joined).then(() => onAccepted(place, accepted, source));
  };
}

interface Arrival {
  readonly receivedAt: number;
  readonly keyId: string;
  readonly source: string;
  readonly separator: string;
}

/**
 * The lines as they are kept (docs/operations.md): each a JSON object without line ends, so that no text of a sender can begin a line
 * of its own there (log injection). All are written by one call, which costs half of a call for each; what comes between two of
 * them, and is replaced by the end of a line, is a text that no sender can know.
 */
function joinedLines(entries: readonly LogEntry[], arrival: Arrival): JoinedLines {
  const { receivedAt, keyId, source, separator } = arrival;
  const written: (LogEntry | string)[] = [];
  for (const entry of entries) {
    const { timestamp } = entry;
    written.push(timestamp === undefined ? { ...entry, timestamp: receivedAt } : entry, separator);
  }
  const end = `,"received_at":${receivedAt},"key_id":${JSON.stringify(keyId)},"source":${JSON.stringify(source)}}`;
  // `[{…},"separator",{…},"separator"]`: an entry is an object with members, so that the last brace of each ends it.
  const text = JSON.stringify(written);
  const last = `},"${separator}"]`;
  const first = text.slice(1, -last.length).replaceAll(`},"${separator}",{`, `${end}\n{`);
  return { text: first + end, lines: entries.length };
}
