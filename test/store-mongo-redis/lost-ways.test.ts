import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '../../src/problems/request-problems.ts';
import { insert, replace } from '../../src/store/changes.ts';
import { anyCollection } from '../../src/store/collection.ts';
import type { Store, StoredChange, Subscription } from '../../src/store/store.ts';
import { openMongoRedisStore } from '../../src/store-mongo-redis/open-mongo-redis-store.ts';
import { CONTRACT_COLLECTIONS, changed, givenWidget, WIDGETS, type Widget } from '../contract/contract-collections.ts';
import { eventually } from '../contract/eventually.ts';
import { askMongo, startMongod } from '../harness/servers/mongod-process.ts';
import { startRedis } from '../harness/servers/redis-process.ts';
import type { ServerProcess } from '../harness/servers/server-process.ts';
import { givenMark, MARKS } from './given-marks.ts';
import { givenNames } from './given-mongo-redis-store.ts';

/** Two processes' stores on the same servers, while one or both of the ways between them are lost. */
describe('two stores whose ways to hear of each other are lost', () => {
  let mongod: ServerProcess;
  let redis: ServerProcess;
  let here: Store;
  let there: Store;
  let heard: StoredChange[];
  let watching: Subscription;

  beforeAll(async () => {
    [mongod, redis] = await Promise.all([startMongod(), startRedis()]);
  });
  afterAll(() => Promise.all([mongod.remove(), redis.remove()]));

  beforeEach(async () => {
    const parts = {
      ...{ mongoUrl: mongod.url, redisUrl: redis.url, ...givenNames() },
      ...{ collections: [...CONTRACT_COLLECTIONS, anyCollection(MARKS)], pendingMigrations: 'apply' as const },
    };
    here = await openMongoRedisStore(parts);
    there = await openMongoRedisStore(parts);
    heard = [];
    watching = await here.watch([MARKS], (change) => void heard.push(change));
    await eventually(() => expect(watching.isCurrent()).toBe(true), 2_000);
  });
  afterEach(() => Promise.all([here.close(), there.close()]));

  const readHere = (widget: Widget) => here.readRecent(WIDGETS).get(widget.id);

  async function givenHotWidget(): Promise<Widget> {
    const widget = givenWidget();
    await there.commit([insert(WIDGETS, widget)]);
    await eventually(async () => expect(await readHere(widget)).toStrictEqual(widget), 2_000);
    // The slower of the two ways may tell of it once more, and what was told of is read anew.
    await pause(300);
    await readHere(widget);
    return widget;
  }

  describe('given both ways are open', () => {
    it('when a hot entity is read 1,000 times, then MongoDB is asked nothing', async () => {
      const widget = await givenHotWidget();
      const before = await queriesOf(mongod);

      for (let read = 0; read < 1_000; read += 1) await readHere(widget);

      expect((await queriesOf(mongod)) - before).toBeLessThan(5);
    });
  });

  describe('given Redis is stopped', () => {
    beforeEach(() => redis.stop());
    afterEach(() => redis.restart());

    it('when the other process commits, then it is heard of, and hot entities are renewed, within a second', async () => {
      const widget = await givenHotWidget();
      const mark = givenMark();
      const after = changed(widget, { size: 3 });

      await there.commit([insert(MARKS, mark), replace(WIDGETS, after, widget.entityTag)]);

      await eventually(() => expect(heard.map(({ id }) => id)).toContain(mark.id), 1_000);
      await eventually(async () => expect(await readHere(widget)).toStrictEqual(after), 1_000);
    });
  });

  describe('given the change streams are cut', () => {
    beforeEach(() => cutChangeStreams(mongod));
    afterEach(() => mendChangeStreams(mongod));

    it('when the other process commits, then it is heard of through Redis within a second', async () => {
      const widget = givenWidget();
      await there.commit([insert(WIDGETS, widget)]);
      await eventually(async () => expect(await readHere(widget)).toStrictEqual(widget), 2_000);
      const mark = givenMark();
      const after = changed(widget, { size: 4 });

      await there.commit([insert(MARKS, mark), replace(WIDGETS, after, widget.entityTag)]);

      await eventually(() => expect(heard.map(({ id }) => id)).toContain(mark.id), 1_000);
      expect(heard.find(({ id }) => id === mark.id)?.entity).toStrictEqual(mark);
      await eventually(async () => expect(await readHere(widget)).toStrictEqual(after), 1_000);
      expect(watching.isCurrent()).toBe(true);
    });

    it('when Redis is flushed and restarted empty as well, then it goes on as soon as Redis is back', async () => {
      await redis.restart();

      await eventually(async () => {
        const mark = givenMark();
        await there.commit([insert(MARKS, mark)]);
        await eventually(() => expect(heard.map(({ id }) => id)).toContain(mark.id), 1_000);
      }, 15_000);
    });
  });

  describe('given both ways are cut', () => {
    beforeEach(async () => {
      await Promise.all([cutChangeStreams(mongod), redis.pause()]);
      await eventually(() => expect(watching.isCurrent()).toBe(false), 5_000);
    });
    afterEach(async () => {
      await Promise.all([mendChangeStreams(mongod), redis.resume()]);
    });

    it('when the other process commits, then the very next read has it, because it asks the primary', async () => {
      const widget = givenWidget();
      await there.commit([insert(WIDGETS, widget)]);
      expect(await readHere(widget)).toStrictEqual(widget);
      const after = changed(widget, { size: 5 });

      await there.commit([replace(WIDGETS, after, widget.entityTag)]);

      expect(await readHere(widget)).toStrictEqual(after);
    });
  });

  describe('given MongoDB and Redis are both stopped', () => {
    it('when a hot entity is read, then it is answered for the grace of 10 s, and after it nobody claims to know', async () => {
      const widget = await givenHotWidget();
      await Promise.all([mongod.pause(), redis.pause()]);
      try {
        await pause(2_000);
        expect(await readHere(widget)).toStrictEqual(widget);
        expect(watching.wasCurrentLately()).toBe(true);
        expect(here.recentReadCounts().graces).toBeGreaterThan(0);

        await pause(9_500);
        await expect(readHere(widget)).rejects.toThrow(StoreUnavailable);
        expect(watching.wasCurrentLately()).toBe(false);
      } finally {
        await Promise.all([mongod.resume(), redis.resume()]);
      }
      await eventually(async () => expect(await readHere(widget)).toStrictEqual(widget), 15_000);
    });
  });
});

/** How many times documents were looked for since the server started. */
async function queriesOf(server: ServerProcess): Promise<number> {
  const { opcounters } = await askMongo(server.url, { serverStatus: 1 });
  // Its shape is MongoDB's own (the page of the command `serverStatus`).
  return Number((opcounters as { query: number }).query);
}

/** The server goes on answering everything but change streams (`failCommand`, a fail point of mongod for tests). */
async function cutChangeStreams(server: ServerProcess): Promise<void> {
  await failing(server, { mode: 'alwaysOn' });
}

async function mendChangeStreams(server: ServerProcess): Promise<void> {
  await failing(server, { mode: 'off' });
}

async function failing(server: ServerProcess, { mode }: { mode: string }): Promise<void> {
  const failedCommands = { failCommands: ['aggregate', 'getMore'], errorCode: 6, appName: 'latchkey' };
  await askMongo(server.url, { configureFailPoint: 'failCommand', mode, data: failedCommands });
}
