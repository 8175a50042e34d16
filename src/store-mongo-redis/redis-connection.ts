import { Redis } from 'ioredis';
import type { Clock } from '../clock/clock.ts';
import type { StoreLogger } from './store-logger.ts';

/** What a connection to Redis needs. */
export interface RedisConnectionParts {
  readonly redisUrl: string;
  readonly clock: Clock;
  readonly logger: StoreLogger;
}

const LOG_EVERY_MILLISECONDS = 60_000;
const LONGEST_PAUSE_MILLISECONDS = 2_000;

/**
 * Connects in the background and again for ever. While Redis is away every command fails at once: nothing is queued,
 * so no request hangs on it.
 */
export function connectToRedis({ redisUrl, clock, logger }: RedisConnectionParts): Redis {
  const redis = new Redis(redisUrl, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    // A command whose answer was lost may have been done: sending it again could take a value or count twice.
    autoResendUnfulfilledCommands: false,
    commandTimeout: 100,
    connectTimeout: 2_000,
    // How long an already broken connection may keep the process after it was closed.
    disconnectTimeout: 100,
    enableAutoPipelining: true,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 10), LONGEST_PAUSE_MILLISECONDS),
    connectionName: 'latchkey',
  });
  const reports = outageReports(clock, logger);
  // Without this listener an error of the connection would end the process.
  redis.on('error', reports.away);
  redis.on('reconnecting', () => reports.away());
  redis.on('ready', () => {
    reports.back();
    void warnOfEviction(redis, logger);
  });
  return redis;
}

// A Redis that is away for hours, or comes and goes, is one line a minute.
function outageReports(clock: Clock, logger: StoreLogger) {
  let silentUntil = 0;
  let isReported = false;
  return {
    away(error?: Error): void {
      if (clock.now() < silentUntil) return;
      silentUntil = clock.now() + LOG_EVERY_MILLISECONDS;
      isReported = true;
      logger.warn({ err: error }, 'Redis cannot be reached; what expires by itself is not available until it is back');
    },
    back(): void {
      if (isReported) logger.info({}, 'Redis is back');
      isReported = false;
    },
  };
}

/** @returns when Redis is ready, or after `milliseconds` when it is not: nobody may wait for it longer */
export function readyOrLate(redis: Redis, milliseconds: number): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      redis.off('ready', done);
      redis.off('close', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    redis.once('ready', done);
    redis.once('close', done);
  });
}

/** @returns such as `Redis 7.0.15`, or `Redis unreachable` */
export async function describeRedis(redis: Redis): Promise<string> {
  try {
    return `Redis ${factOf(await redis.info('server'), 'redis_version') ?? 'of unknown version'}`;
  } catch {
    return 'Redis unreachable';
  }
}

// A Redis that evicts under pressure of memory may forget a one-time code's use, or a count, before its time.
async function warnOfEviction(redis: Redis, logger: StoreLogger): Promise<void> {
  const policy = await redis.info('memory').then(
    (facts) => factOf(facts, 'maxmemory_policy'),
    () => undefined,
  );
  if (policy === undefined || policy === 'noeviction') return;
  logger.warn(
    { maxmemoryPolicy: policy },
    "Redis may evict keys before they expire: set its maxmemory-policy to 'noeviction'",
  );
}

function factOf(facts: string, name: string): string | undefined {
  const line = facts.split('\r\n').find((candidate) => candidate.startsWith(`${name}:`));
  return line?.slice(name.length + 1);
}
