import { createRequire } from 'node:module';
import { isIP } from 'node:net';
import { LRUCache } from 'lru-cache';
import type { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Clock } from '../clock/clock.ts';
import { RateLimited } from '../problems/request-problems.ts';
import { MINUTE_MILLISECONDS, type SharedBucket, type SharedCounts } from './shared-counts.ts';

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
  /** Tells this limiter's buckets from those of others that share counts. Default: the empty text. */
  readonly name?: string;
  /** Failures a key may have in a minute of the clock; 0: no limit. */
  readonly perMinute: number;
  readonly clock: Clock;
  /** Keys remembered at once. Default: 50,000, about 25 MB when full. */
  readonly maximumKeys?: number;
  /** What other processes have counted. Default: this process counts alone. */
  readonly shared?: Pick<SharedCounts, 'tell'> | undefined;
  /** Told each time that a key is refused, for a metric. */
  readonly onRefused?: () => void;
}

interface Attempts extends SharedBucket {
  /** Here and elsewhere, as far as is known. */
  failures: number;
}

const load = createRequire(import.meta.url);

function newLimiter(perMinute: number): RateLimiterMemory {
  // The library is what the type is imported from.
  const { RateLimiterMemory: Limiter } = load('rate-limiter-flexible') as typeof import('rate-limiter-flexible');
  return new Limiter({ points: perMinute, duration: MINUTE_MILLISECONDS / 1000 });
}

/**
 * A limit on failures. This process alone decides, at once; what other processes have counted is added when it is learnt.
 * The oldest keys are forgotten when there are too many: an attacker with many addresses must not be able to fill the
 * memory. Requests that are under way at once are checked before any of them has failed, so a burst may pass the limit by
 * its own width.
 */
export function failedAttempts(parts: FailedAttemptsParts): FailedAttempts {
  const { name = '', perMinute, clock, maximumKeys = 50_000, shared, onRefused } = parts;
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
      // The limiter keeps every key for a minute: what is forgotten here must be forgotten there.
      dispose: (attempts, key) => void limiterOf().delete(limiterKeyOf(key, attempts)),
    });
  const minuteNow = (): number => Math.floor(clock.now() / MINUTE_MILLISECONDS);
  const attemptsOf = (key: string): Attempts | undefined => {
    const attempts = known?.get(key);
    return attempts?.minute === minuteNow() ? attempts : undefined;
  };
  const count = (key: string, attempts: Attempts, failures: number): void => {
    void limiterOf()
      .penalty(limiterKeyOf(key, attempts), failures)
      .then(({ consumedPoints }) => {
        attempts.failures = consumedPoints;
      });
  };
  const begin = (key: string): Attempts => {
    let others = 0;
    const attempts: Attempts = {
      ...{ name: `${name} ${key}`, minute: minuteNow(), failures: 0, untold: 0, told: 0 },
      learn(failures) {
        // Only ever more: a common count that was lost (Redis came back empty) must not give anybody new attempts.
        if (failures <= others || known?.peek(key) !== attempts) return;
        count(key, attempts, failures - others);
        others = failures;
      },
    };
    known ??= newMemory();
    known.set(key, attempts);
    return attempts;
  };

  return {
    check(key) {
      const attempts = attemptsOf(key);
      if (attempts === undefined || attempts.failures < perMinute) return;
      onRefused?.();
      const endsAt = (attempts.minute + 1) * MINUTE_MILLISECONDS;
      throw new RateLimited(Math.max(1, Math.ceil((endsAt - clock.now()) / 1000)));
    },

    record(key) {
      const attempts = attemptsOf(key) ?? begin(key);
      count(key, attempts, 1);
      attempts.untold += 1;
      shared?.tell(attempts);
    },
  };
}

const limiterKeyOf = (key: string, { minute }: Attempts): string => `${minute} ${key}`;

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
