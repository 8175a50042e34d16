import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rowCache } from '../../src/store-sqlite/row-cache.ts';
import { openConnection, type SqliteConnection } from '../../src/store-sqlite/sqlite-connection.ts';
import { tableReader } from '../../src/store-sqlite/table-reader.ts';
import { tableOf, tablesOf } from '../../src/store-sqlite/tables.ts';
import { WIDGETS } from '../contract/contract-collections.ts';
import { givenSqliteStore, type SqliteStoreUnderTest } from './given-sqlite-store.ts';

/** A query that reads the whole table, or sorts it, answers right and is found out only when there are many rows. */
describe('the queries of an embedded store', () => {
  let subject: SqliteStoreUnderTest;
  let asked: string[];
  let connection: SqliteConnection;
  beforeEach(async () => {
    subject = await givenSqliteStore();
    asked = [];
    connection = await openConnection(subject.file);
  });
  afterEach(async () => {
    connection.close();
    await subject.dispose();
  });

  it.each([false, true])(
    'when pages are read (descending: %p), then each is one walk along its index',
    (descending) => {
      const reader = recordingReader();

      reader.page('byOwner', { equals: ['a'], limit: 5, descending });
      reader.page('byOwner', { equals: ['a'], after: [1, 'x'], limit: 5, descending });
      reader.page('byState', { equals: ['a', true], after: [1, 'x'], limit: 5, descending });
      reader.page('byOwner', { equals: [], after: ['a', 1, 'x'], limit: 5, descending });

      expect(plans()).toEqual([
        'SEARCH entities_contract_widgets USING INDEX contract_widgets.byOwner (field_ownerId=?)',
        `SEARCH entities_contract_widgets USING INDEX contract_widgets.byOwner (field_ownerId=? AND (field_createdAt,id)${descending ? '<' : '>'}(?,?))`,
        `SEARCH entities_contract_widgets USING INDEX contract_widgets.byState (field_ownerId=? AND field_enabled=? AND (field_size,id)${descending ? '<' : '>'}(?,?))`,
        `SEARCH entities_contract_widgets USING INDEX contract_widgets.byOwner ((field_ownerId,field_createdAt,id)${descending ? '<' : '>'}(?,?,?))`,
      ]);
    },
  );

  it('when a row is looked up by its id or a unique value, then it is one step down an index', () => {
    const reader = recordingReader();

    reader.get('a');
    reader.find('byName', ['a', 'b']);
    reader.find('byNickname', ['a']);

    expect(plans()).toEqual([
      'SEARCH entities_contract_widgets USING INDEX sqlite_autoindex_entities_contract_widgets_1 (id=?)',
      'SEARCH entities_contract_widgets USING INDEX contract_widgets.byName (field_ownerId=? AND field_name=?)',
      'SEARCH entities_contract_widgets USING INDEX contract_widgets.byNickname (field_nickname=?)',
    ]);
  });

  function recordingReader() {
    const recording: SqliteConnection = {
      ...connection,
      first(sql, ...values) {
        asked.push(sql);
        return connection.first(sql, ...values);
      },
      all(sql, ...values) {
        asked.push(sql);
        return connection.all(sql, ...values);
      },
    };
    const foreign = { check: () => {}, look: () => {} };
    return tableReader(tableOf(tablesOf([WIDGETS]), WIDGETS), { connection: recording, cache: rowCache(), foreign });
  }

  function plans(): readonly string[] {
    const database = new DatabaseSync(subject.file);
    try {
      return asked.map((sql) => {
        const steps = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
        return steps.map((step) => String(step['detail'])).join('; ');
      });
    } finally {
      database.close();
    }
  }
});
