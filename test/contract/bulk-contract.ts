import { beforeEach, describe, expect, it } from '@jest/globals';
import { insert } from '../../src/store/changes.ts';
import { COUNTS, givenNote, givenWidget, NOTES, WIDGETS } from './contract-collections.ts';
import type { StoreUnderTest } from './store-under-test.ts';

/** What `tally`, `append`, `deleteExpired` and the calls of operations promise. */
export function describeBulkWrites(subject: () => StoreUnderTest): void {
  describeTallies(subject);
  describeAppend(subject);
  describeDeleteExpired(subject);

  describe('ping, describe and close', () => {
    it('when the store is there, then ping answers and describe names a product and its version', async () => {
      await subject().store.ping();

      const described = await subject().store.describe();

      expect(described.length).toBeGreaterThan(0);
      for (const line of described) expect(line).toMatch(/^\w+ \d+\.\d+/);
    });

    it('when it is closed twice, then the second does nothing', async () => {
      const another = await subject().another();

      await another.close();
      await another.close();
    });
  });
}

function describeTallies(subject: () => StoreUnderTest): void {
  describe('tally', () => {
    it('given no row, when it is tallied, then a row is made of all three parts, with a first entity tag', async () => {
      const tally = { id: 'key-1', add: { uses: 3 }, raise: { lastUsedAt: 50 }, first: { keyId: 'k' } };

      await subject().store.tally(COUNTS, [tally]);

      expect(await subject().store.read(COUNTS).get('key-1')).toEqual({
        id: 'key-1',
        entityTag: expect.stringMatching(/^1-[0-9a-f]{32}$/),
        uses: 3,
        lastUsedAt: 50,
        keyId: 'k',
      });
    });

    describe('given a row', () => {
      beforeEach(async () => {
        await subject().store.tally(COUNTS, [
          { id: 'key-1', add: { uses: 3 }, raise: { lastUsedAt: 50 }, first: { keyId: 'k' } },
        ]);
        await subject().store.read(COUNTS).get('key-1');
      });

      it('when it is tallied again, then counts grow, the larger instant stays, what is written once stays', async () => {
        await subject().store.tally(COUNTS, [
          { id: 'key-1', add: { uses: 2, failures: 1 }, raise: { lastUsedAt: 40 }, first: { keyId: 'other' } },
        ]);

        const count = await subject().store.read(COUNTS).get('key-1');
        expect(count).toMatchObject({ uses: 5, failures: 1, lastUsedAt: 50, keyId: 'k' });
      });

      it('when a later instant comes, then it is raised', async () => {
        await subject().store.tally(COUNTS, [{ id: 'key-1', add: {}, raise: { lastUsedAt: 60 } }]);

        expect(await subject().store.read(COUNTS).get('key-1')).toMatchObject({ uses: 3, lastUsedAt: 60 });
      });

      it('when 20 callers in two processes tally it at once, then nothing is lost', async () => {
        const stores = [subject().store, await subject().another()];

        await Promise.all(
          Array.from(
            { length: 20 },
            async (_, caller) =>
              await stores[caller % 2]?.tally(COUNTS, [
                { id: 'key-1', add: { uses: 1 }, raise: { lastUsedAt: 100 + caller } },
              ]),
          ),
        );

        expect(await subject().store.read(COUNTS).get('key-1')).toMatchObject({ uses: 23, lastUsedAt: 119 });
      });

      it('when it stands twice in one batch, then both are added', async () => {
        const once = { id: 'key-1', add: { uses: 1 } };

        await subject().store.tally(COUNTS, [once, once]);

        expect(await subject().store.read(COUNTS).get('key-1')).toMatchObject({ uses: 5 });
      });
    });

    it('given no row, when 20 callers in two processes make it at once, then there is one with all counts', async () => {
      const stores = [subject().store, await subject().another()];
      const tally = { id: 'key-2', add: { uses: 1 }, raise: { lastUsedAt: 1 }, first: { keyId: 'k2' } };

      await Promise.all(
        Array.from({ length: 20 }, async (_, caller) => await stores[caller % 2]?.tally(COUNTS, [tally])),
      );

      expect(await subject().store.read(COUNTS).get('key-2')).toMatchObject({ uses: 20 });
      expect(await subject().store.read(COUNTS).count('byKey', ['k2'], 10)).toBe(1);
    });

    it('given 1,500 tallies, when they come in one batch, then all are made', async () => {
      const tallies = Array.from({ length: 1500 }, (_, position) => ({
        id: `row-${position}`,
        add: { uses: 1 },
        raise: { lastUsedAt: position },
        first: { keyId: 'batch' },
      }));

      await subject().store.tally(COUNTS, tallies);

      expect(await subject().store.read(COUNTS).count('byKey', ['batch'], 2000)).toBe(1500);
    });

    it('given a field that the collection does not define, when it is tallied, then it throws a TypeError', async () => {
      const tally = subject().store.tally(COUNTS, [{ id: 'key-1', add: { surprise: 1 } }]);

      await expect(tally).rejects.toThrow(TypeError);
    });
  });
}

