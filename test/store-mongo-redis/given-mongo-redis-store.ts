import { randomBytes } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { mongo } from 'mongoose';
import type { Store } from '../../src/store/store.ts';
import { type MongoRedisStoreParts, openMongoRedisStore } from '../../src/store-mongo-redis/open-mongo-redis-store.ts';
import { CONTRACT_COLLECTIONS } from '../contract/contract-collections.ts';
import type { StoreUnderTest } from '../contract/store-contract.ts';
import { serverAddresses } from '../harness/servers/test-addresses.ts';

/** A database and a Redis prefix that nobody else has, so that files may run side by side on the same servers. */
export function givenNames(): { readonly database: string; readonly installationKeyPrefix: string } {
  const name = `latchkey_test_${randomBytes(6).toString('hex')}`;
  return { database: name, installationKeyPrefix: name };
}

/** Opens stores on one database, one after the other empty; for `describeStoreContract`. */
export function mongoRedisStores(): { open(): Promise<StoreUnderTest>; drop(): Promise<void> } {
  const parts = {
    ...serverAddresses(),
    ...givenNames(),
    collections: CONTRACT_COLLECTIONS,
    pendingMigrations: 'apply',
  } as const;
  return {
    open: () => openEmpty(parts),
    drop: () => inDatabase(parts, async (database) => void (await database.dropDatabase())),
  };
}

async function openEmpty(parts: MongoRedisStoreParts): Promise<StoreUnderTest> {
  let store = await openMongoRedisStore(parts);
  const others: Store[] = [];
  return {
    get store() {
      return store;
    },
    async reopen() {
      await store.close();
      store = await openMongoRedisStore(parts);
      return store;
    },
    async another() {
      const other = await openMongoRedisStore(parts);
      others.push(other);
      return other;
    },
    keepsSnapshots: true,
    letSecondsPass: (seconds) => after(seconds * 1_000),
    async dispose() {
      await Promise.all([store, ...others].map((opened) => opened.close()));
      await inDatabase(parts, empty);
      await forgetKeys(parts);
    },
  };
}

/** Does something to the database behind the store's back. */
export async function inDatabase<T>(
  { mongoUrl, database }: Pick<MongoRedisStoreParts, 'mongoUrl' | 'database'>,
  work: (database: mongo.Db) => Promise<T>,
): Promise<T> {
  const client = new mongo.MongoClient(mongoUrl);
  try {
    return await work(client.db(database));
  } finally {
    await client.close();
  }
}

async function empty(database: mongo.Db): Promise<void> {
  await Promise.all((await database.collections()).map((collection) => collection.deleteMany({})));
}

async function forgetKeys({ redisUrl, installationKeyPrefix }: MongoRedisStoreParts): Promise<void> {
  const redis = new Redis(redisUrl);
  try {
    for await (const keys of redis.scanStream({ match: `${installationKeyPrefix}:*` })) {
      if (keys.length > 0) await redis.del(keys);
    }
  } finally {
    redis.disconnect();
  }
}
