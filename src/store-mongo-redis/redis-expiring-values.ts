import type { Redis } from 'ioredis';
import { StoreUnavailable } from '../problems/request-problems.ts';
import type { ExpiringValues, Increment } from '../store/store.ts';

// One step, so that no crash in between leaves a count that never ends. Written for Redis 6.2, whose EXPIRE has no NX.
const ADD_ALL = `
local counts = {}
for position, key in ipairs(KEYS) do
  local by = tonumber(ARGV[position + 1])
  local count = redis.call('INCRBY', key, by)
  if count == by then redis.call('EXPIRE', key, ARGV[1]) end
  counts[position] = count
end
return counts
`;
/** Counters that one script adds to: Redis does nothing else meanwhile, a tenth of a millisecond. */
const LARGEST_SCRIPT = 100;

/** Keeps the values in Redis under names that begin with `prefix`; Redis itself ends them. */
export function redisExpiringValues(redis: Redis, prefix: string): ExpiringValues {
  const nameOf = (key: string) => `${prefix}:expiring:${key}`;
  const addChunk = async (increments: readonly Increment[], ttlSeconds: number): Promise<readonly number[]> => {
    const names = increments.map(({ key }) => nameOf(key));
    const amounts = increments.map(({ by }) => by);
    // The script answers one number for each key.
    return (await redis.eval(ADD_ALL, names.length, ...names, ttlSeconds, ...amounts)) as number[];
  };
  return {
    put: (key, value, ttlSeconds) => reached(async () => void (await redis.set(nameOf(key), value, 'EX', ttlSeconds))),
    get: (key) => reached(async () => (await redis.get(nameOf(key))) ?? undefined),
    take: (key) => reached(async () => (await redis.getdel(nameOf(key))) ?? undefined),
    increment: (key, ttlSeconds) => reached(async () => Number((await addChunk([{ key, by: 1 }], ttlSeconds))[0])),
    addAll: (increments, ttlSeconds) =>
      reached(async () => {
        const chunks: Promise<readonly number[]>[] = [];
        for (let from = 0; from < increments.length; from += LARGEST_SCRIPT) {
          chunks.push(addChunk(increments.slice(from, from + LARGEST_SCRIPT), ttlSeconds));
        }
        return (await Promise.all(chunks)).flat();
      }),
  };
}

async function reached<T>(command: () => Promise<T>): Promise<T> {
  try {
    return await command();
  } catch (cause) {
    throw new StoreUnavailable({ diagnostic: 'Redis did not do a command', cause });
  }
}
