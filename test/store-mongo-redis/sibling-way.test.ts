import { afterEach, describe, expect, it } from '@jest/globals';
import { insert, replace } from '../../src/store/changes.ts';
import { anyCollection } from '../../src/store/collection.ts';
import type { Store } from '../../src/store/store.ts';
import type { HearNews, News } from '../../src/store-mongo-redis/news-way.ts';
import { openMongoRedisStore } from '../../src/store-mongo-redis/open-mongo-redis-store.ts';
import { CONTRACT_COLLECTIONS, changed, givenWidget, WIDGETS } from '../contract/contract-collections.ts';
import { eventually } from '../contract/eventually.ts';
import { serverAddresses } from '../harness/servers/test-addresses.ts';
import { givenMark, MARKS } from './given-marks.ts';
import { givenNames, inDatabase } from './given-mongo-redis-store.ts';

describe('a store with a way to the other processes of its node', () => {
  const names = givenNames();
  const told: News[][] = [];
  const way = { age: 0, heard: Promise.resolve(), hear: (_: readonly News[]): void => undefined };
  let store: Store;
  afterEach(async () => {
    await store.close();
    await inDatabase({ ...serverAddresses(), ...names }, async (database) => void (await database.dropDatabase()));
  });

  it('when it commits, then it is answered only when the others have heard, and they hear what it is of what never changes', async () => {
    await open();
    const [mark, widget] = [givenMark(), givenWidget()];
    const heard = Promise.withResolvers<void>();
    way.heard = heard.promise;
    let answered = false;

    const commit = store.commit([insert(MARKS, mark), insert(WIDGETS, widget)]).then(() => {
      answered = true;
    });
    await eventually(() => expect(told).toHaveLength(1), 5_000);
    expect(answered).toBe(false);
    heard.resolve();
    await commit;

    expect(told.flat()).toEqual([
      { collection: MARKS.name, id: mark.id, entity: mark },
      { collection: WIDGETS.name, id: widget.id, entity: undefined },
    ]);
  });

  it('when it hears, then watchers of what never changes are told at once, and what it remembers is read anew', async () => {
    await open();
    const widget = givenWidget();
    await store.commit([insert(WIDGETS, widget)]);
    const seen: string[] = [];
    const watching = await store.watch([MARKS], ({ id }) => void seen.push(id));
    await eventually(async () => {
      const { hits } = store.recentReadCounts();
      await store.readRecent(WIDGETS).get(widget.id);
      expect(store.recentReadCounts().hits).toBe(hits + 1);
    }, 5_000);
    const { fills } = store.recentReadCounts();
    const mark = givenMark();

    way.hear([
      { collection: MARKS.name, id: mark.id, entity: mark },
      { collection: WIDGETS.name, id: widget.id, entity: undefined },
    ]);

    expect(seen).toEqual([mark.id]);
    await store.readRecent(WIDGETS).get(widget.id);
    expect(store.recentReadCounts().fills).toBe(fills + 1);
    await watching.close();
  });

  /** One that stood still may be asked before it has read what was answered meanwhile. */
  it('when it has not heard from the others for half a second, then it reads the primary until it has', async () => {
    await open();
    const watching = await store.watch([MARKS], () => undefined);
    await eventually(() => expect(watching.isCurrent()).toBe(true), 5_000);
    const widget = givenWidget();
    await store.commit([insert(WIDGETS, widget)]);

    way.age = 501;
    const { fallbacks } = store.recentReadCounts();
    const newer = changed(widget);
    await store.commit([replace(WIDGETS, newer, widget.entityTag)]);
    expect(watching.isCurrent()).toBe(false);
    expect(await store.readRecent(WIDGETS).get(widget.id)).toStrictEqual(newer);
    expect(store.recentReadCounts().fallbacks).toBe(fallbacks + 1);

    way.age = 499;
    await eventually(() => expect(watching.isCurrent()).toBe(true), 5_000);
    await watching.close();
  });

  async function open(): Promise<void> {
    told.splice(0);
    Object.assign(way, { age: 0, heard: Promise.resolve() });
    store = await openMongoRedisStore({
      ...{ ...serverAddresses(), ...names, pendingMigrations: 'apply' },
      collections: [...CONTRACT_COLLECTIONS, anyCollection(MARKS)],
      async siblings(hear: HearNews) {
        way.hear = hear;
        return {
          tell: (news) => {
            told.push([...news]);
            return way.heard;
          },
          age: () => way.age,
          close: async () => undefined,
        };
      },
    });
  }
});
