import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock/clock.ts';
import type { JoinedLines, Spool } from '../spool/spool.ts';
import { type Arrival, endingOf } from './arrival.ts';
import type { AcceptedLines } from './ingestion-use.ts';
import type { LogEntry } from './log-entry.ts';
import type { LogPlace } from './log-place.ts';

/**
 * Keeps lines that a place takes in; they are durable when it returns.
 * @param lines entries, or what a writer has made of them for their arrival at this place
 * @param source the way by which they came, one of few: the name of a door
 * @throws what the spool throws: it is full, or could not be written in time
 */
export type AcceptLines = (place: LogPlace, lines: readonly LogEntry[] | JoinedLines, source: string) => Promise<void>;

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
  return (place, lines, source) => {
    const arrival = { receivedAt: clock.now(), keyId: place.keyId, source };
    const kept = 'bytes' in lines ? lines : joinedLines(lines, arrival, separator);
    if (kept.lines === 0) return Promise.resolve();
    // Without the line ends between them.
    const accepted = { lines: kept.lines, bytes: kept.bytes.length - kept.lines + 1 };
    return spool.append(place.instance.id, kept).then(() => onAccepted(place, accepted, source));
  };
}

/**
 * The lines as they are kept: each a JSON object without line ends, so that no text of a sender can begin a line of its own there (log
 * injection). All are written by one call, which costs half of a call for each; what comes between two of them, and is replaced by
 * the end of a line, is a text that no sender can know.
 */
function joinedLines(entries: readonly LogEntry[], arrival: Arrival, separator: string): JoinedLines {
  const written: (LogEntry | string)[] = [];
  for (const entry of entries) {
    const { timestamp = arrival.receivedAt } = entry;
    written.push(entry.timestamp === undefined ? { ...entry, timestamp } : entry, separator);
  }
  const end = endingOf(arrival);
  // `[{…},"separator",{…},"separator"]`: an entry is an object with members, so that the last brace of each ends it.
  const text = JSON.stringify(written);
  const last = `},"${separator}"]`;
  const first = text.slice(1, -last.length).replaceAll(`},"${separator}",{`, `${end}\n{`);
  return { bytes: Buffer.from(entries.length === 0 ? '' : first + end), lines: entries.length };
}
