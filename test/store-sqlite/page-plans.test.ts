import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Store } from '../../src/store/store.ts';
import { openSqliteStore } from '../../src/store-sqlite/open-sqlite-store.ts';
import { rowCache } from '../../src/store-sqlite/row-cache.ts';
import { openConnection, type SqliteConnection } from '../../src/store-sqlite/sqlite-connection.ts';
import { tableReader } from '../../src/store-sqlite/table-reader.ts';
import { tableOf, tablesOf } from '../../src/store-sqlite/tables.ts';
import { givenListedRows, LISTED_COLLECTIONS, LISTED_ORDERS, lastPlace } from '../harness/given-listed-rows.ts';

const ROWS = 100;
const LIMIT = 10;

/** A page that reads over the ones before it, or sorts everything, answers right and is found out only when there are many. */
describe('the pages of lists in an embedded store', () => {
  let folder: string;
  let store: Store;
  let connection: SqliteConnection;
  let asked: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-'));
    const file = join(folder, 'store.sqlite');
    store = await openSqliteStore({ file, clock: { now: () => 0 }, collections: LISTED_COLLECTIONS });
    await givenListedRows(store, ROWS);
    connection = await openConnection(file);
  });
  afterAll(async () => {
    connection.close();
    await store.close();
    await rm(folder, { recursive: true });
  });

  it.each(
    LISTED_ORDERS.flatMap((order) => [false, true].map((descending) => [order.name, descending, order] as const)),
  )(
    'given %s (descending: %p), when the first and the last page are read, then each is one walk along its index',
    async (_name, descending, order) => {
      const after = await lastPlace(order, store, { limit: LIMIT, descending });
      asked = [];

      await order.page(recording(), { limit: LIMIT, descending });
      await order.page(recording(), { limit: LIMIT, descending, after });

      expect(asked).toHaveLength(2);
      for (const plan of asked.map(planOf)) {
        // One step: neither a scan nor a temporary tree for a sort, and the cursor is part of the walk.
        expect(plan).toMatch(/^SEARCH \S+ USING INDEX \S+ \([^;]*\)$/);
      }
      expect(planOf(asked[1] ?? '')).toMatch(descending ? /<\(/ : />\(/);
    },
  );

  /** The same store, which tells what SQL it asks. */
  function recording(): Store {
    const over: SqliteConnection = {
      ...connection,
      all(sql, ...values) {
        asked.push(sql);
        return connection.all(sql, ...values);
      },
    };
    const foreign = { check: () => {}, look: () => {} };
    const tables = tablesOf(LISTED_COLLECTIONS);
    return {
      ...store,
      // Safe: a table's reader gives the entities of its own collection.
      read: (collection) =>
        tableReader(tableOf(tables, collection), { connection: over, cache: rowCache(), foreign }) as never,
    };
  }

  function planOf(sql: string): string {
    const database = new DatabaseSync(join(folder, 'store.sqlite'));
    try {
      return database
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map((step) => String(step['detail']))
        .join('; ');
    } finally {
      database.close();
    }
  }
});
