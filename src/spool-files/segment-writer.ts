import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import { StoreUnavailable } from '../problems/request-problems.ts';
import { syncFolder } from '../secrets/durable-files.ts';
import type { BatchText } from '../spool/group-commit.ts';
import { hasCode, instanceFolder, isAbsent, segmentName } from './segment-names.ts';
import { recordsOf, type SegmentRecords } from './segment-records.ts';

/** Writes the lines of this process. Nobody else ever writes into its segments. */
export interface SegmentWriter {
  /** Durable when it returns; to be called once at a time for an instance. @throws StoreUnavailable */
  write(instanceId: string, batches: readonly BatchText[]): Promise<void>;
  /** @returns how many bytes of a segment are durable, when it is one that this process is writing */
  durableBytes(path: string): number | undefined;
  close(): Promise<void>;
}

/** Where it writes, and how much into one file. */
export interface SegmentWriterParts {
  readonly folder: string;
  readonly clock: Clock;
  readonly segmentBytes: number;
  /** Files that are kept open. Default: 64. */
  readonly openFiles?: number;
}

interface OpenSegment {
  readonly path: string;
  /** Durable bytes. */
  size: number;
  handle: FileHandle | undefined;
}

interface Writing {
  readonly writer: string;
  /** All bytes that it wrote for the instance: where its next segment begins. */
  written: number;
  lastAt: number;
  segment: OpenSegment | undefined;
}

/** A segment may be ended by others while it is written to, and so may the next; not for ever. */
const ATTEMPTS = 5;
/** Instances whose writers are remembered; a forgotten one begins again under another name. */
const LARGEST = 4_096;
const APPEND = constants.O_WRONLY | constants.O_APPEND;
const MAKE = APPEND | constants.O_CREAT | constants.O_EXCL;

/** @returns a writer under names that no other process has */
export function segmentWriter({ folder, clock, segmentBytes, openFiles = 64 }: SegmentWriterParts): SegmentWriter {
  const process = BigInt(`0x${randomBytes(8).toString('hex')}`).toString(36);
  const writings = new Map<string, Writing>();
  const durable = new Map<string, OpenSegment>();
  /** The least recently used first. */
  const handles = new Set<OpenSegment>();
  let writers = 0;

  const forgetOne = (): void => {
    for (const [instanceId, { segment }] of writings) {
      if (segment?.handle !== undefined) continue;
      if (segment !== undefined) durable.delete(segment.path);
      writings.delete(instanceId);
      return;
    }
  };
  const writingOf = (instanceId: string): Writing => {
    let writing = writings.get(instanceId);
    if (writing === undefined) {
      if (writings.size >= LARGEST) forgetOne();
      writers += 1;
      writing = { writer: `${process}${writers.toString(36)}`, written: 0, lastAt: 0, segment: undefined };
    }
    // Read again at its end: the map is in the order of use.
    writings.delete(instanceId);
    writings.set(instanceId, writing);
    return writing;
  };
  const keepOpen = async (segment: OpenSegment, handle: FileHandle): Promise<void> => {
    segment.handle = handle;
    handles.delete(segment);
    handles.add(segment);
    const [oldest] = handles;
    if (handles.size > openFiles && oldest !== undefined) await letGo(oldest);
  };
  const letGo = async (segment: OpenSegment): Promise<void> => {
    const { handle } = segment;
    segment.handle = undefined;
    handles.delete(segment);
    await handle?.close().catch(() => undefined);
  };
  const end = async (writing: Writing): Promise<void> => {
    const { segment } = writing;
    writing.segment = undefined;
    if (segment === undefined) return;
    durable.delete(segment.path);
    await letGo(segment);
  };

  const handleFor = async (instanceId: string, writing: Writing, at: number): Promise<[OpenSegment, FileHandle]> => {
    if (writing.segment !== undefined && writing.segment.size >= segmentBytes) await end(writing);
    const { segment } = writing;
    if (segment !== undefined) {
      const handle = segment.handle ?? (await openExisting(segment.path));
      if (handle !== undefined) {
        await keepOpen(segment, handle);
        return [segment, handle];
      }
      await end(writing);
    }
    const own = instanceFolder(folder, instanceId);
    const { writer, written: base } = writing;
    const made: OpenSegment = {
      path: join(own, segmentName({ writer, base, firstAt: at })),
      size: 0,
      handle: undefined,
    };
    const handle = await makeSegment(folder, own, made.path);
    writing.segment = made;
    durable.set(made.path, made);
    await keepOpen(made, handle);
    return [made, handle];
  };

  /** @returns false when the segment was ended by another before it was durable: nobody may count on what is in it */
  const writeOnce = async (
    instanceId: string,
    writing: Writing,
    records: SegmentRecords,
    at: number,
  ): Promise<boolean> => {
    const [segment, handle] = await handleFor(instanceId, writing, at);
    let stayed: boolean;
    try {
      await writeAll(handle, records);
      await handle.datasync();
      // Only now: whoever has ended it before looks at what is in it afterwards, and so finds this.
      stayed = await isThere(segment.path);
    } catch (error) {
      // It may all be there, or a part, and may vanish later: it must not stand before anything that is acknowledged, and
      // no number that somebody may have read is given again.
      await handle.truncate(segment.size).catch(() => undefined);
      await end(writing);
      writing.written += records.bytes;
      throw error;
    }
    if (!stayed) {
      await end(writing);
      return false;
    }
    segment.size += records.bytes;
    writing.written += records.bytes;
    writing.lastAt = at;
    return true;
  };

  return {
    async write(instanceId, batches) {
      const writing = writingOf(instanceId);
      const at = Math.max(clock.now(), writing.lastAt);
      const records = recordsOf(batches, at);
      try {
        for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
          if (await writeOnce(instanceId, writing, records, at)) return;
        }
      } catch (cause) {
        throw new StoreUnavailable({ diagnostic: 'log lines could not be written', cause });
      }
      throw new StoreUnavailable({ diagnostic: 'the segments of log lines are taken away as soon as they are made' });
    },
    durableBytes: (path) => durable.get(path)?.size,
    async close() {
      for (const writing of writings.values()) await end(writing);
      writings.clear();
    },
  };
}

/** The system may write less than it was asked to; the rest goes behind it. */
async function writeAll(handle: FileHandle, { pieces, bytes }: SegmentRecords): Promise<void> {
  const { bytesWritten } = await handle.writev(pieces);
  if (bytesWritten < bytes) await handle.appendFile(Buffer.concat(pieces).subarray(bytesWritten));
}

async function openExisting(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, APPEND);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Its name is durable when this returns, so that what is in it is as soon as it is written. */
async function makeSegment(folder: string, own: string, path: string): Promise<FileHandle> {
  for (let attempt = 1; ; attempt++) {
    const made = await mkdir(own, { recursive: true, mode: 0o700 });
    if (made !== undefined) await syncFolder(folder);
    try {
      const handle = await open(path, MAKE, 0o600);
      await syncFolder(own);
      return handle;
    } catch (error) {
      // The folder was empty, and somebody has removed it meanwhile.
      if (!isAbsent(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}
