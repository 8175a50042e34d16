import type { Arrival } from '../../ingestion/arrival.ts';
import type { LogEntry } from '../../ingestion/log-entry.ts';
import type { JoinedLines } from '../../spool/spool.ts';
import type { LogSender } from './log-sender.ts';
import { readLines, statusesOf } from './read-lines.ts';
import { linesScanner } from './scan-lines.ts';

/** What is to be taken in of a body. */
export interface ReadBody {
  readonly lines: readonly LogEntry[] | JoinedLines;
  /** How many. */
  readonly taken: number;
  /** As of `readLines`. */
  readonly statuses: readonly number[] | undefined;
}

/**
 * Reads a body whose lines come as the arrival says.
 * @throws RequestMalformed @throws BodyTooLarge  as `readLines`
 */
export type BodyReader = (body: Buffer, sender: LogSender, arrival: Arrival) => ReadBody;

/** @returns what reads one body after the other: most of them without making an object of each line, which takes half as long */
export function bodyReader(): BodyReader {
  const scan = linesScanner();
  return (body, sender, arrival) => {
    const scanned = scan(body, sender, arrival);
    if (scanned === undefined) {
      const { entries, statuses } = readLines(body, sender);
      return { lines: entries, taken: entries.length, statuses };
    }
    const { kept, count, faults } = scanned;
    return { lines: kept, taken: kept.lines, statuses: statusesOf(count, faults) };
  };
}
