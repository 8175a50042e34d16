import { randomUUID } from 'node:crypto';
import type { Connection } from 'mongoose';
import { type Clock, SYSTEM_CLOCK } from '../clock/clock.ts';
import type { Store, StoreMigrations } from '../store/store.ts';
import { batchedReads } from './batched-reads.ts';
import { bulkWrites } from './bulk-writes.ts';
import { changeFeed } from './change-feed.ts';
import type { AnyCollection } from './documents.ts';
import { entityCaches } from './entity-cache.ts';
import { entityModels, INTERNAL_COLLECTIONS } from './entity-models.ts';
import { beatThroughMongo, heartbeat, storedBeatIn } from './heartbeat.ts';
import { mongoCommit } from './mongo-commit.ts';
import { connectToMongo, nativeDatabase } from './mongo-connection.ts';
import { mongoLeases } from './mongo-leases.ts';
import { applyMissingMigrations, MigrationsPending, missingMigrations } from './mongo-migrations.ts';
import { mongoReader } from './mongo-reader.ts';
import type { HearNews, News, OpenNewsWay } from './news-way.ts';
import { provenPrimary } from './proven-primary.ts';
import { readGate } from './read-gate.ts';
import { noCounts, recentReader } from './recent-reader.ts';
import { connectToRedis, describeRedis, readyOrLate } from './redis-connection.ts';
import { redisExpiringValues } from './redis-expiring-values.ts';
import { redisSnapshots } from './redis-snapshots.ts';
import { redisSpread } from './redis-spread.ts';
import { asStoreFailure, withinStoreTime } from './store-failures.ts';
import { SILENT_LOGGER, type StoreLogger } from './store-logger.ts';

/**
 * The back-end for several nodes: entities, commits, leases and the stream of changes in a MongoDB replica set, what
 * expires by itself in Redis. It owns connections, time limits, the collections' structure and the translation of the
 * drivers' errors. What it remembers of entities it hides, and trusts only while it hears of changes within a second.
 */
export interface MongoRedisStoreParts {
  readonly mongoUrl: string;
  readonly redisUrl: string;
  /** Default: the one in the address, else `latchkey`. */
  readonly database?: string | undefined;
  /** Every name in Redis begins with it, so that installations may share one. Default: one that carries the store's id. */
  readonly installationKeyPrefix?: string | undefined;
  readonly collections: readonly AnyCollection[];
  readonly clock?: Clock;
  /** Default: silent. */
  readonly logger?: StoreLogger | undefined;
  /** What to do when collections or indexes are missing. Default: `refuse`. */
  readonly pendingMigrations?: 'refuse' | 'apply';
  /** The way to the other processes of this node, which hear of a commit before it is answered. Default: there are none. */
  readonly siblings?: OpenNewsWay | undefined;
}

const REDIS_START_MILLISECONDS = 1_000;

/**
 * Opens the store. Redis may be away: then it is connected when it comes.
 * @throws StoreUnavailable   no primary of MongoDB answers
 * @throws NotAReplicaSet     the MongoDB is not one
 * @throws MigrationsPending  the structure is not complete, and `pendingMigrations` is `refuse`
 */
