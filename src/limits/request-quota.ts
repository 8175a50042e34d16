import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock/clock.ts';
import { RateLimited } from '../problems/request-problems.ts';

/** How much of a quota is left. */
export interface QuotaState {
  readonly limit: number;
  readonly remaining: number;
  /** When it begins anew, milliseconds. */
  readonly resetAt: number;
}

/** So many requests a minute of the clock, of each key. */
export interface RequestQuota {
  /** Counts one more. @returns what is left; `remaining` is negative when this one was too many */
  take(key: string): QuotaState;
}

const MINUTE = 60_000;
/** Keys counted at once; of who is forgotten the count begins anew. */
const MOST_KEYS = 10_000;

/** Counts in this process alone: several processes together allow as many times more. */
export function requestQuota({
  perMinute,
  clock,
}: {
  readonly perMinute: number;
  readonly clock: Clock;
}): RequestQuota {
  const counts = new LRUCache<string, { readonly minute: number; taken: number }>({ max: MOST_KEYS });
  return {
    take(key) {
      const minute = Math.floor(clock.now() / MINUTE);
      let count = counts.get(key);
      if (count?.minute !== minute) {
        count = { minute, taken: 0 };
        counts.set(key, count);
      }
      count.taken += 1;
      return { limit: perMinute, remaining: perMinute - count.taken, resetAt: (minute + 1) * MINUTE };
    },
  };
}

/** @throws RateLimited the request was too many */
export function requireWithin({ remaining, resetAt }: QuotaState, now: number): void {
  if (remaining >= 0) return;
  throw new RateLimited(Math.max(1, Math.ceil((resetAt - now) / 1_000)), 'Too many requests were made.');
}
