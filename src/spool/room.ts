import { SpoolFull } from '../problems/request-problems.ts';
import type { JoinedLines, Spool, SpoolBounds, SpoolUsage, TrimBounds } from './spool.ts';

/** Sees to it that no instance has much more than it may, without counting for each append. */
export interface Room {
  /** To be called before lines are written. @throws SpoolFull  there is no room, and none can be made */
  take(instanceId: string, lines: readonly string[] | JoinedLines): Promise<void>;
}

/** What it counts and makes room with. */
export interface RoomParts extends Pick<Spool, 'trim' | 'usage'> {
  readonly bounds: SpoolBounds;
}

interface Known {
  /** Counted, and what was taken in here since. */
  bytes: number;
  countedAt: number;
  counting?: Promise<void> | undefined;
  /** Who was refused is not counted anew for every try. */
  refusedUntil: number;
}

/** Others may write as well: what they wrote is seen this much later. */
const COUNT_MILLISECONDS = 2_000;
const REFUSE_MILLISECONDS = 1_000;
/** Made in one piece, so that a full one does not trim with each append. */
const ROOM_PART = 0.1;
/** Instances of which the count is remembered. */
const LARGEST = 10_000;

/** @returns what knows of no instance yet */
export function roomWithin({ bounds, usage, trim }: RoomParts): Room {
  const known = new Map<string, Known>();

  const count = async (instanceId: string, about: Known): Promise<void> => {
    const counted: SpoolUsage = await usage(instanceId);
    about.bytes = counted.bytes;
    about.countedAt = performance.now();
  };
  const makeRoom = async (instanceId: string, about: Known): Promise<void> => {
    await count(instanceId, about);
    if (about.bytes < bounds.bytes) return;
    const handedOver = await bounds.handedOver?.(instanceId);
    const asked: TrimBounds = { before: 0, bytes: Math.floor(bounds.bytes * (1 - ROOM_PART)), handedOver };
    await trim(instanceId, asked);
    await count(instanceId, about);
    if (about.bytes >= bounds.bytes && handedOver !== undefined) {
      about.refusedUntil = performance.now() + REFUSE_MILLISECONDS;
    }
  };
  /** One at a time for an instance, whoever asks. */
  const once = (about: Known, work: () => Promise<void>): Promise<void> => {
    about.counting ??= work().finally(() => {
      about.counting = undefined;
    });
    return about.counting;
  };
  const knownOf = (instanceId: string): Known => {
    const found = known.get(instanceId);
    if (found !== undefined) return found;
    if (known.size >= LARGEST) known.delete(known.keys().next().value ?? '');
    const made: Known = { bytes: 0, countedAt: Number.NEGATIVE_INFINITY, refusedUntil: 0 };
    known.set(instanceId, made);
    return made;
  };

  return {
    async take(instanceId, lines) {
      const about = knownOf(instanceId);
      const now = performance.now();
      if (about.refusedUntil > now) throw new SpoolFull();
      if (about.countedAt === Number.NEGATIVE_INFINITY) await once(about, () => count(instanceId, about));
      // Beside the append: it is late only by what others write in the meantime.
      else if (now - about.countedAt > COUNT_MILLISECONDS)
        void once(about, () => count(instanceId, about)).catch(ignored);
      if (about.bytes >= bounds.bytes) await once(about, () => makeRoom(instanceId, about));
      if (about.refusedUntil > performance.now()) throw new SpoolFull();
      about.bytes += 'bytes' in lines ? lines.bytes.length : lines.reduce((sum, line) => sum + line.length + 1, 0);
    },
  };
}

// It is counted again with the next append, which fails by itself when the store does.
const ignored = (): void => undefined;
