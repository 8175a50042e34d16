import { beforeEach, describe, expect, it } from '@jest/globals';
import type { StoreUnderTest } from './store-under-test.ts';

const CALLERS = 20;

/** What `expiring` promises. */
export function describeExpiringValues(subject: () => StoreUnderTest): void {
  describe('expiring values', () => {
    describe('given a value put with a time to live of 2 seconds', () => {
      beforeEach(() => subject().store.expiring.put('code:a', 'x', 2));

      it('when it is read at once, then it is there, in every process', async () => {
        expect(await subject().store.expiring.get('code:a')).toBe('x');
        expect(await (await subject().another()).expiring.get('code:a')).toBe('x');
      });

      it('when 3 seconds pass, then it is gone for get and for take', async () => {
        await subject().letSecondsPass(3);

        expect(await subject().store.expiring.get('code:a')).toBeUndefined();
        expect(await subject().store.expiring.take('code:a')).toBeUndefined();
      });

      it('when 20 callers take it at once, then one of them gets it', async () => {
        const stores = [subject().store, await subject().another()];

        const taken = await Promise.all(
          Array.from({ length: CALLERS }, async (_, caller) => await stores[caller % 2]?.expiring.take('code:a')),
        );

        expect(taken.filter((value) => value !== undefined)).toEqual(['x']);
        expect(await subject().store.expiring.get('code:a')).toBeUndefined();
      });

      it('when it is put again, then the new value and the new time to live count', async () => {
        await subject().store.expiring.put('code:a', 'y', 60);
        await subject().letSecondsPass(3);

        expect(await subject().store.expiring.get('code:a')).toBe('y');
      });
    });

    describe('given no value', () => {
      it('when it is read or taken, then the answer is undefined', async () => {
        expect(await subject().store.expiring.get('code:none')).toBeUndefined();
        expect(await subject().store.expiring.take('code:none')).toBeUndefined();
      });

      it('when 20 callers increment it at once, then each gets another number from 1 to 20', async () => {
        const stores = [subject().store, await subject().another()];

        const counts = await Promise.all(
          Array.from(
            { length: CALLERS },
            async (_, caller) => await stores[caller % 2]?.expiring.increment('count:a', 60),
          ),
        );

        expect(counts.toSorted((one = 0, other = 0) => one - other)).toEqual(
          Array.from({ length: CALLERS }, (_, position) => position + 1),
        );
      });
    });

    describe('given a count that began 2 seconds ago with a time to live of 3', () => {
      beforeEach(async () => {
        await subject().store.expiring.increment('count:b', 3);
        await subject().letSecondsPass(2);
      });

      it('when it is incremented again, then it goes on, and its end does not move', async () => {
        expect(await subject().store.expiring.increment('count:b', 3)).toBe(2);
        expect(await subject().store.expiring.get('count:b')).toBe('2');

        await subject().letSecondsPass(2);

        expect(await subject().store.expiring.increment('count:b', 3)).toBe(1);
      });
    });

    describe('given two counters that began 2 seconds ago with a time to live of 3', () => {
      beforeEach(async () => {
        await subject().store.expiring.addAll(
          [
            { key: 'count:c', by: 4 },
            { key: 'count:d', by: 1 },
          ],
          3,
        );
        await subject().letSecondsPass(2);
      });

      it('when many are added to at once, then each has its new count, in order, and the end of the old ones does not move', async () => {
        const { expiring } = await subject().another();
        const many = Array.from({ length: 250 }, (_, position) => ({ key: `count:m${position}`, by: position + 1 }));

        const counts = await expiring.addAll([{ key: 'count:d', by: 10 }, ...many, { key: 'count:c', by: 1 }], 3);

        expect(counts).toEqual([11, ...many.map(({ by }) => by), 5]);
        expect(await subject().store.expiring.get('count:c')).toBe('5');

        await subject().letSecondsPass(2);

        const afterwards = await subject().store.expiring.addAll(
          [
            { key: 'count:c', by: 2 },
            { key: 'count:m9', by: 1 },
          ],
          3,
        );
        expect(afterwards).toEqual([2, 11]);
      });
    });

    it('given nothing to add, when it is added, then there are no counts', async () => {
      expect(await subject().store.expiring.addAll([], 60)).toEqual([]);
    });

    it('given one counter, when 20 callers add 5 to it twice in one trip, then nothing is lost', async () => {
      const stores = [subject().store, await subject().another()];
      const twice = [
        { key: 'count:e', by: 5 },
        { key: 'count:e', by: 5 },
      ];

      const counts = await Promise.all(
        Array.from({ length: CALLERS }, async (_, caller) => await stores[caller % 2]?.expiring.addAll(twice, 60)),
      );

      expect(Math.max(...counts.flatMap((pair) => pair ?? []))).toBe(CALLERS * 10);
      expect(await subject().store.expiring.increment('count:e', 60)).toBe(CALLERS * 10 + 1);
    });

    it('given an empty value with odd characters in its name, when it is read, then it is the empty text', async () => {
      await subject().store.expiring.put('ключ 😀:{a}\n*', '', 60);

      expect(await subject().store.expiring.get('ключ 😀:{a}\n*')).toBe('');
    });
  });
}
