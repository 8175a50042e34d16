import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SYSTEM_CLOCK } from '../../src/clock/clock.ts';
import { insert } from '../../src/store/changes.ts';
import type { StoreMigrations } from '../../src/store/store.ts';
import { mongoMigrations, openMongoRedisStore } from '../../src/store-mongo-redis/open-mongo-redis-store.ts';
import { CONTRACT_COLLECTIONS, givenNote, NOTES, WIDGETS } from '../contract/contract-collections.ts';
import { startMongod } from '../harness/servers/mongod-process.ts';
import { serverAddresses } from '../harness/servers/test-addresses.ts';
import { givenNames, inDatabase } from './given-mongo-redis-store.ts';

describe('migrations of MongoDB', () => {
  let parts: ReturnType<typeof givenParts>;
  let migrations: StoreMigrations;
  beforeEach(() => {
    parts = givenParts();
    migrations = mongoMigrations(parts);
  });
  afterEach(() => inDatabase(parts, async (database) => void (await database.dropDatabase())));

  describe('given an empty database', () => {
    it('when what is pending is asked for, then it is told and nothing is made', async () => {
      const steps = await migrations.pending();

      expect(steps.map(({ name }) => name)).toContain(`create collection ${WIDGETS.name}`);
      expect(await inDatabase(parts, (database) => database.listCollections().toArray())).toEqual([]);
    });

    it('when the store is opened, then it refuses and says which command to run', async () => {
      const opening = openMongoRedisStore({ ...parts, pendingMigrations: 'refuse' });

      await expect(opening).rejects.toThrow(/node src\/main\.ts migrate/);
    });

    it('when it is applied, then what was pending is done and recorded, and the store opens', async () => {
      const pending = await migrations.pending();

      expect(await migrations.apply()).toEqual(pending);

      expect(await migrations.pending()).toEqual([]);
      const recorded = await inDatabase(parts, (database) => database.collection('migrations').find().toArray());
      expect(recorded).toHaveLength(pending.length);
      await (await openMongoRedisStore({ ...parts, pendingMigrations: 'refuse' })).close();
    });

    it('when three processes apply it at once, then each step is done once', async () => {
      const pending = await migrations.pending();

      const done = await Promise.all([1, 2, 3].map(() => mongoMigrations(parts).apply()));

      expect(done.map((steps) => steps.length).sort()).toEqual([0, 0, pending.length]);
    });
  });

  describe('given a database that an older version prepared', () => {
    beforeEach(() => mongoMigrations({ ...parts, collections: CONTRACT_COLLECTIONS.slice(0, 1) }).apply());

    it('when the newer version applies its own, then only what is new is made, and old entities stay', async () => {
      await inDatabase(parts, async (database) => void (await database.collection(WIDGETS.name).dropIndex('byOwner')));

      const done = await migrations.apply();

      expect(done).toEqual([
        { name: `create index ${WIDGETS.name}.byOwner` },
        { name: `create collection ${NOTES.name}` },
        { name: 'create collection contract_counts' },
      ]);
      const store = await openMongoRedisStore(parts);
      await store.commit([insert(NOTES, givenNote())]);
      await store.close();
    });
  });

  it('given a MongoDB that is not a replica set, when it is opened, then the refusal says what to do', async () => {
    const mongod = await startMongod({ replicaSet: 'none' });
    const lone = { ...parts, mongoUrl: mongod.url };

    await expect(openMongoRedisStore(lone)).rejects.toThrow(/not a replica set.*--replSet/s);
    await expect(mongoMigrations(lone).pending()).rejects.toThrow(/not a replica set/);
    await mongod.remove();
  });
});

function givenParts() {
  return { ...serverAddresses(), ...givenNames(), collections: CONTRACT_COLLECTIONS, clock: SYSTEM_CLOCK };
}
