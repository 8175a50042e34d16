import { Redis } from 'ioredis';
import { type ServerProcess, startServerProcess } from './server-process.ts';
import { commandWorks, installPackages } from './system-packages.ts';

/** How a Redis for tests is started. */
export interface RedisProcessParts {
  /** Default: a free one. */
  readonly port?: number;
  /** Default: `noeviction`. */
  readonly maxmemoryPolicy?: string;
}

/**
 * Starts a Redis that keeps nothing on disk: after `stop` and `restart` it is empty.
 * @throws Error that says what to install, when there is no `redis-server`
 */
export async function startRedis({
  port,
  maxmemoryPolicy = 'noeviction',
}: RedisProcessParts = {}): Promise<ServerProcess> {
  if (!(await commandWorks('redis-server'))) {
    await installPackages(['redis-server'], 'There is no redis-server in the PATH');
  }
  return startServerProcess({
    name: 'redis',
    executable: 'redis-server',
    port,
    argumentsFor: (chosen, directory) => [
      ...['--bind', '127.0.0.1', '--port', String(chosen), '--dir', directory],
      ...['--save', '', '--appendonly', 'no', '--maxmemory-policy', maxmemoryPolicy],
    ],
    urlFor: (chosen) => `redis://127.0.0.1:${chosen}`,
    answers: async (chosen) => void (await redisVersion(`redis://127.0.0.1:${chosen}`)),
  });
}

/** @returns the version of the Redis at `url`, such as `7.0.15`; rejects when none answers */
export async function redisVersion(url: string): Promise<string> {
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: 2_000,
    disconnectTimeout: 100,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    const facts = await redis.info('server');
    return /^redis_version:(.*)$/m.exec(facts)?.[1]?.trim() ?? 'unknown';
  } finally {
    redis.disconnect();
  }
}
