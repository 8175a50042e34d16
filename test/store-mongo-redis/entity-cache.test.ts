import { describe, expect, it } from '@jest/globals';
import { type EntityCache, entityCache, entityCaches } from '../../src/store-mongo-redis/entity-cache.ts';

const OLD = { id: 'a', entityTag: '1-old' };
const NEW = { id: 'a', entityTag: '2-new' };

describe('an entity cache', () => {
  describe('given a fill that began before the entity was changed', () => {
    /** In-flight fill: the old key, read before its revocation, would be put back after it and go on working. */
    it('when it ends after the change was heard of, then what it read is not kept', async () => {
      const cache = entityCache();
      const read = Promise.withResolvers<typeof OLD>();
      const filling = cache.fill('id a', () => read.promise);

      cache.forget('a');
      read.resolve(OLD);

      expect(await filling).toBe(OLD);
      expect(cache.get('a')).toBeUndefined();
    });

    /** In-flight fill: whoever asks after a revocation was answered would be told what was read before it. */
    it.each([
      ['it', (cache: EntityCache) => cache.forget('a')],
      ['nobody knows what', (cache: EntityCache) => cache.forgetAll()],
    ])(
      'when %s was changed, then who asks after that is told what is read after that',
      async (_, change) => {
        const cache = entityCache();
        const read = Promise.withResolvers<typeof OLD>();
        const filling = cache.fill('id a', () => read.promise);

        change(cache);
        const asked = await cache.fill('id a', async () => NEW);
        read.resolve(OLD);

        expect([asked, await filling]).toEqual([NEW, OLD]);
        expect(cache.get('a')).toBe(NEW);
      },
      1_000,
    );

    it('when another entity was changed meanwhile, then what it read is kept', async () => {
      const cache = entityCache();
      const read = Promise.withResolvers<typeof OLD>();
      const filling = cache.fill('id a', () => read.promise);

      cache.forget('b');
      read.resolve(OLD);
      await filling;

      expect(cache.get('a')).toBe(OLD);
    });

    it('when nobody knows what was changed meanwhile, then what it read is not kept', async () => {
      const cache = entityCache();
      const read = Promise.withResolvers<typeof OLD>();
      const filling = cache.fill('id a', () => read.promise);

      cache.forgetAll();
      read.resolve(OLD);
      await filling;

      expect(cache.get('a')).toBeUndefined();
    });

    it('when it finds nothing, and something was made meanwhile, then the absence is not kept', async () => {
      const cache = entityCache();
      const read = Promise.withResolvers<undefined>();
      const filling = cache.fill('byName x', () => read.promise);

      cache.forget('a');
      read.resolve(undefined);
      await filling;

      expect(cache.isAbsent('byName x')).toBe(false);
    });
  });

  describe('given 20 callers that miss the same entity at once', () => {
    it('when they fill it, then it is read once', async () => {
      const cache = entityCache();
      let reads = 0;
      const read = async () => {
        reads += 1;
        return NEW;
      };

      const answers = await Promise.all(Array.from({ length: 20 }, () => cache.fill('id a', read)));

      expect(reads).toBe(1);
      expect(answers.every((answer) => answer === NEW)).toBe(true);
    });

    it('when the reading fails, then all of them hear of it, and the next one reads again', async () => {
      const cache = entityCache();
      const failing = () => Promise.reject(new Error('away'));

      const settled = await Promise.allSettled([cache.fill('id a', failing), cache.fill('id a', failing)]);

      expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      expect(await cache.fill('id a', async () => NEW)).toBe(NEW);
    });
  });

  describe('given a hot entity', () => {
    /** Flood of well-formed keys that nobody has: it must cost neither memory without end nor the hot ones their place. */
    /** Memory for whatever a caller writes: an account of 8,000 characters that nobody has. */
    it('when a long name is looked for and not there, then it is not kept', async () => {
      const cache = entityCache();
      const key = `id ${'a'.repeat(8_000)}`;

      await cache.fill(key, async () => undefined);

      expect(cache.isAbsent(key)).toBe(false);
    });

    it('when 50,000 others are looked for and not there, then it stays, and each was looked for once a second', async () => {
      const cache = entityCache();
      await cache.fill('byDigest hot', async () => OLD);
      let reads = 0;
      const missing = async () => {
        reads += 1;
        return undefined;
      };

      for (let number = 0; number < 50_000; number += 1) await cache.fill(`byDigest ${number}`, missing);

      expect(cache.find('byDigest hot')).toBe(OLD);
      expect(reads).toBe(50_000);
      expect(cache.isAbsent('byDigest 49999')).toBe(true);
      expect(cache.isAbsent('byDigest 0')).toBe(false);
    });
  });
});

describe('the caches of a store', () => {
  it('given collections, when one is immutable, then its changes are not asked for: there may be a million', () => {
    const { names } = entityCaches([
      { name: 'keys', followed: true, immutable: false },
      { name: 'revocations', followed: true, immutable: true },
      { name: 'records', followed: false, immutable: false },
    ]);

    expect([...names]).toEqual(['keys']);
  });

  it('given a collection, when its cache is asked for twice, then it is the same, and what changes is forgotten there', async () => {
    const caches = entityCaches([{ name: 'keys', followed: true, immutable: false }]);
    const cache = caches.of('keys');
    await cache?.fill('byId 1', async () => ({ id: '1', entityTag: 'a' }));

    expect(caches.of('keys')).toBe(cache);
    expect(caches.of('records')).toBeUndefined();
    expect(caches.of('keys')?.find('byId 1')).toEqual({ id: '1', entityTag: 'a' });
    caches.forget('keys', '1');
    expect(caches.of('keys')?.find('byId 1')).toBeUndefined();
  });
});
