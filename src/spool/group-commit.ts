import { StoreUnavailable } from '../problems/request-problems.ts';
import type { JoinedLines } from './spool.ts';

/** Lines that are written as one: all of them are kept or none. */
export interface BatchText {
  /**
   * The lines with a line end between each, UTF-8, in pieces to be written one after the other. Bytes, because they are outside of the
   * heap: as text, all that waits for the disk would be copied with each collection of garbage, and grow old in it. In pieces,
   * because memory outside counts as well: after each 64 MB of it V8 looks through the whole heap.
   */
  readonly pieces: readonly Buffer[];
  readonly bytes: number;
  /** How many. */
  readonly lines: number;
}

/** Lines wait here while others of their instance are being written, and then go with one write. */
export interface GroupCommit {
  /** Returns when they are durable. @throws StoreUnavailable, and whatever `write` throws */
  append(instanceId: string, lines: readonly string[] | JoinedLines): Promise<void>;
  /** Writes what waits; nothing is taken any more. */
  close(): Promise<void>;
}

/** What the lines are written with. */
export interface GroupCommitParts {
  /** Writes batches durably, in their order, or throws; once at a time for one instance. */
  write(instanceId: string, batches: readonly BatchText[]): Promise<void>;
  /** Writes at the same time, of different instances. */
  readonly writesAtOnce: number;
  /** Default: 64 MiB. */
  readonly waitingBytes?: number;
  /** Default: 5,000 ms. */
  readonly waitMilliseconds?: number;
}

interface Waiting {
  readonly batches: readonly BatchText[];
  readonly bytes: number;
  /** True once its caller has been told that it took too long: it is not written any more. */
  givenUp: boolean;
  settle(failure?: unknown): void;
}

/** Of one batch, so that a reader never has to hold much more of one writer. */
const BATCH_BYTES = 256 * 1024;
/** Of one write. */
const WRITE_BYTES = 4 * 1024 * 1024;
const LINE_END = Buffer.from('\n');
const WAITING_BYTES = 64 * 1024 * 1024;
const WAIT_MILLISECONDS = 5_000;

/** @returns an empty queue */
export function groupCommit(parts: GroupCommitParts): GroupCommit {
  const { write, writesAtOnce, waitingBytes: limitBytes = WAITING_BYTES, waitMilliseconds = WAIT_MILLISECONDS } = parts;
  const queues = new Map<string, Waiting[]>();
  /** Instances with something to write, of which nothing is being written. */
  const ready: string[] = [];
  const pumps = new Set<Promise<void>>();
  let waitingBytes = 0;
  let isClosed = false;

  const writeNext = async (instanceId: string, queue: Waiting[]): Promise<void> => {
    const group = takeGroup(queue);
    try {
      if (group.length > 0) await write(instanceId, packed(group));
      for (const waiting of group) waiting.settle();
    } catch (failure) {
      for (const waiting of group) waiting.settle(failure);
    }
  };
  const pump = async (): Promise<void> => {
    // A turn later: what comes in the same turn goes along.
    await undefined;
    for (let instanceId = ready.shift(); instanceId !== undefined; instanceId = ready.shift()) {
      const queue = queues.get(instanceId) ?? [];
      await writeNext(instanceId, queue);
      if (queue.length > 0) ready.push(instanceId);
      else queues.delete(instanceId);
    }
  };
  const wake = (): void => {
    if (pumps.size >= writesAtOnce) return;
    const running = pump().finally(() => {
      pumps.delete(running);
      if (ready.length > 0) wake();
    });
    pumps.add(running);
  };

  return {
    append(instanceId, lines) {
      const joined = 'bytes' in lines ? lines : { bytes: Buffer.from(lines.join('\n')), lines: lines.length };
      if (joined.lines === 0) return Promise.resolve();
      const batches = batchesOf(joined.bytes, joined.lines);
      const bytes = batches.reduce((sum, batch) => sum + batch.bytes, 0);
      if (isClosed) return Promise.reject(new StoreUnavailable({ diagnostic: 'the spool is closed' }));
      if (waitingBytes + bytes > limitBytes) {
        return Promise.reject(new StoreUnavailable({ diagnostic: `more than ${limitBytes} bytes of lines wait` }));
      }
      waitingBytes += bytes;
      return new Promise<void>((resolve, reject) => {
        const late = setTimeout(() => {
          waiting.givenUp = true;
          reject(new StoreUnavailable({ diagnostic: `lines were not written within ${waitMilliseconds} ms` }));
        }, waitMilliseconds);
        const waiting: Waiting = {
          ...{ batches, bytes, givenUp: false },
          settle(failure) {
            clearTimeout(late);
            waitingBytes -= bytes;
            if (failure === undefined) resolve();
            else reject(failure);
          },
        };
        const queue = queues.get(instanceId);
        if (queue !== undefined) {
          queue.push(waiting);
          return;
        }
        queues.set(instanceId, [waiting]);
        ready.push(instanceId);
        wake();
      });
    },
    async close() {
      isClosed = true;
      while (pumps.size > 0) await Promise.all(pumps);
    },
  };
}

/** Takes what the next write may carry off the queue; those whose callers have gone are let go. */
function takeGroup(queue: Waiting[]): readonly Waiting[] {
  const group: Waiting[] = [];
  let bytes = 0;
  while (queue[0] !== undefined && (group.length === 0 || bytes + queue[0].bytes <= WRITE_BYTES)) {
    const [waiting] = queue.splice(0, 1);
    if (waiting === undefined) break;
    if (waiting.givenUp) waiting.settle();
    else group.push(waiting);
    bytes += waiting.givenUp ? 0 : waiting.bytes;
  }
  return group;
}

/** Puts small batches together: each costs a header, or a document, and an entry in an index. */
function packed(group: readonly Waiting[]): readonly BatchText[] {
  const all = group.flatMap(({ batches }) => batches);
  const packs: BatchText[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const batch of all) {
    if (bytes + batch.bytes > BATCH_BYTES) {
      packs.push([]);
      bytes = 0;
    }
    packs.at(-1)?.push(batch);
    bytes += batch.bytes + 1;
  }
  return packs.map((pack) => {
    const [only] = pack;
    if (only !== undefined && pack.length === 1) return only;
    return {
      pieces: pack.flatMap(({ pieces }, index) => (index === 0 ? pieces : [LINE_END, ...pieces])),
      bytes: pack.reduce((sum, batch) => sum + batch.bytes + 1, -1),
      lines: pack.reduce((sum, batch) => sum + batch.lines, 0),
    };
  });
}

/** @returns the same in pieces, none of them much larger than a batch is to be, unless one line is */
function batchesOf(text: Buffer, lines: number): readonly BatchText[] {
  if (text.length <= BATCH_BYTES) return [{ pieces: [text], bytes: text.length, lines }];
  const batches: BatchText[] = [];
  let start = 0;
  let counted = 0;
  for (let at = 0, end = 0; end < text.length; at = end + 1) {
    const found = text.indexOf(LINE_END, at);
    end = found === -1 ? text.length : found;
    counted += 1;
    if (end - start < BATCH_BYTES && end < text.length) continue;
    batches.push({ pieces: [text.subarray(start, end)], bytes: end - start, lines: counted });
    start = end + 1;
    counted = 0;
  }
  return batches;
}
