import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../clock/clock.ts';
import type { Config, MongoRedisConfig } from '../config/config.ts';
import { idsOf, type KeyRing, MASTER_KEY_RING, PEPPER_RING } from '../secrets/key-ring.ts';
import { keyRingFromFile } from '../secrets/key-ring-file.ts';
import type { Store, StoreMigrations } from '../store/store.ts';
import type { InitiatedReplicaSet } from '../store-mongo-redis/initiate-replica-set.ts';
import type { OpenNewsWay } from '../store-mongo-redis/news-way.ts';
import { openSqliteStore } from '../store-sqlite/open-sqlite-store.ts';
import { sqliteMigrations } from '../store-sqlite/sqlite-migrations.ts';
import { COLLECTIONS } from './collections.ts';

/** What a store is opened with. */
export interface OpenStoreParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The way to the other workers of this node, if there are any. The embedded store needs none: all ask one file. */
  readonly siblings?: OpenNewsWay | undefined;
}

/** The secrets that are never in the store. */
export interface InstallationSecrets {
  readonly pepper: KeyRing;
  readonly masterKey: KeyRing;
}

/** Loaded only where it is used: mongoose and ioredis are a quarter of the start and 30 MB, for nothing when embedded. */
const mongoRedis = () => import('../store-mongo-redis/open-mongo-redis-store.ts');

/** @returns where the embedded store lies */
export const sqliteFile = ({ dataFolder }: Config): string => join(dataFolder, 'latchkey.sqlite');

/** Opens the back-end that the configuration names: one row each. @throws when it cannot be reached, or is not prepared */
export async function openStore({ config, clock, logger, siblings }: OpenStoreParts): Promise<Store> {
  switch (config.store.kind) {
    case 'sqlite':
      await mkdir(config.dataFolder, { recursive: true, mode: 0o700 });
      return openSqliteStore({ file: sqliteFile(config), clock, collections: COLLECTIONS });
    case 'mongo-redis': {
      const { mongoUrl, redisUrl } = config.store;
      const { openMongoRedisStore } = await mongoRedis();
      // Who lets the service make its installation lets it make the structure for it as well.
      const pendingMigrations = config.bootstrap === 'auto' ? 'apply' : 'refuse';
      const collections = COLLECTIONS;
      return openMongoRedisStore({ mongoUrl, redisUrl, clock, collections, logger, pendingMigrations, siblings });
    }
  }
}

/** The migrations of the same back-end; the embedded one applies its own when it is opened. */
export async function openMigrations({ config, clock, logger }: OpenStoreParts): Promise<StoreMigrations> {
  switch (config.store.kind) {
    case 'sqlite':
      return sqliteMigrations({ file: sqliteFile(config), clock, collections: COLLECTIONS });
    case 'mongo-redis': {
      const { mongoMigrations } = await mongoRedis();
      return mongoMigrations({ mongoUrl: config.store.mongoUrl, clock, collections: COLLECTIONS, logger });
    }
  }
}

/** Makes the servers of the configuration a replica set, where they are none yet. @throws as `initiateReplicaSet` */
export async function openReplicaSet({ mongoUrl }: MongoRedisConfig): Promise<InitiatedReplicaSet> {
  const { initiateReplicaSet } = await import('../store-mongo-redis/initiate-replica-set.ts');
  return initiateReplicaSet({ mongoUrl });
}

/** The secrets of the installation: given, or, embedded, from files that the first start makes in the data folder. */
export async function openSecrets(config: Config): Promise<InstallationSecrets> {
  const { store, dataFolder: folder } = config;
  if (store.kind === 'mongo-redis') return store;
  const mayCreate = !(await exists(sqliteFile(config)));
  return {
    pepper: store.pepper ?? (await keyRingFromFile({ folder, kind: PEPPER_RING, mayCreate })),
    masterKey: store.masterKey ?? (await keyRingFromFile({ folder, kind: MASTER_KEY_RING, mayCreate })),
  };
}

/**
 * To be called once this process is known to others. A ring that was ended before that is not seen by whoever ended it, so
 * what is sealed or digested with its old keys would be lost.
 * @throws Error  a ring was changed since it was read
 */
export async function requireSameSecrets(config: Config, secrets: InstallationSecrets): Promise<void> {
  const now = await openSecrets(config);
  const told = ({ pepper, masterKey }: InstallationSecrets) => JSON.stringify([idsOf(pepper), idsOf(masterKey)]);
  if (told(now) !== told(secrets)) {
    throw new Error('The pepper or the master key was changed while the service started. Start it again.');
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      // A folder that cannot be looked at is not one without a store: new secrets would shut the old store for good.
      if (error.code !== 'ENOENT') throw error;
      return false;
    },
  );
