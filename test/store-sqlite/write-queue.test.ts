import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '../../src/problems/request-problems.ts';
import { openConnection, type SqliteConnection } from '../../src/store-sqlite/sqlite-connection.ts';
import { type WriteQueue, writeQueue } from '../../src/store-sqlite/write-queue.ts';
import { outcomes } from '../contract/eventually.ts';
import { givenSqliteStore, type SqliteStoreUnderTest } from './given-sqlite-store.ts';

const PUT = 'INSERT INTO expiring_values (key, value, expires_at) VALUES (?, ?, 1)';

describe('the queue of writes', () => {
  let subject: SqliteStoreUnderTest;
  let connection: SqliteConnection;
  let queue: WriteQueue;
  let failures: number;
  beforeEach(async () => {
    subject = await givenSqliteStore();
    connection = await openConnection(subject.file);
    failures = 0;
    queue = writeQueue({
      connection,
      onCommit: () => {},
      onFailure() {
        failures += 1;
      },
    });
  });
  afterEach(async () => {
    connection.close();
    await subject.dispose();
  });

  const put = (key: string, value = 'x') => queue.run(() => connection.run(PUT, key, value));
  const count = () => connection.first('SELECT count(*) AS counted FROM expiring_values')?.['counted'];

  it('when a connection is opened, then each commit is flushed to the disk', () => {
    expect(connection.first('PRAGMA synchronous')).toMatchObject({ synchronous: 2 });
  });

  it('when the disk is full, then every write of the transaction is refused, nothing is kept, and later ones go on', async () => {
    const pages = Number(connection.first('PRAGMA page_count')?.['page_count']);
    connection.all(`PRAGMA max_page_count = ${pages + 2}`);

    const { errors } = await outcomes([put('small'), put('large', 'x'.repeat(1_000_000)), put('other')]);

    expect(errors).toHaveLength(3);
    for (const error of errors) expect(error).toBeInstanceOf(StoreUnavailable);
    expect(failures).toBe(1);
    expect(count()).toBe(0);

    await put('small');
    expect(count()).toBe(1);
  });

  it('when one write of a transaction throws half-way, then only what it did is undone', async () => {
    const { kept, errors } = await outcomes([
      put('a'),
      queue.run(() => {
        connection.run(PUT, 'b', 'x');
        throw new RangeError('enough');
      }),
      put('c'),
    ]);

    expect(kept).toBe(2);
    expect(errors).toEqual([new RangeError('enough')]);
    expect(connection.all('SELECT key FROM expiring_values').map((row) => row['key'])).toEqual(['a', 'c']);
  });
});
