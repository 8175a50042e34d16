import { beforeEach, describe, expect, it } from '@jest/globals';
import { insert, remove } from '../../src/store/changes.ts';
import type { IndexValue } from '../../src/store/collection.ts';
import type { Page } from '../../src/store/store.ts';
import { givenWidget, WIDGETS, type Widget } from './contract-collections.ts';
import type { StoreUnderTest } from './store-under-test.ts';

const OWNER = 'owner of the pages';
const NAMES = ['', 'Z', 'a', 'a ', 'aa', 'é', 'ﬀ', '～', '\uFFFD', '😀', '😀a', '𠀀'];

// Ten rows at each of three instants: the prefix alone does not order them, only the id does.
const ROWS: readonly Widget[] = Array.from({ length: 30 }, (_, position) =>
  givenWidget({ ownerId: OWNER, createdAt: 1_700_000_000_000 + Math.floor(position / 10) }),
);

/** What `page` and `count` promise. */
export function describePaging(subject: () => StoreUnderTest): void {
  describe('page', () => {
    describe('given 30 rows with equal prefixes, and one of another owner', () => {
      beforeEach(() => subject().store.commit([...ROWS, givenWidget()].map((row) => insert(WIDGETS, row))));

      it('when pages of 7 are followed upwards, then every row comes once, in order', async () => {
        expect(idsOf(await pagesOf(subject(), 7, false))).toEqual(inOrder(ROWS));
      });

      it('when pages of 7 are followed downwards, then every row comes once, in reverse order', async () => {
        expect(idsOf(await pagesOf(subject(), 7, true))).toEqual(inOrder(ROWS).reverse());
      });

      it('when the last page is full, then nothing says that there is another', async () => {
        const pages = await pagesOf(subject(), 10, false);

        expect(pages.map((page) => page.rows.length)).toEqual([10, 10, 10]);
      });

      it('when rows are inserted while it is paged, then the old rows still come once each, in order', async () => {
        const pages = await pagesOf(subject(), 4, false, () =>
          subject().store.commit([insert(WIDGETS, givenWidget({ ownerId: OWNER, createdAt: 1_700_000_000_001 }))]),
        );

        const old = new Set(ROWS.map((row) => row.id));
        expect(idsOf(pages).filter((id) => old.has(id))).toEqual(inOrder(ROWS));
        expect(new Set(idsOf(pages)).size).toBe(idsOf(pages).length);
      });

      it('when rows are to be passed over, then the page begins behind them, and what follows goes on from there', async () => {
        const reader = subject().store.read(WIDGETS);

        const page = await reader.page('byOwner', { equals: [OWNER], limit: 5, skip: 12 });
        const rest = await reader.page('byOwner', { equals: [OWNER], limit: 20, after: page.next });
        const behind = await reader.page('byOwner', { equals: [OWNER], limit: 5, skip: 30 });

        expect(idsOf([page, rest])).toEqual(inOrder(ROWS).slice(12));
        expect(behind).toEqual({ rows: [], next: undefined });
      });

      it('when the last row seen is removed, then the next page goes on behind its place', async () => {
        const reader = subject().store.read(WIDGETS);
        const first = await reader.page('byOwner', { equals: [OWNER], limit: 12 });
        const last = first.rows.at(-1);
        if (last !== undefined) await subject().store.commit([remove(WIDGETS, last)]);

        const second = await reader.page('byOwner', { equals: [OWNER], after: first.next, limit: 100 });

        expect(idsOf([first, second])).toEqual(inOrder(ROWS));
      });

      it('when a longer prefix is given, then only its rows come, and the cursor has only the rest', async () => {
        const equals = [OWNER, 1_700_000_000_001];
        const reader = subject().store.read(WIDGETS);

        const first = await reader.page('byOwner', { equals, limit: 6 });
        const second = await reader.page('byOwner', { equals, after: first.next, limit: 6 });

        expect(first.next).toHaveLength(1);
        expect(idsOf([first, second])).toEqual(inOrder(ROWS.slice(10, 20)));
        expect(second.next).toBeUndefined();
      });

      it.each([0, 1001, 1.5])('when %d rows are asked for, then it throws a RangeError', async (limit) => {
        const page = subject()
          .store.read(WIDGETS)
          .page('byOwner', { equals: [OWNER], limit });

        await expect(page).rejects.toThrow(RangeError);
      });

      it('when the cursor has the wrong number of values, then it throws a TypeError', async () => {
        const page = subject()
          .store.read(WIDGETS)
          .page('byOwner', { equals: [OWNER], after: [1], limit: 5 });

        await expect(page).rejects.toThrow(TypeError);
      });

      it('when no prefix is given, then the rows of all owners come in the order of the index', async () => {
        const page = await subject().store.read(WIDGETS).page('byOwner', { equals: [], limit: 1000 });

        expect(page.rows).toHaveLength(31);
        expect(page.next).toBeUndefined();
      });
    });

    describe('given names of one, two, three and four UTF-8 bytes', () => {
      beforeEach(() =>
        subject().store.commit(NAMES.map((name) => insert(WIDGETS, givenWidget({ ownerId: OWNER, name })))),
      );

      it('when they are paged one by one, then their order is the order of their bytes', async () => {
        const byBytes = NAMES.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));

        expect(await namesOf(subject(), false)).toEqual(byBytes);
        expect(await namesOf(subject(), true)).toEqual(byBytes.toReversed());
      });
    });

    describe('given rows that differ in a boolean and an integer', () => {
      it('when they are paged, then false stands before true, and integers by their value', async () => {
        const rows = [
          givenWidget({ ownerId: OWNER, enabled: true, size: -1 }),
          givenWidget({ ownerId: OWNER, enabled: false, size: 10_000_000_000 }),
          givenWidget({ ownerId: OWNER, enabled: false, size: 9 }),
          givenWidget({ ownerId: OWNER, enabled: true, size: -10 }),
        ];
        await subject().store.commit(rows.map((row) => insert(WIDGETS, row)));
        const reader = subject().store.read(WIDGETS);

        const first = await reader.page('byState', { equals: [OWNER], limit: 2 });
        const second = await reader.page('byState', { equals: [OWNER], after: first.next, limit: 2 });
        const enabled = await reader.page('byState', { equals: [OWNER, true], limit: 5 });

        expect([...first.rows, ...second.rows].map((row) => row.size)).toEqual([9, 10_000_000_000, -10, -1]);
        expect(enabled.rows.map((row) => row.size)).toEqual([-10, -1]);
      });
    });
  });

  describe('count', () => {
    beforeEach(() => subject().store.commit([...ROWS, givenWidget()].map((row) => insert(WIDGETS, row))));

    it('when there are fewer than the limit, then it counts them all', async () => {
      expect(await subject().store.read(WIDGETS).count('byOwner', [OWNER], 100)).toBe(30);
      expect(await subject().store.read(WIDGETS).count('byOwner', [OWNER, 1_700_000_000_002], 100)).toBe(10);
      expect(await subject().store.read(WIDGETS).count('byOwner', ['nobody'], 100)).toBe(0);
    });

    it('when there are more than the limit, then it stops there', async () => {
      expect(await subject().store.read(WIDGETS).count('byOwner', [OWNER], 12)).toBe(12);
    });
  });
}

