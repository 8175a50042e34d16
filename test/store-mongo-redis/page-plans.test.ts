import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Store } from '../../src/store/store.ts';
import { openMongoRedisStore } from '../../src/store-mongo-redis/open-mongo-redis-store.ts';
import { describeOn } from '../harness/describe-on.ts';
import {
  givenListedRows,
  LISTED_COLLECTIONS,
  LISTED_ORDERS,
  type ListedOrder,
  lastPlace,
} from '../harness/given-listed-rows.ts';
import { serverAddresses } from '../harness/servers/test-addresses.ts';
import { givenNames, inDatabase } from './given-mongo-redis-store.ts';

const ROWS = 600;
const LIMIT = 10;
/** A cursor may differ in each of an index's fields: one branch for each, and no branch reads more than a page. */
const MOST_BRANCHES = 3;

/** What MongoDB's profiler says of one query. */
interface Profiled {
  readonly planSummary: string;
  readonly docsExamined: number;
  readonly keysExamined: number;
  readonly hasSortStage?: boolean;
}

/** Deep pages that are read over, or a sort of everything, answer right and are found out only when there are many rows. */
describeOn('mongo-redis', 'the pages of lists in MongoDB', () => {
  let store: Store;
  let names: { readonly mongoUrl: string; readonly database: string };

  beforeAll(async () => {
    const parts = { ...serverAddresses(), ...givenNames(), pendingMigrations: 'apply' } as const;
    names = parts;
    store = await openMongoRedisStore({ ...parts, collections: LISTED_COLLECTIONS });
    await givenListedRows(store, ROWS);
    await inDatabase(names, (database) => database.setProfilingLevel('all'));
  });
  afterAll(async () => {
    await inDatabase(names, async (database) => {
      await database.setProfilingLevel('off');
      await database.dropDatabase();
    });
    await store.close();
  });

  it.each(
    LISTED_ORDERS.flatMap((order) => [false, true].map((descending) => [order.name, descending, order] as const)),
  )(
    'given %s (descending: %p), when the first and the last page are read, then neither costs more than its rows',
    async (_name, descending, order) => {
      const after = await lastPlace(order, store, { limit: LIMIT, descending });

      const first = await profiled(order, { descending });
      const last = await profiled(order, { descending, after });

      for (const query of [first, last]) {
        expect(query.planSummary).toMatch(/^IXSCAN/);
        expect(query.planSummary).not.toMatch(/COLLSCAN/);
        expect(query.hasSortStage ?? false).toBe(false);
        expect(query.docsExamined).toBeLessThanOrEqual(MOST_BRANCHES * (LIMIT + 1));
        expect(query.keysExamined).toBeLessThanOrEqual(MOST_BRANCHES * (LIMIT + 2));
      }
    },
  );

  const profiled = (order: ListedOrder, request: object): Promise<Profiled> =>
    inDatabase(names, async (database) => {
      const seen = {
        op: { $in: ['query', 'command', 'getmore'] },
        ns: new RegExp(`^${names.database}\\.(api_keys|service_ids)$`),
      };
      const before = await database.collection('system.profile').countDocuments(seen);
      await order.page(store, { limit: LIMIT, ...request });
      const queries = await database
        .collection('system.profile')
        .find(seen)
        .sort({ $natural: 1 })
        .skip(before)
        .toArray();
      expect(queries).toHaveLength(1);
      // Safe: these are the documented members of an entry of the profiler.
      return queries[0] as unknown as Profiled;
    });
});
