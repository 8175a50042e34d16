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

    it('given an empty value with odd characters in its name, when it is read, then it is the empty text', async () => {
      await subject().store.expiring.put('ключ 😀:{a}\n*', '', 60);

      expect(await subject().store.expiring.get('ключ 😀:{a}\n*')).toBe('');
    });
  });
}
