import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** One file of lines that one writer wrote one after the other. */
export interface Segment {
  readonly path: string;
  readonly writer: string;
  /** Where its first byte is in all that its writer wrote for the instance; batches are numbered by where they end. */
  readonly base: number;
  /** When its first batch was taken in. */
  readonly firstAt: number;
  /** True: its writer has lost it, and nothing is added to it any more. */
  readonly ended: boolean;
}

const NAME = /^(?<writer>[0-9a-z]+)\.(?<base>\d+)\.(?<firstAt>\d+)\.(?<end>lines|ended)$/;

/** @returns the name of a segment; unique, because a writer's is */
export const segmentName = ({ writer, base, firstAt }: Pick<Segment, 'writer' | 'base' | 'firstAt'>): string =>
  `${writer}.${base}.${firstAt}.lines`;

/** @returns the name that a segment has once its writer has lost it */
export const endedName = (path: string): string => path.replace(/\.lines$/, '.ended');

/** @returns the folder of an instance. @throws TypeError for what would be another folder */
export function instanceFolder(folder: string, instanceId: string): string {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(instanceId)) throw new TypeError(`'${instanceId}' is no id of an instance`);
  return join(folder, instanceId);
}

/**
 * @returns the segments in a folder by writer, each writer's in their order; none when there is no folder. Of each but a
 * writer's last, all is written
 */
export async function segmentsIn(folder: string): Promise<ReadonlyMap<string, readonly Segment[]>> {
  const first = bySegment(folder, await namesIn(folder));
  const lastBases = new Map<string, number>();
  for (const { writer, base } of first.values()) lastBases.set(writer, Math.max(base, lastBases.get(writer) ?? 0));
  // What is made or renamed while a folder is read may be missed. Whatever came before a segment that the first look has
  // found was made before the second, and is renamed once at most.
  const second = first.size === lastBases.size ? first : bySegment(folder, await namesIn(folder));
  const found = new Map<string, Segment[]>([...lastBases.keys()].map((writer) => [writer, []]));
  for (const segment of new Map([...first, ...second]).values()) {
    if (segment.base <= (lastBases.get(segment.writer) ?? -1)) found.get(segment.writer)?.push(segment);
  }
  // Two may begin at one place: what was written into a segment while it was being ended was written again, into the second.
  for (const own of found.values()) own.sort((a, b) => a.base - b.base || a.firstAt - b.firstAt);
  return found;
}

function bySegment(folder: string, names: readonly string[]): ReadonlyMap<string, Segment> {
  const found = new Map<string, Segment>();
  for (const name of names) {
    const parts = NAME.exec(name)?.groups;
    if (parts === undefined) continue;
    const { writer = '', base, firstAt, end } = parts;
    found.set(`${writer}.${base}.${firstAt}`, {
      path: join(folder, name),
      writer,
      base: Number(base),
      firstAt: Number(firstAt),
      ended: end === 'ended',
    });
  }
  return found;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** @returns whether a call failed because there is no such file or folder */
export const isAbsent = (error: unknown): boolean => hasCode(error, 'ENOENT');

/** @returns whether a call of the file system failed with this code */
export const hasCode = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;
