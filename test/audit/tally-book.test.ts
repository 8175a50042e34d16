import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ACTIVITY } from '../../src/audit/exchange-count.ts';
import { type TallyBook, tallyBook } from '../../src/audit/tally-book.ts';
import { type AuditStore, givenAuditStore } from './given-audit-store.ts';

/** More than the rows of one chunk, so that rows wait while others are written. */
const ROWS = 1200;

describe('tallyBook', () => {
  let given: AuditStore;
  let book: TallyBook;
  beforeEach(async () => {
    given = await givenAuditStore();
    book = tallyBook(given.store, ACTIVITY);
  });
  afterEach(() => given.dispose());

  const addToAll = (): void => {
    for (let row = 0; row < ROWS; row += 1)
      book.add({ id: `row ${row}`, add: { authnCount: 1 }, raise: { lastAuthnAt: 5 } });
  };
  const written = async (): Promise<number[]> => {
    const rows = await Promise.all(
      Array.from({ length: ROWS }, (_, row) => given.store.read(ACTIVITY).get(`row ${row}`)),
    );
    return [...new Set(rows.map((row) => row?.authnCount ?? 0))];
  };

  it('given counts in several chunks, when they are written, then each row has its sum', async () => {
    addToAll();
    addToAll();

    await book.flush();

    expect(await written()).toEqual([2]);
  });

  it('given a flush that is under way, when more is added to rows that still wait, then nothing is lost', async () => {
    addToAll();
    const release = given.holdWrites();
    const flushing = book.flush();
    addToAll();
    release();
    await flushing;

    await book.flush();

    expect(await written()).toEqual([2]);
  });

  it('given a flush that is under way, when another one begins, then nothing is written twice', async () => {
    addToAll();
    const release = given.holdWrites();
    const both = [book.flush(), book.flush()];
    release();

    await Promise.all(both);

    expect(await written()).toEqual([1]);
  });

  it('given a store that is away, when it is back, then what waited and what came meanwhile is written', async () => {
    addToAll();
    given.away = true;
    await expect(book.flush()).rejects.toMatchObject({ code: 'store_unavailable' });
    addToAll();
    await expect(book.flush()).rejects.toMatchObject({ code: 'store_unavailable' });
    given.away = false;

    await book.flush();

    expect(await written()).toEqual([2]);
  });

  it('given an instant that is raised, when an older one comes later, then the newest stays', async () => {
    for (const lastAuthnAt of [5, 9, 7]) book.add({ id: 'row', add: { authnCount: 1 }, raise: { lastAuthnAt } });
    await book.flush();
    book.add({ id: 'row', add: { authnCount: 1 }, raise: { lastAuthnAt: 3 } });
    await book.flush();

    expect(await given.store.read(ACTIVITY).get('row')).toMatchObject({ authnCount: 4, lastAuthnAt: 9 });
  });
});
