import { type FileHandle, open, stat } from 'node:fs/promises';
import type { SpooledBatch } from '../spool/spool.ts';
import { endedName, isAbsent, type Segment } from './segment-names.ts';
import { recordAt, type SegmentRecord } from './segment-records.ts';

/** A batch and how many bytes of memory it takes, about. */
export interface ReadBatch extends SpooledBatch {
  readonly bytes: number;
}

/** Reads segments of any process, and of them only what no loss of power takes away again. */
export interface SegmentReader {
  /** The batches of one writer one after the other; no file stays open between two. */
  batches(segments: readonly Segment[], request: WriterRequest): BatchCursor;
  /** @returns where the last whole record ends, and when it was taken in; 0 when there is none */
  extent(segment: Segment): Promise<Extent>;
}

/** What to read of one writer. */
export interface WriterRequest {
  /** The number of the last batch that was read. */
  readonly after: number | undefined;
  readonly from: number;
  readonly to: number;
}

/** A place in the batches of one writer. */
export interface BatchCursor {
  /** @returns the next batch without passing it; `undefined`: there is none now */
  peek(): Promise<ReadBatch | undefined>;
  /** Passes what `peek` has returned. */
  pass(): void;
  /** The number of the last batch that was passed, or was too old for the request. */
  position(): number | undefined;
}

/** How far a segment goes. */
export interface Extent {
  readonly bytes: number;
  readonly lastAt: number;
}

const CHUNK_BYTES = 64 * 1024;
/** Segments of others whose length is known to be on the disk. */
const LARGEST = 10_000;

/** @param durableBytes says how much of a segment of this process may be read */
export function segmentReader(durableBytes: (path: string) => number | undefined): SegmentReader {
  const synced = new Map<string, number>();
  const quiet = new Map<string, QuietSegment>();

  /** What another process has written and not yet synced is there for every reader, and may be gone after a loss of power. */
  const durableSizeOf = async (handle: FileHandle, path: string): Promise<number> => {
    const own = durableBytes(path);
    if (own !== undefined) return own;
    const { size } = await handle.stat();
    if (synced.get(path) === size) return size;
    await handle.datasync();
    if (synced.size >= LARGEST) synced.delete(synced.keys().next().value ?? '');
    synced.set(path, size);
    return size;
  };
  const readAt = async (segment: Segment, offset: number): Promise<Buffer> => {
    const handle = await openWherever(segment);
    if (handle === undefined) return Buffer.alloc(0);
    try {
      const there = (await durableSizeOf(handle, segment.path)) - offset;
      if (there <= 0) return Buffer.alloc(0);
      const chunk = await readBytes(handle, offset, Math.min(there, CHUNK_BYTES));
      const first = recordAt(chunk, 0);
      if (typeof first === 'string' || !('needs' in first) || first.needs > there) return chunk;
      return readBytes(handle, offset, first.needs);
    } finally {
      await handle.close();
    }
  };

  return {
    batches: (segments, request) =>
      batchCursor(segments, request, {
        readAt,
        // A reader who follows asks every second; looking through what is too old for it would be all the work.
        endOfOld: async ({ path, base }) => {
          const known = quiet.get(path);
          if (known === undefined || known.lastAt >= (request.from ?? 0)) return undefined;
          const size = durableBytes(path) ?? (await sizeOf(path));
          return known.end - base === size ? known.end : undefined;
        },
        isOld(path, found) {
          if (quiet.size >= LARGEST) quiet.delete(quiet.keys().next().value ?? '');
          quiet.set(path, found);
        },
      }),
    async extent(segment) {
      let lastAt = 0;
      let bytes = 0;
      for (;;) {
        const chunk = await readAt(segment, bytes);
        let end = 0;
        for (let record = recordAt(chunk, 0); isRecord(record); record = recordAt(chunk, end)) {
          lastAt = record.at;
          end = record.end;
        }
        if (end === 0) return { bytes, lastAt };
        bytes += end;
      }
    },
  };
}

