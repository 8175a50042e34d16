import type { JoinedLines } from '../spool/spool.ts';
import { type Arrival, endingOf } from './arrival.ts';
import { growingBytes, type PaddedBytes, paddedBytes } from './growing-bytes.ts';
import type { LogEntry } from './log-entry.ts';

/** What a sender says of all lines of a request. */
export interface SaidOfAll {
  /** Of lines that say none. */
  readonly host: string | undefined;
  /** A line that has one of the same name is not to be written from pieces. */
  readonly labels: LogEntry['labels'];
}

/** What a line says that is kept under a name of its own. */
export type LineMember = 'timestamp' | 'text' | 'app' | 'host' | 'level' | 'meta';

/**
 * Writes lines as they are kept, from pieces of what was sent that are already the JSON of what is kept: no text and no object is made of
 * them, and so there is nothing to write anew, and hardly any garbage. One for many requests, one after the other.
 */
export interface LineWriter {
  /** Begins with the lines of a request. @param sent of which the pieces are */
  begin(sent: PaddedBytes, arrival: Arrival, ofAll: SaidOfAll): void;
  beginLine(): void;
  /**
   * From where to where in what was sent the value of a member is: JSON without line ends; of `text` a string, of `timestamp` whole
   * milliseconds. Behind it may follow others that are sent under the name under which they are kept, but for `timestamp` and `host`.
   * Each once a line at most.
   */
  member(name: LineMember, from: number, to: number): void;
  /** The same of a label: from its name to the end of its value. */
  label(from: number, to: number): void;
  endLine(): void;
  /** Forgets the line that was begun. */
  dropLine(): void;
  /** Writes a whole line, from what was made of it. */
  line(entry: LogEntry): void;
  /** @returns what was written since `begin` */
  end(): JoinedLines;
}

/** As if another member stood before; the first byte of a line is set to a brace when all is there. */
const NAMES: Readonly<Record<LineMember, PaddedBytes>> = {
  timestamp: paddedBytes(',"timestamp":'),
  text: paddedBytes(',"text":'),
  app: paddedBytes(',"app":'),
  host: paddedBytes(',"host":'),
  level: paddedBytes(',"level":'),
  meta: paddedBytes(',"meta":'),
};
const EMPTY = paddedBytes('');
const COMMA = 0x2c;
const BRACE = 0x7b;
const LINE_END = 0x0a;
/** More than the name of a member is. */
const NAME_BYTES = 16;

/** What was said of all lines, as it is written. */
interface Said {
  sent: PaddedBytes;
  receivedAt: number;
  timestamp: PaddedBytes;
  /** Empty: nothing was said. */
  host: PaddedBytes;
  /** Of labels, with the first brace. */
  labels: PaddedBytes;
  hasLabels: boolean;
  /** How each line ends, and how one with labels. */
  ending: PaddedBytes;
  endingOfLabels: PaddedBytes;
}

/** @returns a writer */
export function lineWriter(): LineWriter {
  const out = growingBytes();
  let said = saidWith(EMPTY, { receivedAt: 0, keyId: '', source: '' }, { host: undefined, labels: undefined });
  /** From where to where the labels of the line are. */
  const labels: number[] = [];
  let labelPlaces = 0;
  let labelBytes = 0;
  let lines = 0;
  let lineStart = 0;
  let hasTimestamp = false;
  let hasHost = false;

  const putAll = (bytes: PaddedBytes): void => {
    out.require(bytes.length);
    out.put(bytes, 0, bytes.length);
  };
  const putLabels = (): void => {
    putAll(said.labels);
    out.require(labelBytes);
    for (let index = 0; index < labelPlaces; index += 2) {
      if (index > 0 || said.hasLabels) out.putByte(COMMA);
      // Both were set.
      out.put(said.sent, labels[index] ?? 0, labels[index + 1] ?? 0);
    }
    putAll(said.endingOfLabels);
  };
  const beginLine = (): void => {
    out.require(1);
    if (lines > 0) out.putByte(LINE_END);
    lineStart = out.length();
    labelPlaces = 0;
    labelBytes = 0;
    hasTimestamp = false;
    hasHost = false;
  };

  return {
    begin(sent, arrival, ofAll) {
      out.clear();
      lines = 0;
      said = saidWith(sent, arrival, ofAll);
    },
    beginLine,
    member(name, from, to) {
      const named = NAMES[name];
      out.require(to - from + NAME_BYTES);
      out.put(named, 0, named.length);
      out.put(said.sent, from, to);
      if (name === 'timestamp') hasTimestamp = true;
      else if (name === 'host') hasHost = true;
    },
    label(from, to) {
      labels[labelPlaces] = from;
      labels[labelPlaces + 1] = to;
      labelPlaces += 2;
      labelBytes += to - from + 1;
    },
    endLine() {
      if (!hasTimestamp) putAll(said.timestamp);
      if (!hasHost) putAll(said.host);
      if (labelPlaces > 0 || said.hasLabels) putLabels();
      else putAll(said.ending);
      out.setByte(lineStart, BRACE);
      lines += 1;
    },
    dropLine() {
      out.cut(lines > 0 ? lineStart - 1 : lineStart);
    },
    line(entry) {
      beginLine();
      const { timestamp = said.receivedAt } = entry;
      out.putText(JSON.stringify({ ...entry, timestamp }).slice(0, -1));
      putAll(said.ending);
      lines += 1;
    },
    end: () => ({ bytes: out.taken(), lines }),
  };
}

function saidWith(sent: PaddedBytes, arrival: Arrival, { host, labels }: SaidOfAll): Said {
  const ending = endingOf(arrival);
  const ofAll = labels === undefined ? '' : JSON.stringify(labels).slice(1, -1);
  return {
    sent,
    receivedAt: arrival.receivedAt,
    timestamp: paddedBytes(`,"timestamp":${arrival.receivedAt}`),
    host: host === undefined ? EMPTY : paddedBytes(`,"host":${JSON.stringify(host)}`),
    labels: paddedBytes(`,"labels":{${ofAll}`),
    hasLabels: ofAll !== '',
    ending: paddedBytes(ending),
    endingOfLabels: paddedBytes(`}${ending}`),
  };
}
