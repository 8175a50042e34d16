import { existsSync, statSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '../../src/problems/request-problems.ts';
import { insert } from '../../src/store/changes.ts';
import type { Store } from '../../src/store/store.ts';
import { openSqliteStore } from '../../src/store-sqlite/open-sqlite-store.ts';
import { sqliteMigrations } from '../../src/store-sqlite/sqlite-migrations.ts';
import { CONTRACT_COLLECTIONS, givenWidget, WIDGETS } from '../contract/contract-collections.ts';
import { givenSqliteStore, type SqliteStoreUnderTest } from './given-sqlite-store.ts';

const HOUR_SECONDS = 3_600;

describe('the file of an embedded store', () => {
  let subject: SqliteStoreUnderTest;
  beforeEach(async () => {
    subject = await givenSqliteStore();
  });
  afterEach(() => subject.dispose());

  /** Another user of the machine must not read digests and sealed secrets. */
  it('when it is made, then only its owner may read it and its log', async () => {
    await subject.store.commit([insert(WIDGETS, givenWidget())]);

    const modes = ['', '-wal', '-shm'].map((ending) => statSync(subject.file + ending).mode & 0o777);

    expect(modes).toEqual([0o600, 0o600, 0o600]);
  });

  it('when its settings are read, then it has a write-ahead log and all tables are strict', () => {
    const other = new DatabaseSync(subject.file);

    const strict = other.prepare("SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict").all();

    expect(other.prepare('PRAGMA journal_mode').get()).toMatchObject({ journal_mode: 'wal' });
    expect(strict.map((row) => String(row['name'])).filter((name) => !name.startsWith('sqlite_'))).toEqual([]);
    other.close();
  });

  it('when it is replaced while it is open, then ping says that the store is not there', async () => {
    await rename(subject.file, `${subject.file}.old`);

    await expect(subject.store.ping()).rejects.toThrow(StoreUnavailable);
  });

  it('when the store is closed, then every call says that it is not there', async () => {
    await subject.store.close();

    await expect(subject.store.read(WIDGETS).get('a')).rejects.toThrow(StoreUnavailable);
    await expect(subject.store.commit([insert(WIDGETS, givenWidget())])).rejects.toThrow(StoreUnavailable);
    await expect(subject.store.ping()).rejects.toThrow(StoreUnavailable);
  });

  it('when commits are under way while the store is closed, then they are answered first', async () => {
    const widget = givenWidget();
    const commit = subject.store.commit([insert(WIDGETS, widget)]);

    await subject.store.close();
    await commit;

    expect(await (await subject.another()).read(WIDGETS).get(widget.id)).toStrictEqual(widget);
  });

  it('when it is not a database, then it is refused', async () => {
    const file = join(subject.folder, 'other.sqlite');
    await writeFile(file, 'not a database, but long enough to be taken for the header of one '.repeat(20));

    const opening = openSqliteStore({ file, clock: subject.clock, collections: CONTRACT_COLLECTIONS });

    await expect(opening).rejects.toThrow(StoreUnavailable);
  });

  describe('migrations', () => {
    it('when there is no file, then all steps are pending and none is made', async () => {
      const file = join(subject.folder, 'new.sqlite');

      const pending = await sqliteMigrations(parts(file)).pending();

      expect(pending[0]?.name).toBe('0001 create the tables of the store itself');
      expect(pending.map(({ name }) => name)).toContain('index contract_widgets.byName unique on ownerId, name');
      expect(existsSync(file)).toBe(false);
    });

    it('when they are applied by many at once, then each step is done once and then none is pending', async () => {
      const migrations = sqliteMigrations(parts(join(subject.folder, 'new.sqlite')));
      const pending = await migrations.pending();

      const applied = await Promise.all(Array.from({ length: 5 }, () => migrations.apply()));

      expect(applied.flat()).toEqual(pending);
      expect(await migrations.pending()).toEqual([]);
    });

    it('when an index is added, then what is already there is found by it', async () => {
      const file = join(subject.folder, 'growing.sqlite');
      const widget = givenWidget({ nickname: 'found' });
      const before = { ...WIDGETS, indexes: { byOwner: WIDGETS.indexes.byOwner } };
      const first = await openSqliteStore({ file, clock: subject.clock, collections: [before] });
      await first.commit([insert(WIDGETS, widget)]);
      await first.close();

      const second = await openSqliteStore({ file, clock: subject.clock, collections: [WIDGETS] });

      expect(await second.read(WIDGETS).find('byNickname', ['found'])).toStrictEqual(widget);
      await second.close();
    });

    it('when a newer version has made the file, then it is refused and says so', async () => {
      const older = openSqliteStore({ ...parts(subject.file), collections: [WIDGETS] });

      await expect(older).rejects.toThrow('newer version');
    });

    function parts(file: string) {
      return { file, clock: subject.clock, collections: CONTRACT_COLLECTIONS };
    }
  });

  describe('sweeping of its own tables', () => {
    it('when two days have passed, then old changes are gone, and whoever watches from there gets all entities', async () => {
      await subject.store.commit([insert(WIDGETS, givenWidget())], { id: 'old' });
      await subject.store.commit([insert(WIDGETS, givenWidget())]);
      await subject.store.expiring.put('old', 'x', 1);
      await subject.letSecondsPass(48 * HOUR_SECONDS);

      await subject.store.commit([insert(WIDGETS, givenWidget())], { id: 'new' });
      await subject.store.close();

      expect(rowsOf('changes')).toBe(1);
      expect(rowsOf('commits')).toBe(1);
      expect(rowsOf('expiring_values')).toBe(0);
      const reopened = await subject.another();
      expect([await toldFrom(reopened, '1'), await toldFrom(reopened, '2'), await toldFrom(reopened, '9')]).toEqual([
        3, 1, 3,
      ]);
    });

    it('when an hour has passed, then a commit id is still known', async () => {
      const widget = givenWidget();
      await subject.store.commit([insert(WIDGETS, widget)], { id: 'kept' });
      await subject.letSecondsPass(HOUR_SECONDS);
      await subject.store.commit([insert(WIDGETS, givenWidget())]);

      await subject.store.commit([insert(WIDGETS, widget)], { id: 'kept' });
    });

    async function toldFrom(store: Store, since: string): Promise<number> {
      const told = new Set<string>();
      const subscription = await store.watch([WIDGETS], ({ id }) => told.add(id), since);
      await subscription.close();
      return told.size;
    }

    function rowsOf(table: string): unknown {
      const other = new DatabaseSync(subject.file);
      try {
        return other.prepare(`SELECT count(*) AS counted FROM ${table}`).get()?.['counted'];
      } finally {
        other.close();
      }
    }
  });
});