export async function openMongoRedisStore(parts: MongoRedisStoreParts): Promise<Store> {
  const { clock = SYSTEM_CLOCK, logger = SILENT_LOGGER } = parts;
  const connection = await connectToMongo(parts.mongoUrl, parts.database);
  let storeId: string;
  try {
    await prepare(connection, parts, clock);
    storeId = await withinStoreTime(() => storeIdOf(connection));
  } catch (error) {
    await connection.close();
    throw error;
  }
  const redis = connectToRedis({ redisUrl: parts.redisUrl, clock, logger });
  await readyOrLate(redis, REDIS_START_MILLISECONDS);

  const models = entityModels(connection, parts.collections);
  const leases = mongoLeases(connection);
  const prefix = parts.installationKeyPrefix ?? `latchkey:${storeId}`;
  const beats = heartbeat();
  const primary = provenPrimary(connection, beatThroughMongo(connection), beats.processId);
  const gate = readGate(primary.believed);
  const reading = { models, gate, readOne: batchedReads(gate) };
  const primaryAge = beats.sendBy(primary.beat);
  const feed = changeFeed({
    connection,
    models,
    logger,
    heartbeat: beats,
    primaryAge,
    fastWay: () => spread,
    siblingAge: () => siblings?.age() ?? 0,
  });
  const caches = entityCaches(parts.collections);
  const hear: HearNews = (news) => {
    for (const { collection, id, entity } of news) {
      caches.forget(collection, id);
      feed.announce(collection, id, entity);
    }
  };
  // Before anything is remembered: what is committed after it was read is heard.
  const siblings = await parts.siblings?.(hear);
  const spread = redisSpread({ redis, prefix, heartbeat: beats, storedBeat: storedBeatIn(connection), hear });
  const followed = await feed.follow(
    caches.names,
    ({ collection, id }) => caches.forget(collection, id),
    caches.forgetAll,
  );
  const counts = noCounts();
  const tell = async (news: readonly News[]): Promise<void> =>
    void (await Promise.all([spread.tell(news), siblings?.tell(news)]));
  return {
    read: (collection) => mongoReader(reading, collection),
    readRecent: (collection) => {
      const reader = mongoReader(reading, collection);
      const cache = caches.of(collection.name);
      return cache === undefined ? reader : recentReader({ collection, reader, cache, subscription: followed, counts });
    },
    recentReadCounts: () => ({ ...counts }),
    commit: mongoCommit({ connection, models, leases, feed, tell }),
    ...bulkWrites(models),
    watch: feed.watch,
    lease: leases.acquire,
    expiring: redisExpiringValues(redis, prefix),
    snapshots: redisSnapshots(redis, prefix),
    ping: () => gate.probe(() => pingPrimary(connection)),
    describe: async () => [await withinStoreTime(() => describeMongo(connection)), await describeRedis(redis)],
    close: async () => {
      // Closing what is closed does nothing, in all of them.
      beats.close();
      await feed.close();
      await Promise.all([spread.close(), siblings?.close()]);
      redis.disconnect();
      await connection.close();
    },
  };
}

/** What the migrations of MongoDB need: the store's own parts, as far as they concern MongoDB. */
export type MongoMigrationsParts = Pick<
  MongoRedisStoreParts,
  'mongoUrl' | 'database' | 'collections' | 'clock' | 'logger'
>;

/**
 * The collections and indexes that the definitions ask for; each call connects and closes its own connection.
 * @throws StoreUnavailable, NotAReplicaSet  (from each call) as `openMongoRedisStore`
 */
export function mongoMigrations(parts: MongoMigrationsParts): StoreMigrations {
  const { mongoUrl, database, collections, clock = SYSTEM_CLOCK } = parts;
  const connected = async <T>(work: (connection: Connection) => Promise<T>): Promise<T> => {
    const connection = await connectToMongo(mongoUrl, database);
    try {
      return await work(connection);
    } catch (error) {
      throw asStoreFailure(error);
    } finally {
      await connection.close();
    }
  };
  return {
    pending: () => connected((connection) => missingMigrations(connection, collections)),
    apply: () => connected((connection) => applyMissingMigrations(connection, collections, clock)),
  };
}

async function prepare(connection: Connection, parts: MongoRedisStoreParts, clock: Clock): Promise<void> {
  if (parts.pendingMigrations === 'apply') {
    await applyMissingMigrations(connection, parts.collections, clock);
    return;
  }
  const pending = await withinStoreTime(() => missingMigrations(connection, parts.collections));
  if (pending.length > 0) throw new MigrationsPending(pending);
}

/** Made once with the database: names it in servers that it may share with others. */
async function storeIdOf(connection: Connection): Promise<string> {
  const own = nativeDatabase(connection).collection<{ _id: string; value: string }>(INTERNAL_COLLECTIONS.migrations);
  const made = { $setOnInsert: { value: randomUUID() } };
  const found = await own.findOneAndUpdate({ _id: 'store-id' }, made, { upsert: true, returnDocument: 'after' });
  if (found === null) throw new Error('MongoDB did not answer what it has just written');
  return found.value;
}

// A read of the majority from the primary is what an access decision needs.
async function pingPrimary(connection: Connection): Promise<void> {
  await nativeDatabase(connection).collection(INTERNAL_COLLECTIONS.migrations).findOne({});
}

async function describeMongo(connection: Connection): Promise<string> {
  const database = nativeDatabase(connection);
  const { version } = await database.command({ buildInfo: 1 });
  const { setName } = await database.command({ hello: 1 });
  return `MongoDB ${version} (${setName === undefined ? 'sharded' : `replica set ${setName}`})`;
}
