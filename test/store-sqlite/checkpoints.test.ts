import { existsSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Store } from '../../src/store/store.ts';
import { type Checkpoints, checkpoints } from '../../src/store-sqlite/checkpoints.ts';
import { openConnection, type SqliteConnection } from '../../src/store-sqlite/sqlite-connection.ts';
import { givenNote, NOTES } from '../contract/contract-collections.ts';
import { eventually } from '../contract/eventually.ts';
import { givenSqliteStore, type SqliteStoreUnderTest } from './given-sqlite-store.ts';

const PAGE_BYTES = 4_096;

describe('checkpoints by a thread of its own', () => {
  let subject: SqliteStoreUnderTest;
  let connection: SqliteConnection;
  let checkpointing: Checkpoints;
  beforeEach(async () => {
    subject = await givenSqliteStore();
    await subject.store.close();
    connection = await openConnection(subject.file);
    checkpointing = checkpoints({ file: subject.file, lookMilliseconds: 1, leastPages: 20, mostPages: 60 });
  });
  afterEach(async () => {
    await checkpointing.close();
    connection.close();
    await subject.dispose();
  });

  const commit = (key: string): void => {
    const sql = 'INSERT INTO expiring_values (key, value, expires_at) VALUES (?, ?, 1)';
    connection.run(sql, key, 'x'.repeat(10 * PAGE_BYTES));
    checkpointing.committed();
  };
  const logFrames = () => Number(connection.first('PRAGMA wal_checkpoint(NOOP)')?.['log']);
  const missingPages = () => {
    const state = connection.first('PRAGMA wal_checkpoint(NOOP)');
    return Number(state?.['log']) - Number(state?.['checkpointed']);
  };

  it('when little was committed, then the log is left as it is', async () => {
    commit('small');
    await new Promise((resolve) => setTimeout(resolve, 50));

    expect(missingPages()).toBeGreaterThan(0);
  });

  it('when much was committed and then nothing, then all of it comes into the file', async () => {
    for (let number = 0; number < 10; number += 1) commit(`row ${number}`);

    await eventually(() => expect(missingPages()).toBe(0), 10_000);
  });

  it('given writes without a pause, when they wait for what is under way, then the log begins anew again and again', async () => {
    let begunAnew = 0;
    let number = 0;
    for (let pages = 0; begunAnew < 5; number += 1) {
      await checkpointing.underWay();
      commit(`row ${number}`);
      const now = logFrames();
      if (now < pages) begunAnew += 1;
      pages = now;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }

    expect(connection.first('SELECT count(*) AS counted FROM expiring_values')).toMatchObject({ counted: number });
  });

  it('given a reader of an older state, when the log cannot begin anew, then writes go on and nothing is lost', async () => {
    const reader = new DatabaseSync(subject.file);
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM expiring_values').get();
    for (let number = 0; number < 50; number += 1) {
      await checkpointing.underWay();
      commit(`row ${number}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }

    expect(reader.prepare('SELECT count(*) AS counted FROM expiring_values').get()).toMatchObject({ counted: 0 });
    reader.close();
    for (let number = 50; number < 55; number += 1) {
      await checkpointing.underWay();
      commit(`row ${number}`);
    }
    await eventually(() => expect(missingPages()).toBe(0), 10_000);
    expect(connection.first('SELECT count(*) AS counted FROM expiring_values')).toMatchObject({ counted: 55 });
  });

  it('given the file was taken away, when there is something to bring into it, then no new file is made', async () => {
    rmSync(subject.file);
    for (let number = 0; number < 10; number += 1) commit(`row ${number}`);
    await new Promise((resolve) => setTimeout(resolve, 200));

    expect(existsSync(subject.file)).toBe(false);
  });
});

describe('an embedded store that is written to without a pause', () => {
  it('when it is closed at once, then everything is kept and its log is gone', async () => {
    const subject = await givenSqliteStore();
    const rows = 60 * 250;
    await Promise.all(Array.from({ length: 60 }, () => append(subject.store, 250)));
    const reopened = await subject.reopen();

    expect(await reopened.read(NOTES).count('byExpiry', [], rows + 1)).toBe(rows);
    await reopened.close();
    expect(existsSync(`${subject.file}-wal`)).toBe(false);
    await subject.dispose();
  });
});

const append = (store: Store, count: number): Promise<void> =>
  store.append(
    NOTES,
    Array.from({ length: count }, () => givenNote()),
  );
