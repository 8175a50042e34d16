import { describe, expect, it } from '@jest/globals';
import type { Grant } from '../../src/access/grant.ts';
import { policySet } from '../../src/access/policy-set.ts';
import type { PolicySetReading } from '../../src/policies/policy-sets.ts';
import { setCache } from '../../src/policies/set-cache.ts';

const reading = (...dependsOn: string[]): PolicySetReading => ({ set: policySet([]), dependsOn });

describe('the cache of policy sets', () => {
  it('given a set, when what it depends on changes, then it is read anew, and not when something else does', async () => {
    const cache = setCache();
    const kept = await cache.fill('key', async () => reading('a', 'b'));

    cache.changed(['c']);
    expect(cache.get('key')).toBe(kept);
    cache.changed(['b']);
    expect(cache.get('key')).toBeUndefined();
  });

  /** A reading that began before a right was taken must not bring it back. */
  it('given a reading under way, when what it depends on changes meanwhile, then it is not kept', async () => {
    const cache = setCache();
    const { promise, resolve } = Promise.withResolvers<PolicySetReading>();
    const answer = cache.fill('key', () => promise);

    cache.changed(['a']);
    const old = reading('a');
    resolve(old);

    expect(await answer).toBe(old.set);
    expect(cache.get('key')).toBeUndefined();
  });

  it('given a reading under way, when something else changes or everything is lost, then only the latter keeps it out', async () => {
    const cache = setCache();
    const one = Promise.withResolvers<PolicySetReading>();
    const other = Promise.withResolvers<PolicySetReading>();
    const [first, second] = [cache.fill('one', () => one.promise), cache.fill('other', () => other.promise)];

    cache.changed(['b']);
    one.resolve(reading('a'));
    await first;
    cache.forgetAll();
    other.resolve(reading('a'));
    await second;

    expect([cache.get('one'), cache.get('other')]).toEqual([undefined, undefined]);
    await cache.fill('one', async () => reading('a'));
    expect(cache.get('one')).toBeDefined();
  });

  it('given many who ask at once, then it is read once; who asks after a change reads for itself', async () => {
    const cache = setCache();
    let reads = 0;
    const { promise, resolve } = Promise.withResolvers<PolicySetReading>();
    const read = () => {
      reads += 1;
      return promise;
    };
    const before = Array.from({ length: 20 }, () => cache.fill('key', read));
    expect(reads).toBe(1);

    cache.changed(['a']);
    const after = cache.fill('key', read);

    expect(reads).toBe(2);
    resolve(reading('a'));
    await Promise.all([...before, after]);
  });

  it('given a reading that fails, then the next who asks reads again', async () => {
    const cache = setCache();
    await expect(cache.fill('key', () => Promise.reject(new Error('away')))).rejects.toThrow('away');

    await cache.fill('key', async () => reading('a'));

    expect(cache.get('key')).toBeDefined();
  });

  it('given one identity with more grants than all may have, then it is not kept', async () => {
    const cache = setCache();
    const grant: Grant = { service: 'logs', actions: new Set(['logs.data-ingress.send']), conditions: [] };
    const large = policySet(Array.from({ length: 500_000 }, () => grant));

    expect(await cache.fill('key', async () => ({ set: large, dependsOn: ['a'] }))).toBe(large);
    expect(cache.get('key')).toBeUndefined();
    cache.changed(['a']);
  });
});
