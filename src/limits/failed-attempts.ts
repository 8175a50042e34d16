import { createRequire } from 'node:module';
import { isIP } from 'node:net';
import { LRUCache } from 'lru-cache';
import type { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Clock } from '../clock/clock.ts';
import { RateLimited } from '../problems/request-problems.ts';

/** Counts failures by key (an address, a digest) and refuses keys that had too many. */
export interface FailedAttempts {
  /**
   * To be called before a secret is looked at.
   * @throws RateLimited  the key has used up its failures; says when its minute ends
   */
  check(key: string): void;
  /** Counts one failure. */
  record(key: string): void;
}

/** What `failedAttempts` takes. */
export interface FailedAttemptsParts {
  /** Failures a key may have in a minute; 0: no limit. */
  readonly perMinute: number;
  readonly clock: Clock;
  /** Keys remembered at once. Default: 50,000, about 25 MB when full. */
  readonly maximumKeys?: number;
  /** Told each time that a key is refused, for a metric. */
  readonly onRefused?: () => void;
}

interface Attempts {
  readonly endsAt: number;
  failures: number;
}

const WINDOW_SECONDS = 60;

const load = createRequire(import.meta.url);

function newLimiter(perMinute: number): RateLimiterMemory {
  // The library is what the type is imported from.
  const { RateLimiterMemory: Limiter } = load('rate-limiter-flexible') as typeof import('rate-limiter-flexible');
  return new Limiter({ points: perMinute, duration: WINDOW_SECONDS });
}

/**
 * A limit on failures, in this process only. The oldest keys are forgotten when there are too many: an attacker with
 * many addresses must not be able to fill the memory. Requests that are under way at once are checked before any of
 * them has failed, so a burst may pass the limit by its own width.
 */
export function failedAttempts({
  perMinute,
  clock,
  maximumKeys = 50_000,
  onRefused,
}: FailedAttemptsParts): FailedAttempts {
  if (perMinute === 0) return { check: () => {}, record: () => {} };
  // Both are made with the first failure. The memory takes room for all its keys at once, and loading the library takes as
  // long: together 12 ms of every start.
  let made: RateLimiterMemory | undefined;
  let known: LRUCache<string, Attempts> | undefined;
  const limiterOf = (): RateLimiterMemory => {
    made ??= newLimiter(perMinute);
    return made;
  };
  const newMemory = () =>
    new LRUCache<string, Attempts>({
      max: maximumKeys,
      // The limiter keeps every key until its minute ends: what is forgotten here must be forgotten there.
      dispose: (_attempts, key, reason) => {
        if (reason === 'evict' || reason === 'delete') void limiterOf().delete(key);
      },
    });

  const attemptsOf = (key: string): Attempts | undefined => {
    const attempts = known?.get(key);
    if (attempts === undefined || clock.now() < attempts.endsAt) return attempts;
    known?.delete(key);
    return undefined;
  };

  return {
    check(key) {
      const attempts = attemptsOf(key);
      if (attempts === undefined || attempts.failures < perMinute) return;
      onRefused?.();
      throw new RateLimited(Math.max(1, Math.ceil((attempts.endsAt - clock.now()) / 1000)));
    },

    record(key) {
      let attempts = attemptsOf(key);
      if (attempts === undefined) {
        attempts = { endsAt: clock.now() + WINDOW_SECONDS * 1000, failures: 0 };
        known ??= newMemory();
        known.set(key, attempts);
      }
      const counted = attempts;
      void limiterOf()
        .penalty(key)
        .then(({ consumedPoints }) => {
          counted.failures = consumedPoints;
        });
    },
  };
}

/**
 * The bucket of a normalised address: an IPv4 address itself, of IPv6 the network of 64 bits. Anyone who has one IPv6
 * address has a whole such network, and would have as many attempts as it has addresses.
 */
export function addressBucketOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? [] : tail.split(':');
    while (groups.length + after.length < 8) groups.push('0');
    groups.push(...after);
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}
