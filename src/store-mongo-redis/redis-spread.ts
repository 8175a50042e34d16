import { setTimeout as after } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Change } from '../store/changes.ts';
import type { Entity } from '../store/collection.ts';
import { type Freshness, freshness } from './freshness.ts';
import type { Heartbeat } from './heartbeat.ts';

/**
 * The fast way on which processes hear of each other's commits: a stream in Redis. It only repeats what is durable in
 * MongoDB, nobody waits for it, and what it loses MongoDB's change stream brings.
 */
export interface RedisSpread {
  /** Tells the other processes what was committed. Never waited for. */
  publish(changes: readonly Change[]): void;
  readonly freshness: Freshness;
  close(): void;
}

/** What the spread stands on. */
export interface RedisSpreadParts {
  readonly redis: Redis;
  /** Every name in Redis begins with it. */
  readonly prefix: string;
  readonly heartbeat: Heartbeat;
  /** Something was committed. The entity is there only for immutable collections: of others the order is not kept here. */
  readonly onChange: (collection: string, id: string, entity: Entity | undefined) => void;
}

const BLOCK_MILLISECONDS = 500;
/** Longer than `BLOCK_MILLISECONDS`: after it the connection is taken for dead. */
const READ_MILLISECONDS = 2_000;
const ENTRIES_PER_READ = 500;
/** About a minute of a busy installation; who is further behind hears of the rest through MongoDB. */
const LONGEST_STREAM = 100_000;
const PAUSE_MILLISECONDS = 200;
/** When no beat has come back for so long although Redis answers, the place in the stream is no longer right. */
const LOST_MILLISECONDS = 5_000;

/** Begins to follow the stream; Redis may be away. */
export function redisSpread({ redis, prefix, heartbeat, onChange }: RedisSpreadParts): RedisSpread {
  const stream = `${prefix}:changes`;
  const proven = freshness(heartbeat.sentAt);
  // A connection of its own: one that waits for entries answers nothing else.
  const follower = redis.duplicate({ commandTimeout: READ_MILLISECONDS, enableAutoPipelining: false });
  follower.on('error', () => undefined);
  let isClosed = false;

  const add = (...fields: string[]) => redis.xadd(stream, 'MAXLEN', '~', LONGEST_STREAM, '*', ...fields);
  heartbeat.sendBy((processId, beat) => add('p', processId, 'b', String(beat)));

  const receive = (fields: Readonly<Record<string, string>>): void => {
    const { p, b, c, i, e } = fields;
    if (p === heartbeat.processId) proven.saw(Number(b));
    if (c !== undefined && i !== undefined) onChange(c, i, e === undefined ? undefined : entityFrom(e));
  };

  const follow = async (): Promise<void> => {
    let position: string | undefined;
    let placedAt = performance.now();
    while (!isClosed) {
      try {
        if (position === undefined) {
          position = await lastPosition(follower, stream);
          placedAt = performance.now();
        }
        for (const [id, fields] of await entriesAfter(follower, stream, position)) {
          position = id;
          receive(fields);
        }
        // Flushed, or put back to an older state: its numbers may have gone back behind ours.
        if (Math.min(proven.age(), performance.now() - placedAt) > LOST_MILLISECONDS) position = undefined;
      } catch {
        await after(PAUSE_MILLISECONDS, undefined, { ref: false });
      }
    }
  };
  void follow();

  return {
    publish(changes) {
      for (const change of changes) {
        if (!change.collection.followed || change.kind === 'expect') continue;
        const id = 'entity' in change ? change.entity.id : change.id;
        const entity = 'entity' in change && change.collection.immutable ? ['e', JSON.stringify(change.entity)] : [];
        add('c', change.collection.name, 'i', id, ...entity).catch(() => undefined);
      }
    },
    freshness: proven,
    close() {
      isClosed = true;
      follower.disconnect();
    },
  };
}

/** @returns the place behind the last entry; the very beginning when there is none */
async function lastPosition(redis: Redis, stream: string): Promise<string> {
  const [last] = await redis.xrevrange(stream, '+', '-', 'COUNT', 1);
  return last?.[0] ?? '0-0';
}

async function entriesAfter(
  redis: Redis,
  stream: string,
  position: string,
): Promise<readonly (readonly [id: string, fields: Readonly<Record<string, string>>])[]> {
  const answer = await redis.xread('COUNT', ENTRIES_PER_READ, 'BLOCK', BLOCK_MILLISECONDS, 'STREAMS', stream, position);
  return (answer?.[0]?.[1] ?? []).map(([id, flat]) => {
    const fields: Record<string, string> = {};
    for (let index = 0; index + 1 < flat.length; index += 2) fields[String(flat[index])] = String(flat[index + 1]);
    return [id, fields] as const;
  });
}

/** Entities of immutable collections are flat, so one freeze is enough. */
function entityFrom(text: string): Entity {
  // Only processes of this installation write to the stream, and they write what they committed.
  return Object.freeze(JSON.parse(text) as Entity);
}
