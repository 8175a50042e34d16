import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SYSTEM_CLOCK } from '../../src/clock/clock.ts';
import { DATA_SOURCES, type DataSource, newDataSource } from '../../src/data-sources/data-source.ts';
import { openRecentDataSources, type RecentDataSources } from '../../src/data-sources/recent-data-sources.ts';
import { StoreUnavailable } from '../../src/problems/request-problems.ts';
import { insert, remove, replace } from '../../src/store/changes.ts';
import { nextEntityTag } from '../../src/store/entity-tag.ts';
import type { Store } from '../../src/store/store.ts';
import { openSqliteStore } from '../../src/store-sqlite/open-sqlite-store.ts';

const ACCOUNT = 'a'.repeat(32);

/** What a node may believe, and whether its primary can be reached. */
interface Weather {
  current: boolean;
  grace: boolean;
  away: boolean;
  reads: number;
}

describe('data sources for searches that are asked for often', () => {
  let folder: string;
  let real: Store;
  let weather: Weather;
  let recent: RecentDataSources;
  /** Done while a page is read, after the store has read it. */
  let meanwhile: () => Promise<unknown>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-sources-'));
    const collections = [DATA_SOURCES];
    real = await openSqliteStore({ file: join(folder, 'store.sqlite'), clock: SYSTEM_CLOCK, collections });
    weather = { current: true, grace: true, away: false, reads: 0 };
    meanwhile = async () => undefined;
    recent = await openRecentDataSources(under(real));
  });
  afterEach(async () => {
    await recent.close();
    await real.close();
    await rm(folder, { recursive: true });
  });

  /** The real store, in a weather that the test makes. */
  const under = (store: Store): Store => ({
    ...store,
    read(collection) {
      const reader = store.read(collection);
      return {
        ...reader,
        async page(index, request) {
          weather.reads += 1;
          if (weather.away) throw new StoreUnavailable();
          const page = await reader.page(index, request);
          await meanwhile();
          return page;
        },
      };
    },
    async watch(collections, onChange, since) {
      const subscription = await store.watch(collections, onChange, since);
      return { ...subscription, isCurrent: () => weather.current, wasCurrentLately: () => weather.grace };
    },
  });
  const added = async (name: string, accountId = ACCOUNT): Promise<DataSource> => {
    const plain = { syncType: 'full', icon: 'apps', active: true, entityTypes: {}, connectionSettings: {} } as const;
    const source = newDataSource({ name, ...plain }, accountId, 'IBMid-TEST', SYSTEM_CLOCK.now());
    await real.commit([insert(DATA_SOURCES, source)]);
    return source;
  };
  const names = async (): Promise<readonly string[]> => (await recent.allOf(ACCOUNT, 'name')).map(({ name }) => name);

  it('when they are looked for again, then the store is not asked, and none is of another account', async () => {
    await added('b');
    await added('a');
    await added('theirs', 'b'.repeat(32));
    expect(await names()).toEqual(['a', 'b']);
    weather.reads = 0;

    for (let round = 0; round < 100; round += 1) expect(await names()).toEqual(['a', 'b']);

    expect(weather.reads).toBe(0);
  });

  it('when one comes, is changed or goes, then the next search tells', async () => {
    const seen = [await names()];
    const source = await added('first');
    seen.push(await names());
    const changed = { ...source, name: 'second', entityTag: nextEntityTag(source.entityTag) };
    await real.commit([replace(DATA_SOURCES, changed, source.entityTag)]);
    seen.push(await names());
    await real.commit([remove(DATA_SOURCES, changed)]);
    seen.push(await names());

    expect(seen).toEqual([[], ['first'], ['second'], []]);
  });

  /** Else what was removed would be found until the next change. */
  it('when one comes while they are read, then what was read before it is not kept', async () => {
    meanwhile = () => {
      meanwhile = async () => undefined;
      return added('late');
    };

    expect(await names()).toEqual([]);
    expect(await names()).toEqual(['late']);
  });

  describe('given it is not sure to hear of changes', () => {
    beforeEach(async () => {
      await names();
      weather.current = false;
    });

    it('when the primary can be reached, then each search asks it', async () => {
      weather.reads = 0;

      await names();
      await names();

      expect(weather.reads).toBe(2);
    });

    it('when the primary is away, then it goes on with what it knows within the grace, and then says that it cannot know', async () => {
      weather.away = true;

      expect(await names()).toEqual([]);
      await expect(recent.allOf(ACCOUNT, 'id')).rejects.toThrow(StoreUnavailable);
      weather.grace = false;
      await expect(names()).rejects.toThrow(StoreUnavailable);
    });
  });
});
