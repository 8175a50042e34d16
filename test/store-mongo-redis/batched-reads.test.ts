import { describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '../../src/problems/request-problems.ts';
import { batchedReads, type ReadOne } from '../../src/store-mongo-redis/batched-reads.ts';
import type { StoredDocument } from '../../src/store-mongo-redis/documents.ts';
import type { EntityModel } from '../../src/store-mongo-redis/entity-models.ts';
import { WIDGETS } from '../contract/contract-collections.ts';

type Filter = Readonly<Record<string, string | { readonly $in: readonly string[] }>>;

/** A collection whose calls are answered by hand. */
function givenCalls() {
  const calls: {
    readonly values: readonly string[];
    readonly answer: (documents: readonly StoredDocument[]) => void;
  }[] = [];
  const native = {
    find: (filter: Filter) => ({
      toArray: () =>
        new Promise((resolve) => {
          const wanted = filter['_id'] ?? '';
          calls.push({ values: typeof wanted === 'string' ? [wanted] : wanted.$in, answer: resolve });
        }),
    }),
  };
  // Nothing else of the model is asked for.
  const model = { collection: WIDGETS, native } as unknown as EntityModel;
  const get =
    (read: ReadOne) =>
    (value: string): Promise<StoredDocument | undefined> =>
      read({ model, field: 'id', index: '_id_', value });
  return { calls, get };
}

const OPEN = { read: <T>(read: () => Promise<T>) => read(), probe: <T>(read: () => Promise<T>) => read() };
const turn = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));

describe('reads of one turn of the event loop', () => {
  it('when several are asked for, then one call reads each of them once, and each has its own answer', async () => {
    const { calls, get } = givenCalls();
    const one = get(batchedReads(OPEN));

    const answers = Promise.all(['a', 'b', 'a', 'missing'].map(one));
    await turn();
    calls[0]?.answer([{ _id: 'b' }, { _id: 'a' }]);

    expect(calls.map(({ values }) => values)).toEqual([['a', 'b', 'missing']]);
    expect(await answers).toEqual([{ _id: 'a' }, { _id: 'b' }, { _id: 'a' }, undefined]);
  });

  /** A read that was sent before a revocation must not answer who asks after it. */
  it('given a call is under way, when the same is asked for again, then it is read by a call of its own', async () => {
    const { calls, get } = givenCalls();
    const one = get(batchedReads(OPEN));
    const before = one('a');
    await turn();

    const after = one('a');
    await turn();
    calls[1]?.answer([{ _id: 'a', state: 'new' }]);
    calls[0]?.answer([{ _id: 'a', state: 'old' }]);

    expect([await before, await after]).toEqual([
      { _id: 'a', state: 'old' },
      { _id: 'a', state: 'new' },
    ]);
  });

  it('given two calls are under way, when more is asked for, then it waits for one of them and is read together', async () => {
    const { calls, get } = givenCalls();
    const one = get(batchedReads(OPEN));
    const underWay: Promise<StoredDocument | undefined>[] = [];
    for (const value of ['a', 'b']) {
      underWay.push(one(value));
      await turn();
    }

    const waiting = [one('c'), one('d')];
    await turn();
    expect(calls).toHaveLength(2);
    calls[0]?.answer([]);
    await underWay[0];
    await turn();
    calls[2]?.answer([{ _id: 'd' }]);

    expect(calls[2]?.values).toEqual(['c', 'd']);
    expect(await Promise.all(waiting)).toEqual([undefined, { _id: 'd' }]);
  });

  it('when the call fails, then everybody who waited for it is told, and the next are read anew', async () => {
    const { calls, get } = givenCalls();
    let isShut = true;
    const read = <T>(work: () => Promise<T>): Promise<T> =>
      isShut ? Promise.reject(new StoreUnavailable({ diagnostic: 'shut' })) : work();
    const one = get(batchedReads({ read, probe: read }));

    const refused = await Promise.allSettled([one('a'), one('b')]);
    isShut = false;
    const again = one('a');
    await turn();
    calls[0]?.answer([{ _id: 'a' }]);

    expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await again).toEqual({ _id: 'a' });
  });
});
