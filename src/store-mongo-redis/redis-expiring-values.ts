import type { Redis } from 'ioredis';
import { StoreUnavailable } from '../problems/request-problems.ts';
import type { ExpiringValues } from '../store/store.ts';

// One step, so that no crash in between leaves a count that never ends.
const INCREMENT = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return count
`;

/** Keeps the values in Redis under names that begin with `prefix`; Redis itself ends them. */
export function redisExpiringValues(redis: Redis, prefix: string): ExpiringValues {
  const nameOf = (key: string) => `${prefix}:expiring:${key}`;
  return {
    put: (key, value, ttlSeconds) => reached(async () => void (await redis.set(nameOf(key), value, 'EX', ttlSeconds))),
    get: (key) => reached(async () => (await redis.get(nameOf(key))) ?? undefined),
    take: (key) => reached(async () => (await redis.getdel(nameOf(key))) ?? undefined),
    increment: (key, ttlSeconds) =>
      reached(async () => Number(await redis.eval(INCREMENT, 1, nameOf(key), ttlSeconds))),
  };
}

async function reached<T>(command: () => Promise<T>): Promise<T> {
  try {
    return await command();
  } catch (cause) {
    throw new StoreUnavailable({ diagnostic: 'Redis did not do a command', cause });
  }
}
