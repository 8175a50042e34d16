import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { StoreUnavailable } from '../problems/request-problems.ts';
import type { Snapshots } from '../store/store.ts';

/** Which chunks belong together; a value of its own, written when all of them are there. */
interface Head {
  /** Names one writing of the snapshot. */
  readonly generation: string;
  readonly chunks: number;
}

const CHUNK_LIMIT_BYTES = 262_144;
/** Who keeps a snapshot writes it anew before. What is left of an unfinished one goes by itself. */
const LIFE_SECONDS = 3_600;
/** For those who are reading the one that was replaced. */
const REPLACED_SECONDS = 30;
const CHUNK_MILLISECONDS = 2_000;
/** Slower than this, the durable store is as good a place to read from. */
const LOAD_MILLISECONDS = 15_000;

/** Keeps snapshots in Redis, under names that begin with `prefix`. */
export function redisSnapshots(redis: Redis, prefix: string): Snapshots {
  const headOf = (name: string) => `${prefix}:snapshot:${name}`;
  const chunkOf = (name: string, { generation }: Pick<Head, 'generation'>, index: number) =>
    `${headOf(name)}:${generation}:${index}`;
  const chunksOf = (name: string, head: Head): readonly string[] =>
    Array.from({ length: head.chunks }, (_, index) => chunkOf(name, head, index));

  async function* chunksFrom(name: string, head: Head): AsyncGenerator<Uint8Array, void, void> {
    const endsAt = performance.now() + LOAD_MILLISECONDS;
    const connection = await reached(() => ownConnection(redis));
    try {
      for (const key of chunksOf(name, head)) {
        if (performance.now() > endsAt) throw new StoreUnavailable({ diagnostic: 'Redis is slow' });
        const chunk = await reached(() => connection.getBuffer(key));
        if (chunk === null) return;
        yield chunk;
      }
    } finally {
      connection.disconnect();
    }
  }

  const replaceHead = async (connection: Redis, name: string, head: Head): Promise<void> => {
    const replaced = headFrom(await connection.set(headOf(name), JSON.stringify(head), 'EX', LIFE_SECONDS, 'GET'));
    if (replaced === undefined) return;
    await Promise.all(chunksOf(name, replaced).map((key) => connection.expire(key, REPLACED_SECONDS)));
  };

  return {
    async save(name, chunks) {
      const generation = randomUUID();
      const connection = await reached(() => ownConnection(redis));
      let written = 0;
      try {
        for await (const chunk of chunks) {
          if (chunk.byteLength > CHUNK_LIMIT_BYTES) throw new RangeError(`${chunk.byteLength} bytes are no chunk`);
          const key = chunkOf(name, { generation }, written);
          // Counted before: what was asked for may be there although no answer came.
          written += 1;
          await reached(() => connection.set(key, bufferOf(chunk), 'EX', LIFE_SECONDS));
        }
        await reached(() => replaceHead(connection, name, { generation, chunks: written }));
      } catch (error) {
        const unfinished = chunksOf(name, { generation, chunks: written });
        if (unfinished.length > 0) await connection.unlink(...unfinished).catch(() => undefined);
        throw error;
      } finally {
        connection.disconnect();
      }
    },

    async load(name) {
      const connection = await reached(() => ownConnection(redis));
      try {
        const head = headFrom(await reached(() => connection.get(headOf(name))));
        if (head === undefined || head.chunks === 0) return undefined;
        // Chunks that were evicted, or that a restart has lost: known before anybody relies on the rest.
        const there = await reached(() => connection.exists(...chunksOf(name, head)));
        return there === head.chunks ? chunksFrom(name, head) : undefined;
      } finally {
        connection.disconnect();
      }
    },
  };
}

/** Not a copy: it is written before the next is asked for. */
const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/**
 * A connection on which large values hold up nobody else's commands, and may take longer than what a request waits for.
 * @throws at once while Redis is away
 */
async function ownConnection(redis: Redis): Promise<Redis> {
  if (redis.status !== 'ready') throw new Error('Redis is not connected');
  const connection = redis.duplicate({
    lazyConnect: true,
    commandTimeout: CHUNK_MILLISECONDS,
    enableAutoPipelining: false,
    retryStrategy: () => null,
  });
  connection.on('error', () => undefined);
  await connection.connect();
  return connection;
}

async function reached<T>(command: () => Promise<T>): Promise<T> {
  try {
    return await command();
  } catch (cause) {
    throw new StoreUnavailable({ diagnostic: 'Redis did not do a command', cause });
  }
}

/** @returns `undefined` for what is no head: others may write there too */
function headFrom(text: string | null): Head | undefined {
  const [, generation, count] = /^\{"generation":"([0-9a-f-]{36})","chunks":(\d{1,4})\}$/.exec(text ?? '') ?? [];
  if (generation === undefined) return undefined;
  return { generation, chunks: Number(count) };
}
