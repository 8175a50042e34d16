import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { insert } from '../../src/store/changes.ts';
import { type Listing, type ListingParts, readListing } from '../../src/store/listing.ts';
import { givenWidget, WIDGETS, type Widget } from '../contract/contract-collections.ts';
import { givenSqliteStore, type SqliteStoreUnderTest } from '../store-sqlite/given-sqlite-store.ts';

const ROWS = 10_100;

describe('readListing', () => {
  let subject: SqliteStoreUnderTest;
  beforeAll(async () => {
    subject = await givenSqliteStore();
    const widgets = Array.from({ length: ROWS }, (_, size) =>
      givenWidget({ ownerId: 'one', name: String(size).padStart(5, '0'), size }),
    );
    for (let start = 0; start < ROWS; start += 200) {
      await subject.store.commit(widgets.slice(start, start + 200).map((widget) => insert(WIDGETS, widget)));
    }
  });
  afterAll(() => subject.dispose());

  const read = (
    request: Partial<ListingParts<Widget, 'alphabetical'>['request']>,
    matches?: (widget: Widget) => boolean,
  ): Promise<Listing<Widget>> =>
    readListing({
      reader: subject.store.read(WIDGETS),
      collection: WIDGETS,
      index: 'alphabetical',
      request: { equals: ['one'], limit: 3, ...request },
      matches,
    });

  const sizesOf = ({ rows }: Listing<Widget>): number[] => rows.map(({ size }) => size);

  it('given a page, when its first position is followed the other way, then the page before it comes', async () => {
    const page = await read({ after: ['00009', '~'] });

    const before = await read({ after: page.first, descending: true });

    expect(sizesOf(page)).toEqual([10, 11, 12]);
    expect(sizesOf(before)).toEqual([9, 8, 7]);
  });

  it('given a filter, when every next is followed, then each match comes once, in full pages', async () => {
    const found: number[][] = [];
    let page = await read({}, ({ size }) => size % 700 === 0);
    for (found.push(sizesOf(page)); page.next !== undefined; found.push(sizesOf(page))) {
      page = await read({ after: page.next }, ({ size }) => size % 700 === 0);
    }

    expect(found.slice(0, 2)).toEqual([
      [0, 700, 1400],
      [2100, 2800, 3500],
    ]);
    expect(found.flat()).toEqual(Array.from({ length: 15 }, (_, index) => index * 700));
  });

  it('given a filter, when the page ends with the last match of many rows, then it has no next', async () => {
    const page = await read({ limit: 2, after: ['09000', '~'] }, ({ size }) => size === 9_005 || size === 9_007);

    expect(page).toMatchObject({ rows: [{ size: 9_005 }, { size: 9_007 }], next: undefined });
  });

  /** One call must not hold up the store for as long as an account is large (expensive search). */
  it('given a filter that nothing matches, when 10,000 rows were looked at, then an empty page says where to go on', async () => {
    const page = await read({}, () => false);

    expect(page.rows).toEqual([]);
    expect(page.next?.[0]).toBe('09999');
    expect(await read({ after: page.next }, () => false)).toMatchObject({ rows: [], next: undefined });
  });
});
