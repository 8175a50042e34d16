import { createHmac } from 'node:crypto';
import type { Clock } from '../clock/clock.ts';
import type { ExpiringValues } from '../store/store.ts';

/** A bucket of one minute, as its process keeps it. */
export interface SharedBucket {
  /** Which limiter, and whose failures. Never leaves the process. */
  readonly name: string;
  /** Of the clock, since the epoch: all processes begin a minute together, as far as their clocks agree. */
  readonly minute: number;
  /** Failures here of which the others were not yet told. */
  untold: number;
  /** Failures here that are in the common count. */
  told: number;
  /** Told how many failures all other processes have had. Never called in the middle of anything. */
  learn(others: number): void;
}

/** Counts that the processes of one installation keep together, in the background. */
export interface SharedCounts {
  /** Has the bucket's untold failures told, and its `learn` called, within half a second; returns at once. */
  tell(bucket: SharedBucket): void;
  /** Stops; what was not told stays untold. */
  close(): Promise<void>;
}

/** What `sharedCounts` stands on. */
export interface SharedCountsParts {
  readonly expiring: Pick<ExpiringValues, 'addAll'>;
  readonly clock: Clock;
  /** Names buckets in the store: who reads it learns no address and no digest of a secret. */
  readonly key: Buffer;
  /** From the end of one trip to the beginning of the next. Default: 500 ms; the first after a pause begins at once. */
  readonly everyMilliseconds?: number;
  /** Called when the store could not be asked. */
  readonly onError?: (cause: unknown) => void;
}

/** Of the clock's minutes, milliseconds. */
export const MINUTE_MILLISECONDS = 60_000;
/** Longer than its minute, because clocks differ. */
const TTL_SECONDS = 150;
/** In one trip: half a thousand names are a millisecond of work. */
const LARGEST_TRIP = 500;
/** Buckets waiting at once; further ones take the place of the oldest, which then count in this process alone. */
const MAXIMUM_WAITING = 10_000;

/**
 * Merges counts of failures through the store. No request waits for it: a process decides by what it knows, and knows
 * what the others have counted half a second later. While the store is away each process goes on with its own counts,
 * and what it counts meanwhile is not told later: it may have arrived, and an honest client would be counted twice.
 */
export function sharedCounts(parts: SharedCountsParts): SharedCounts {
  const { clock, everyMilliseconds = 500 } = parts;
  const waiting = new Set<SharedBucket>();
  let timer: NodeJS.Timeout | undefined;
  let trip: Promise<void> | undefined;
  let nextAt = Number.NEGATIVE_INFINITY;
  let closed = false;

  const plan = (): void => {
    if (closed || trip !== undefined || timer !== undefined || waiting.size === 0) return;
    timer = setTimeout(begin, Math.max(0, nextAt - performance.now())).unref();
  };
  const begin = (): void => {
    timer = undefined;
    trip = merge(parts, takeFrom(waiting, Math.floor(clock.now() / MINUTE_MILLISECONDS))).finally(() => {
      trip = undefined;
      nextAt = performance.now() + everyMilliseconds;
      plan();
    });
  };

  return {
    tell(bucket) {
      if (waiting.size >= MAXIMUM_WAITING && !waiting.has(bucket)) {
        for (const oldest of waiting) {
          waiting.delete(oldest);
          break;
        }
      }
      waiting.add(bucket);
      plan();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await trip;
    },
  };
}

/** @returns a trip's worth of buckets; those of minutes that are over are of no use to anybody */
function takeFrom(waiting: Set<SharedBucket>, minute: number): readonly SharedBucket[] {
  const taken: SharedBucket[] = [];
  for (const bucket of waiting) {
    if (taken.length >= LARGEST_TRIP) break;
    waiting.delete(bucket);
    if (bucket.minute === minute && bucket.untold > 0) taken.push(bucket);
  }
  return taken;
}

async function merge({ expiring, key, onError }: SharedCountsParts, buckets: readonly SharedBucket[]): Promise<void> {
  if (buckets.length === 0) return;
  const increments = buckets.map(({ name, minute, untold }) => ({ key: nameOf(key, name, minute), by: untold }));
  for (const bucket of buckets) bucket.untold = 0;
  try {
    const counts = await expiring.addAll(increments, TTL_SECONDS);
    for (const [position, bucket] of buckets.entries()) {
      bucket.told += increments[position]?.by ?? 0;
      bucket.learn((counts[position] ?? 0) - bucket.told);
    }
  } catch (cause) {
    onError?.(cause);
  }
}

function nameOf(key: Buffer, name: string, minute: number): string {
  return `failures:${createHmac('sha256', key).update(`${minute} ${name}`).digest('base64url').slice(0, 24)}`;
}