async function pagesOf(
  { store }: StoreUnderTest,
  limit: number,
  descending: boolean,
  between: () => Promise<void> = async () => {},
): Promise<readonly Page<Widget>[]> {
  const pages: Page<Widget>[] = [];
  let after: readonly IndexValue[] | undefined;
  do {
    const page: Page<Widget> = await store.read(WIDGETS).page('byOwner', { equals: [OWNER], after, limit, descending });
    pages.push(page);
    after = page.next;
    await between();
  } while (after !== undefined && pages.length < 100);
  return pages;
}

async function namesOf({ store }: StoreUnderTest, descending: boolean): Promise<readonly string[]> {
  const names: string[] = [];
  let after: readonly IndexValue[] | undefined;
  do {
    const page: Page<Widget> = await store
      .read(WIDGETS)
      .page('alphabetical', { equals: [OWNER], after, limit: 1, descending });
    names.push(...page.rows.map((row) => row.name));
    after = page.next;
  } while (after !== undefined && names.length < 100);
  return names;
}

function idsOf(pages: readonly Page<Widget>[]): readonly string[] {
  return pages.flatMap((page) => page.rows.map((row) => row.id));
}

function inOrder(rows: readonly Widget[]): string[] {
  return rows
    .toSorted((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1))
    .map((row) => row.id);
}
