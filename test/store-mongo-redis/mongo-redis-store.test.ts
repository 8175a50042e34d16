import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { expectUnchanged, insert, replace } from '../../src/store/changes.ts';
import type { Store, StoredChange } from '../../src/store/store.ts';
import { openMongoRedisStore } from '../../src/store-mongo-redis/open-mongo-redis-store.ts';
import {
  CONTRACT_COLLECTIONS,
  changed,
  givenNote,
  givenWidget,
  NOTES,
  WIDGETS,
  type Widget,
} from '../contract/contract-collections.ts';
import { eventually } from '../contract/eventually.ts';
import { startRedis } from '../harness/servers/redis-process.ts';
import { serverAddresses } from '../harness/servers/test-addresses.ts';
import { givenNames, inDatabase } from './given-mongo-redis-store.ts';

describe('a store on MongoDB and Redis', () => {
  const parts = { ...serverAddresses(), collections: CONTRACT_COLLECTIONS, pendingMigrations: 'apply' } as const;
  let names: ReturnType<typeof givenNames>;
  let store: Store;
  const behind = () => ({ mongoUrl: parts.mongoUrl, database: names.database });
  beforeEach(async () => {
    names = givenNames();
    store = await openMongoRedisStore({ ...parts, ...names });
  });
  afterEach(async () => {
    await store.close();
    await inDatabase(behind(), async (database) => void (await database.dropDatabase()));
  });

  it('given JSON with keys that mean something to MongoDB, when it is read, then it is as it was written', async () => {
    // Never a widget's own details: what a hostile caller may put into a free field of the same kind.
    const details = JSON.parse(
      '{"$ref":"a","$id":1,"$where":"x","a.b":{"":null},"\\u0000":"\\ud800","__proto__":{"x":1}}',
    );
    const widget = givenWidget({ details });

    await store.commit([insert(WIDGETS, widget)]);

    const read = await store.read(WIDGETS).get(widget.id);
    expect(JSON.stringify(read?.details)).toBe(JSON.stringify(details));
  });

  /** NoSQL operator injection: a JSON body's object where a string belongs would match every key. */
  it('given an object in the place of a value, when it is looked up, then it is refused with a TypeError', async () => {
    await store.commit([insert(WIDGETS, givenWidget({ nickname: 'nick' }))]);
    // What comes from outside is checked by the compiler only as far as its reader's types are true.
    const operator = { $ne: '' } as unknown as string;

    await expect(store.read(WIDGETS).find('byNickname', [operator])).rejects.toThrow(TypeError);
    await expect(store.read(WIDGETS).get(operator)).rejects.toThrow(TypeError);
    await expect(store.read(WIDGETS).page('byOwner', { equals: [operator], limit: 1 })).rejects.toThrow(TypeError);
  });

  it('given an entity that was expected by a commit, when it is read and watched, then nothing shows', async () => {
    const widget = givenWidget();
    await store.commit([insert(WIDGETS, widget)]);
    const changes: StoredChange[] = [];
    await store.watch([WIDGETS], (change) => changes.push(change));

    await store.commit([expectUnchanged(WIDGETS, widget), insert(NOTES, givenNote())]);
    const next = changed(widget, { size: 2 });
    await store.commit([replace(WIDGETS, next, widget.entityTag)]);

    expect(changes.map(({ entity }) => entity)).toEqual([next]);
    expect(await store.read(WIDGETS).get(widget.id)).toStrictEqual(next);
  });

  it('given a thousand rows, when the last page is read, then MongoDB looks at no more keys than it returns', async () => {
    await inDatabase(behind(), (database) => database.command({ profile: 2 }));
    const rows = Array.from({ length: 1_000 }, (_, size) => givenWidget({ ownerId: 'one', enabled: true, size }));
    await store.append(WIDGETS, rows);
    const after = [true, 989, rows[989]?.id ?? ''];

    const page = await store.read(WIDGETS).page('byState', { equals: ['one'], after, limit: 100 });

    expect(page.rows.map(({ size }) => size)).toEqual([990, 991, 992, 993, 994, 995, 996, 997, 998, 999]);
    const profiled = await inDatabase(behind(), (database) =>
      database.collection('system.profile').findOne({ op: 'query', ns: `${names.database}.${WIDGETS.name}` }),
    );
    expect(profiled?.['keysExamined']).toBeLessThan(20);
  });

  it.each(['', 'no-such-place', 'time:1:1'])(
    'given the place %p that the stream does not know, when it is watched from there, then everything is delivered anew',
    async (since) => {
      const [known, later] = [givenWidget(), givenWidget()];
      await store.commit([insert<Widget>(WIDGETS, known)]);
      const changes: StoredChange[] = [];

      await store.watch([WIDGETS], (change) => changes.push(change), since);
      await eventually(() => expect(changes.map(({ id }) => id)).toContain(known.id), 5_000);
      await store.commit([insert(WIDGETS, later)]);

      await eventually(() => expect(changes.map(({ id }) => id)).toContain(later.id), 5_000);
    },
  );

  it('given two installations on one Redis, when both use one name, then neither sees the other', async () => {
    const other = await openMongoRedisStore({ ...parts, database: names.database, installationKeyPrefix: 'other' });
    await store.expiring.put('code:a', 'mine', 60);

    expect(await other.expiring.get('code:a')).toBeUndefined();

    await other.close();
  });

  it('given a Redis that may evict, when the store is opened, then it warns, and names the policy to set', async () => {
    const redis = await startRedis({ maxmemoryPolicy: 'allkeys-lru' });
    const warnings: string[] = [];
    const logger = { info: () => {}, warn: (_: object, message: string) => warnings.push(message), error: () => {} };

    const another = await openMongoRedisStore({ ...parts, ...names, redisUrl: redis.url, logger });

    await eventually(() => expect(warnings).toEqual([expect.stringContaining("'noeviction'")]));
    await another.close();
    await redis.remove();
  });

  it('given an increment, when it has begun, then Redis knows when it ends', async () => {
    await store.expiring.increment('count:a', 60);

    const redis = new Redis(parts.redisUrl);
    expect(await redis.ttl(`${names.installationKeyPrefix}:expiring:count:a`)).toBeGreaterThan(50);
    redis.disconnect();
  });
});
