import { rename, rmdir, stat, truncate, unlink } from 'node:fs/promises';
import { syncFolder } from '../secrets/durable-files.ts';
import type { SpoolPosition, SpoolUsage, TrimBounds } from '../spool/spool.ts';
import { endedName, hasCode, isAbsent, type Segment, segmentsIn } from './segment-names.ts';
import type { Extent, SegmentReader } from './segment-reader.ts';

/** Takes away what may go, whole segments at a time. */
export interface SegmentTrim {
  trim(folder: string, bounds: TrimBounds): Promise<void>;
  remove(folder: string): Promise<void>;
  usage(folder: string, after?: SpoolPosition): Promise<SpoolUsage>;
}

/** A segment nobody has written to for so long is ended by whoever wants to take it away. */
const IDLE_MILLISECONDS = 60_000;
/** Ended segments whose extent is known. */
const LARGEST = 10_000;

interface Candidate extends Segment {
  /** Where its writer goes on in the next segment; `undefined`: this is the last. */
  readonly nextBase: number | undefined;
  readonly nextFirstAt: number | undefined;
  readonly size: number;
}

/**
 * @param isOwn whether this process is writing it: nobody else needs to wait until it is idle
 */
export function segmentTrim(reader: Pick<SegmentReader, 'extent'>, isOwn: (path: string) => boolean): SegmentTrim {
  const extents = new Map<string, Extent & { readonly size: number }>();

  const extentOf = async (candidate: Candidate): Promise<Extent> => {
    const { path, size } = candidate;
    const known = extents.get(path);
    if (known?.size === size) return known;
    const extent = await reader.extent(candidate);
    if (extents.size >= LARGEST) extents.delete(extents.keys().next().value ?? '');
    extents.set(path, { ...extent, size });
    return extent;
  };
  const mayGo = async (candidate: Candidate, bounds: TrimBounds, isBeyond: boolean): Promise<boolean> => {
    const { nextBase, nextFirstAt, base, writer, firstAt } = candidate;
    if (!isBeyond && firstAt >= bounds.before) return false;
    if (!isBeyond && (nextFirstAt === undefined || nextFirstAt >= bounds.before)) {
      const { lastAt } = await extentOf(candidate);
      if (Math.max(lastAt, firstAt) >= bounds.before) return false;
    }
    if (bounds.handedOver === undefined) return true;
    const end = nextBase ?? base + (await extentOf(candidate)).bytes;
    // What is empty, or torn in its first batch, has nothing that could be handed over.
    return end === base || (bounds.handedOver[writer] ?? -1) >= end;
  };
  /** @returns the segment under its last name; `undefined`: its writer may go on with it */
  const ended = async (candidate: Candidate): Promise<Candidate | undefined> => {
    if (candidate.ended || candidate.nextBase !== undefined) return candidate;
    const { mtimeMs } = await stat(candidate.path);
    if (!isOwn(candidate.path) && Date.now() - mtimeMs < IDLE_MILLISECONDS) return undefined;
    const path = endedName(candidate.path);
    await rename(candidate.path, path);
    // From here on its writer sees that it was taken: what it acknowledges now is in another one. What it wrote before is
    // looked at again.
    const { size } = await stat(path);
    const taken = { ...candidate, path, ended: true, size };
    const { bytes } = await extentOf(taken);
    if (bytes < size) await truncate(path, bytes);
    return { ...taken, size: bytes };
  };
  const removeOldest = async (own: readonly Candidate[], bounds: TrimBounds, over: number): Promise<number> => {
    let gone = 0;
    const stuck = new Set<string>();
    for (const candidate of [...own].sort((a, b) => a.firstAt - b.firstAt || a.base - b.base)) {
      if (stuck.has(candidate.writer)) continue;
      const isBeyond = gone < over;
      const goes = await mayGo(candidate, bounds, isBeyond);
      const taken = goes ? await ended(candidate) : undefined;
      if (taken === undefined || (taken !== candidate && !(await mayGo(taken, bounds, isBeyond)))) {
        stuck.add(candidate.writer);
        continue;
      }
      await unlink(taken.path);
      extents.delete(taken.path);
      gone += taken.size;
    }
    return gone;
  };

  return {
    async trim(folder, bounds) {
      const own = await candidatesIn(folder);
      const total = own.reduce((sum, { size }) => sum + size, 0);
      const gone = await ignoringAbsent(removeOldest(own, bounds, total - bounds.bytes));
      if (own.length === 0 || (gone !== undefined && gone > 0)) await tidied(folder);
    },
    async remove(folder) {
      for (const { path } of await candidatesIn(folder)) {
        await ignoringAbsent(unlink(path));
        await ignoringAbsent(unlink(endedName(path)));
      }
      await tidied(folder);
    },
    async usage(folder, after = {}) {
      const own = await candidatesIn(folder);
      const keptOf = ({ writer, base, size }: Candidate) =>
        Math.max(0, Math.min(size, base + size - (after[writer] ?? 0)));
      const bytes = own.reduce((sum, candidate) => sum + keptOf(candidate), 0);
      const oldestAt = own.reduce((least, { firstAt }) => Math.min(least, firstAt), Number.POSITIVE_INFINITY);
      return { bytes, oldestAt: Number.isFinite(oldestAt) ? oldestAt : undefined };
    },
  };
}

async function candidatesIn(folder: string): Promise<readonly Candidate[]> {
  const candidates: Candidate[] = [];
  for (const segments of (await segmentsIn(folder)).values()) {
    for (const [index, segment] of segments.entries()) {
      const next = segments[index + 1];
      const found = await ignoringAbsent(stat(segment.path));
      if (found === undefined) continue;
      candidates.push({ ...segment, nextBase: next?.base, nextFirstAt: next?.firstAt, size: found.size });
    }
  }
  return candidates;
}

/** Its folder goes as well when nothing is left in it. */
async function tidied(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (isAbsent(error)) return;
    if (!hasCode(error, 'ENOTEMPTY')) throw error;
    await ignoringAbsent(syncFolder(folder));
  }
}

/** Another process may trim, or remove, at the same time. */
async function ignoringAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
