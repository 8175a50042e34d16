import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { insert } from '../../src/store/changes.ts';
import type { Store, StoredChange } from '../../src/store/store.ts';
import { openMongoRedisStore } from '../../src/store-mongo-redis/open-mongo-redis-store.ts';
import { CONTRACT_COLLECTIONS, givenWidget, WIDGETS, type Widget } from '../contract/contract-collections.ts';
import { eventually } from '../contract/eventually.ts';
import { primaryOf, startReplicaSet } from '../harness/servers/mongod-process.ts';
import type { ServerProcess } from '../harness/servers/server-process.ts';
import { serverAddresses } from '../harness/servers/test-addresses.ts';
import { givenNames } from './given-mongo-redis-store.ts';

describe('a store on a replica set of three', () => {
  let members: readonly ServerProcess[];
  let store: Store;
  beforeAll(async () => {
    const { url, members: started } = await startReplicaSet(3);
    members = started;
    store = await openMongoRedisStore({
      ...givenNames(),
      mongoUrl: url,
      redisUrl: serverAddresses().redisUrl,
      collections: CONTRACT_COLLECTIONS,
      pendingMigrations: 'apply',
    });
  });
  afterAll(async () => {
    await store?.close();
    await Promise.all((members ?? []).map((member) => member.remove()));
  });

  it('given the primary is killed, when callers repeat their commits by id, then each is made once, and watchers hear of all', async () => {
    const changes: StoredChange[] = [];
    await store.watch([WIDGETS], (change) => changes.push(change));
    const widgets = Array.from({ length: 40 }, () => givenWidget());
    const untilAnswered = async (widget: Widget, position: number) => {
      await new Promise((resolve) => setTimeout(resolve, position * 10));
      await eventually(() => store.commit([insert(WIDGETS, widget)], { id: widget.id }), 30_000);
    };

    const commits = Promise.all(widgets.map(untilAnswered));
    await new Promise((resolve) => setTimeout(resolve, 150));
    await (await primaryOf(members)).kill();
    await commits;

    for (const widget of widgets) expect(await store.read(WIDGETS).get(widget.id)).toStrictEqual(widget);
    await eventually(() => {
      expect(new Set(changes.map(({ id }) => id))).toEqual(new Set(widgets.map(({ id }) => id)));
    }, 10_000);
  });
});