/** A segment of which all is older than somebody asked for. */
interface QuietSegment {
  readonly lastAt: number;
  /** The number of its last batch. */
  readonly end: number;
}

interface SegmentAccess {
  readAt(segment: Segment, offset: number): Promise<Buffer>;
  /** @returns the number of the last batch, when all are known to be too old for the request */
  endOfOld(segment: Segment): Promise<number | undefined>;
  isOld(path: string, found: QuietSegment): void;
}

function batchCursor(
  segments: readonly Segment[],
  { after, from, to }: WriterRequest,
  { readAt, endOfOld, isOld }: SegmentAccess,
): BatchCursor {
  let place = after;
  let index = 0;
  let chunk: { readonly bytes: Buffer; readonly startsAt: number } | undefined;
  let next: ReadBatch | undefined;

  /** @returns the record after `place` in this segment; `undefined`: there is no whole one */
  const recordIn = async (segment: Segment): Promise<[SegmentRecord, number] | undefined> => {
    const offset = Math.max(0, (place ?? 0) - segment.base);
    if (chunk === undefined || offset < chunk.startsAt) chunk = undefined;
    const known = chunk === undefined ? undefined : recordAt(chunk.bytes, offset - chunk.startsAt);
    if (chunk !== undefined && known !== undefined && isRecord(known))
      return [known, segment.base + chunk.startsAt + known.end];
    const bytes = await readAt(segment, offset);
    chunk = { bytes, startsAt: offset };
    const record = recordAt(bytes, 0);
    return isRecord(record) ? [record, segment.base + offset + record.end] : undefined;
  };
  /** @returns whether nothing of the segment is wanted; known without reading it */
  const isPast = async (segment: Segment, following: Segment | undefined): Promise<boolean> => {
    if (following !== undefined && (following.base <= (place ?? -1) || following.firstAt < from)) return true;
    const old = segment.firstAt < from ? await endOfOld(segment) : undefined;
    if (old !== undefined) place = Math.max(old, place ?? 0);
    return old !== undefined;
  };
  const nextIn = async (segment: Segment, following: Segment | undefined): Promise<ReadBatch | 'later' | undefined> => {
    if (await isPast(segment, following)) return undefined;
    let lastAt: number | undefined;
    for (let found = await recordIn(segment); found !== undefined; found = await recordIn(segment)) {
      const [{ at, text }, number] = found;
      if (at >= to) return 'later';
      if (at >= from) return { writer: segment.writer, number, at, lines: text.split('\n'), bytes: text.length };
      place = number;
      lastAt = at;
    }
    if (lastAt !== undefined && place !== undefined) isOld(segment.path, { lastAt, end: place });
    return undefined;
  };
  const load = async (): Promise<ReadBatch | undefined> => {
    for (let segment = segments[index]; segment !== undefined; segment = segments[index]) {
      const following = segments[index + 1];
      const found = await nextIn(segment, following);
      if (found === 'later') return undefined;
      // Its writer is done with it as soon as there is a next one, and what is torn at its end was never acknowledged.
      if (found !== undefined || following === undefined) return found;
      index += 1;
      chunk = undefined;
    }
    return undefined;
  };

  return {
    async peek() {
      next ??= await load();
      return next;
    },
    pass() {
      place = next?.number ?? place;
      next = undefined;
    },
    position: () => place,
  };
}

const sizeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ size }) => size,
    () => undefined,
  );

const isRecord = (found: ReturnType<typeof recordAt>): found is SegmentRecord =>
  typeof found !== 'string' && 'text' in found;

/** It may have been ended, or taken away, since its name was read. */
async function openWherever({ path }: Segment): Promise<FileHandle | undefined> {
  for (const name of [path, endedName(path)]) {
    try {
      return await open(name, 'r');
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  }
  return undefined;
}

async function readBytes(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
