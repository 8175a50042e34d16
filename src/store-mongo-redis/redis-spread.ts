import { setTimeout as after } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Entity } from '../store/collection.ts';
import { freshness } from './freshness.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { HearNews, News, NewsWay } from './news-way.ts';
import { type StoredBeat, spreadSenders } from './spread-senders.ts';

/**
 * The fast way on which processes hear of each other's commits: a stream in Redis. It only repeats what is durable in
 * MongoDB, nobody waits for it, and what it loses MongoDB's change stream brings.
 */
export interface RedisSpread extends NewsWay {
  /** @returns milliseconds that what was heard may be late: of own heartbeats, and of every other process that is known */
  age(): number;
  /**
   * @returns when, by the monotonic clock, it was last seen that something was missed. Whoever follows this way knows all
   * again once the other way has proven to have brought everything from before then.
   */
  missedAt(): number;
}

/** What the spread stands on. */
export interface RedisSpreadParts {
  readonly redis: Redis;
  /** Every name in Redis begins with it. */
  readonly prefix: string;
  readonly heartbeat: Heartbeat;
  readonly storedBeat: StoredBeat;
  readonly hear: HearNews;
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
/** What could not be sent is sent again when Redis is back; of more than this the oldest is left to MongoDB. */
const UNSENT_COMMITS = 1_000;
const FORGET_MILLISECONDS = 5_000;

/** Begins to follow the stream; Redis may be away. */
export function redisSpread({ redis, prefix, heartbeat, storedBeat, hear }: RedisSpreadParts): RedisSpread {
  const stream = `${prefix}:changes`;
  const { processId } = heartbeat;
  const proven = freshness(heartbeat.sentAt);
  const senders = spreadSenders(storedBeat);
  const sending = sender(redis, stream, processId);
  heartbeat.sendBy((_, beat) => sending.beat(beat));

  const receive = (fields: Readonly<Record<string, string>>): void => {
    const { p = '', n, b, c, i, e, left } = fields;
    if (p === processId) {
      // Own commits are delivered before they are answered.
      if (b !== undefined) proven.saw(Number(b));
      return;
    }
    if (left === undefined) senders.heard(p, Number(n), c !== undefined);
    else senders.left(p, Number(n));
    if (c === undefined || i === undefined) return;
    hear([{ collection: c, id: i, entity: e === undefined ? undefined : entityFrom(e) }]);
  };
  const following = follower({ redis, stream, receive, age: proven.age, missed: senders.missed });
  const forgetting = setInterval(() => void senders.forgetStopped().catch(() => undefined), FORGET_MILLISECONDS);
  forgetting.unref();

  return {
    tell: async (news) => sending.commit(news),
    age: () => Math.max(proven.age(), senders.silence()),
    missedAt: senders.missedAt,
    async close() {
      clearInterval(forgetting);
      following.close();
      await sending.leave();
    },
  };
}

/** Writes to the stream; each entry says how many commits this process has sent, so that a lost one is missed. */
function sender(redis: Redis, stream: string, processId: string) {
  let commits = 0;
  let unsent: string[][] = [];

  const add = (...fields: string[]) =>
    redis.xadd(stream, 'MAXLEN', '~', LONGEST_STREAM, '*', 'p', processId, 'n', ...fields);
  const send = async (fields: string[]): Promise<void> => {
    try {
      await add(...fields);
    } catch {
      unsent.push(fields);
      if (unsent.length > UNSENT_COMMITS) unsent.shift();
    }
  };

  return {
    commit(news: readonly News[]): void {
      for (const { collection, id, entity } of news) {
        commits += 1;
        const content = entity === undefined ? [] : ['e', JSON.stringify(entity)];
        void send([String(commits), 'c', collection, 'i', id, ...content]);
      }
    },
    async beat(beat: number): Promise<void> {
      await add(String(commits), 'b', String(beat));
      const again = unsent;
      unsent = [];
      for (const fields of again) void send(fields);
    },
    leave: () =>
      add(String(commits), 'left', '1').then(
        () => undefined,
        () => undefined,
      ),
  };
}

interface FollowerParts {
  readonly redis: Redis;
  readonly stream: string;
  readonly receive: (fields: Readonly<Record<string, string>>) => void;
  readonly age: () => number;
  readonly missed: () => void;
}

/** Reads the stream from its end on, for ever. */
function follower({ redis, stream, receive, age, missed }: FollowerParts): { close(): void } {
  // A connection of its own: one that waits for entries answers nothing else.
  const connection = redis.duplicate({ commandTimeout: READ_MILLISECONDS, enableAutoPipelining: false });
  connection.on('error', () => undefined);
  let isClosed = false;

  const follow = async (): Promise<void> => {
    let position: string | undefined;
    let placedAt = performance.now();
    while (!isClosed) {
      try {
        if (position === undefined) {
          position = await lastPosition(connection, stream);
          placedAt = performance.now();
          missed();
        }
        for (const [id, fields] of await entriesAfter(connection, stream, position)) {
          position = id;
          receive(fields);
        }
        // Flushed, or put back to an older state: its numbers may have gone back behind ours.
        if (Math.min(age(), performance.now() - placedAt) > LOST_MILLISECONDS) position = undefined;
      } catch (error) {
        // An entry that cannot be read was passed over.
        if (error instanceof SyntaxError) missed();
        await after(PAUSE_MILLISECONDS, undefined, { ref: false });
      }
    }
  };
  void follow();

  return {
    close() {
      isClosed = true;
      connection.disconnect();
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

/** Entities of immutable collections are flat, so one freeze is enough. @throws SyntaxError */
function entityFrom(text: string): Entity {
  // Only processes of this installation write to the stream, and they write what they committed.
  return Object.freeze(JSON.parse(text) as Entity);
}
