import type { Clock } from '../clock/clock.ts';
import type { Spool } from '../spool/spool.ts';
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

/** All lines of a request go into the spool at once: together they are durable, or none is acknowledged. */
export function acceptLinesWith({ spool, clock, onAccepted }: AcceptLinesParts): AcceptLines {
  return async (place, entries, source) => {
    if (entries.length === 0) return;
    const receivedAt = clock.now();
    const ends = `,"key_id":${JSON.stringify(place.keyId)},"source":${JSON.stringify(source)}}`;
    const lines = entries.map((entry) => lineOf(entry, receivedAt, ends));
    await spool.append(place.instance.id, lines);
    onAccepted(place, { lines: lines.length, bytes: bytesOf(lines) }, source);
  };
}

/**
 * One line as it is kept (docs/operations.md): a JSON object without line ends, so that no text of a sender can begin a line of its
 * own there (log injection). What is the same in all lines of a request is written once.
 */
function lineOf(
  { timestamp, app, subsystem, host, level, text, labels, meta }: LogEntry,
  receivedAt: number,
  ends: string,
): string {
  const own = JSON.stringify({
    received_at: receivedAt,
    timestamp: timestamp ?? receivedAt,
    app,
    subsystem,
    host,
    level,
    text,
    labels,
    meta,
  });
  return own.slice(0, -1) + ends;
}

const bytesOf = (lines: readonly string[]): number => lines.reduce((bytes, line) => bytes + Buffer.byteLength(line), 0);
