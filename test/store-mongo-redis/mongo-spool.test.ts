import { openMongoSpool } from '../../src/store-mongo-redis/mongo-spool.ts';
import { openMongoRedisStore } from '../../src/store-mongo-redis/open-mongo-redis-store.ts';
import { CONTRACT_COLLECTIONS } from '../contract/contract-collections.ts';
import { describeSpoolContract } from '../contract/spool-contract.ts';
import { describeOn } from '../harness/describe-on.ts';
import { serverAddresses } from '../harness/servers/test-addresses.ts';
import { givenNames, inDatabase } from './given-mongo-redis-store.ts';

describeOn('mongo-redis', 'a spool on MongoDB', () => {
  describeSpoolContract('MongoDB', async () => {
    const parts = { ...serverAddresses(), ...givenNames() };
    const store = await openMongoRedisStore({
      ...parts,
      collections: CONTRACT_COLLECTIONS,
      pendingMigrations: 'apply',
    });
    return {
      open: (bounds, clock) => openMongoSpool({ ...parts, clock, bounds }),
      async dispose() {
        await inDatabase(parts, async (database) => void (await database.dropDatabase()));
        await store.close();
      },
    };
  });
});
