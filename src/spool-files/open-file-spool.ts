import { mkdir, readdir } from 'node:fs/promises';
import type { Clock } from '../clock/clock.ts';
import { StoreUnavailable } from '../problems/request-problems.ts';
import { groupCommit } from '../spool/group-commit.ts';
import { roomWithin } from '../spool/room.ts';
import {
  PAGE_BYTES,
  type Spool,
  type SpoolBounds,
  type SpooledBatch,
  type SpoolPage,
  type SpoolRequest,
} from '../spool/spool.ts';
import { instanceFolder, segmentsIn } from './segment-names.ts';
import { type BatchCursor, type ReadBatch, type SegmentReader, segmentReader } from './segment-reader.ts';
import { segmentWriter } from './segment-writer.ts';
import { segmentTrim } from './trim-segments.ts';

/** Where the lines are kept, and how many. */
export interface FileSpoolParts {
  /** A folder of its own; it holds one for each instance. */
  readonly folder: string;
  readonly clock: Clock;
  readonly bounds: SpoolBounds;
}

/** A thread of Node's pool each, which signatures need as well. */
const WRITES_AT_ONCE = 2;
const LEAST_SEGMENT_BYTES = 64 * 1024;
const LARGEST_SEGMENT_BYTES = 8 * 1024 * 1024;
/** Whole segments are taken away, so a bound of bytes is kept as exactly as this. */
const SEGMENTS_AT_BOUND = 16;

/**
 * The embedded spool: files of the machine. This folder owns them and nothing else. Each process adds to segments of its own,
 * so that no two ever write into one file; a segment is read by any process, and taken away by any once its writer is done
 * with it or has lost it.
 */
export async function openFileSpool({ folder, clock, bounds }: FileSpoolParts): Promise<Spool> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const wanted = Math.floor(bounds.bytes / SEGMENTS_AT_BOUND);
  const segmentBytes = Math.min(Math.max(wanted, LEAST_SEGMENT_BYTES), LARGEST_SEGMENT_BYTES);
  const writer = segmentWriter({ folder, clock, segmentBytes });
  const reader = segmentReader(writer.durableBytes);
  const trimming = segmentTrim(reader, (path) => writer.durableBytes(path) !== undefined);
  const folderOf = (instanceId: string) => instanceFolder(folder, instanceId);
  const usage: Spool['usage'] = async (instanceId, after) => asUnavailable(trimming.usage(folderOf(instanceId), after));
  const trim: Spool['trim'] = async (instanceId, asked) => asUnavailable(trimming.trim(folderOf(instanceId), asked));
  const room = roomWithin({ bounds, usage, trim });
  const commits = groupCommit({ write: writer.write, writesAtOnce: WRITES_AT_ONCE });
  return {
    async append(instanceId, lines) {
      await room.take(instanceId, lines);
      // Not awaited here: what waits for the disk must hold its text alone, and not every line of it as well.
      return commits.append(instanceId, lines);
    },
    read: async (instanceId, request) => asUnavailable(readPage(reader, folderOf(instanceId), request)),
    instances: () => asUnavailable(readdir(folder)),
    usage,
    trim,
    remove: async (instanceId) => asUnavailable(trimming.remove(folderOf(instanceId))),
    async close() {
      await commits.close();
      await writer.close();
    },
  };
}

async function readPage(reader: SegmentReader, folder: string, request: SpoolRequest): Promise<SpoolPage> {
  const { after, from = 0, to = Number.POSITIVE_INFINITY } = request;
  const cursors = new Map<string, BatchCursor>();
  for (const [writer, segments] of await segmentsIn(folder)) {
    cursors.set(writer, reader.batches(segments, { after: after?.[writer], from, to }));
  }
  const batches: SpooledBatch[] = [];
  let open = [...cursors.values()];
  let lines = 0;
  let bytes = 0;
  while (open.length > 0 && lines < request.lines && bytes < (request.bytes ?? PAGE_BYTES)) {
    const heads = await headsOf(open);
    const [oldest] = heads;
    open = heads.map(({ cursor }) => cursor);
    if (oldest === undefined) break;
    const { bytes: batchBytes, ...batch } = oldest.batch;
    batches.push(batch);
    oldest.cursor.pass();
    lines += batch.lines.length;
    bytes += batchBytes;
  }
  const position: Record<string, number> = {};
  for (const [writer, cursor] of cursors) {
    const place = cursor.position();
    if (place !== undefined) position[writer] = place;
  }
  return { batches, position, hasMore: open.length > 0 };
}

/** @returns what comes next of each writer that has more, the oldest first */
async function headsOf(cursors: readonly BatchCursor[]): Promise<{ cursor: BatchCursor; batch: ReadBatch }[]> {
  const heads: { cursor: BatchCursor; batch: ReadBatch }[] = [];
  for (const cursor of cursors) {
    const batch = await cursor.peek();
    if (batch !== undefined) heads.push({ cursor, batch });
  }
  return heads.sort((a, b) => a.batch.at - b.batch.at || (a.batch.writer < b.batch.writer ? -1 : 1));
}

async function asUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof TypeError) throw cause;
    throw new StoreUnavailable({ diagnostic: 'the folder of log lines cannot be used', cause });
  }
}