function describeAppend(subject: () => StoreUnderTest): void {
  describe('append', () => {
    it('given events of which one is there already, when they are appended, then it stays and the rest comes', async () => {
      const [known, unknown] = [givenNote({ text: 'first' }), givenNote()];
      await subject().store.append(NOTES, [known]);

      await subject().store.append(NOTES, [{ ...known, text: 'second' }, unknown]);

      expect(await subject().store.read(NOTES).get(known.id)).toStrictEqual(known);
      expect(await subject().store.read(NOTES).get(unknown.id)).toStrictEqual(unknown);
    });

    it('given 1,500 events, when they come in one batch, then all are there', async () => {
      const events = Array.from({ length: 1500 }, () => givenNote({ expiresAt: 77 }));

      await subject().store.append(NOTES, events);

      expect(await subject().store.read(NOTES).count('byExpiry', [77], 2000)).toBe(1500);
    });

    it('given no events, when they are appended, then nothing happens', async () => {
      await subject().store.append(NOTES, []);
    });
  });
}

function describeDeleteExpired(subject: () => StoreUnderTest): void {
  describe('deleteExpired', () => {
    const notes = [10, 20, 30, 40, 50].map((expiresAt) => givenNote({ expiresAt }));
    const left = async (): Promise<readonly number[]> => {
      const page = await subject().store.read(NOTES).page('byExpiry', { equals: [], limit: 100 });
      return page.rows.map((row) => row.expiresAt);
    };
    beforeEach(() => subject().store.commit(notes.map((note) => insert(NOTES, note))));

    it('when an instant is given, then what ends before it goes, and what ends at it stays', async () => {
      expect(await subject().store.deleteExpired(NOTES, 30, 100)).toBe(2);

      expect(await left()).toEqual([30, 40, 50]);
    });

    it('when there are more than the limit, then only so many go, and the next call goes on', async () => {
      expect(await subject().store.deleteExpired(NOTES, 60, 3)).toBe(3);
      expect(await left()).toHaveLength(2);

      expect(await subject().store.deleteExpired(NOTES, 60, 3)).toBe(2);
      expect(await subject().store.deleteExpired(NOTES, 60, 3)).toBe(0);
    });

    it('when it has been read before, then it is gone for the next read', async () => {
      const [first] = notes;
      await subject()
        .store.read(NOTES)
        .get(first?.id ?? '');

      await subject().store.deleteExpired(NOTES, 11, 100);

      expect(
        await subject()
          .store.read(NOTES)
          .get(first?.id ?? ''),
      ).toBeUndefined();
    });

    it('when the collection does not expire, then it throws a TypeError', async () => {
      await subject().store.commit([insert(WIDGETS, givenWidget())]);

      await expect(subject().store.deleteExpired(WIDGETS, 1, 100)).rejects.toThrow(TypeError);
    });
  });
}
