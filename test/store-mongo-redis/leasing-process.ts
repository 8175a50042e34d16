import { createInterface } from 'node:readline';
import { insert } from '../../src/store/changes.ts';
import { openMongoRedisStore } from '../../src/store-mongo-redis/open-mongo-redis-store.ts';
import { CONTRACT_COLLECTIONS, givenWidget, WIDGETS } from '../contract/contract-collections.ts';

// Run as a process of its own: takes a lease, and commits under it once for each line that it is given.
const [, , mongoUrl = '', redisUrl = '', database = '', ownerId = '', milliseconds = ''] = process.argv;
const store = await openMongoRedisStore({
  ...{ mongoUrl, redisUrl, database, installationKeyPrefix: database },
  ...{ collections: CONTRACT_COLLECTIONS, pendingMigrations: 'apply' },
});
const under = await store.lease('fenced work', Number(milliseconds));
if (under === undefined) throw new Error('the lease is held by another');

for await (const _line of createInterface({ input: process.stdin })) {
  const outcome = await store.commit([insert(WIDGETS, givenWidget({ ownerId }))], { under }).then(
    () => 'written',
    (error: unknown) => (error instanceof Error ? error.name : 'failed'),
  );
  process.stdout.write(`${outcome}\n`);
}
await store.close();
