import { describe, expect, it } from '@jest/globals';
import { insert } from '../../src/store/changes.ts';
import type { Lease, Store } from '../../src/store/store.ts';
import { LeaseLost } from '../../src/store/store-errors.ts';
import { givenWidget, WIDGETS } from './contract-collections.ts';
import type { StoreUnderTest } from './store-under-test.ts';

/** What `lease` promises, and what it means for a commit. */
export function describeLeases(subject: () => StoreUnderTest): void {
  describe('lease', () => {
    describe('given a lease of 2 seconds', () => {
      it('when anybody else asks for it, then there is none, in this process and in another', async () => {
        await heldLease(subject().store, 2000);

        expect(await subject().store.lease('sweeper', 2000)).toBeUndefined();
        expect(await (await subject().another()).lease('sweeper', 2000)).toBeUndefined();
      });

      it('when a lease of another name is asked for, then it is given', async () => {
        await heldLease(subject().store, 2000);

        expect(await subject().store.lease('sealer', 2000)).toMatchObject({ name: 'sealer' });
      });

      it('when it is renewed before its end, then it stays beyond it', async () => {
        const lease = await heldLease(subject().store, 2000);

        expect(await lease.renew(60_000)).toBe(true);
        await subject().letSecondsPass(3);

        expect(await (await subject().another()).lease('sweeper', 2000)).toBeUndefined();
        await subject().store.commit([insert(WIDGETS, givenWidget())], { under: lease });
      });

      it('when 3 seconds pass, then another process gets it with a larger fence, and the first cannot renew', async () => {
        const lease = await heldLease(subject().store, 2000);
        await subject().letSecondsPass(3);

        const next = await heldLease(await subject().another(), 60_000);

        expect(next.fence).toBeGreaterThan(lease.fence);
        expect(await lease.renew(2000)).toBe(false);
        expect(await next.renew(60_000)).toBe(true);
      });

      it('when it is released, then it may be had at once, with a larger fence', async () => {
        const lease = await heldLease(subject().store, 60_000);
        await lease.release();

        const next = await heldLease(await subject().another(), 60_000);

        expect(next.fence).toBeGreaterThan(lease.fence);
      });

      it('when a lost lease is released, then the new holder keeps it', async () => {
        const lease = await heldLease(subject().store, 2000);
        await subject().letSecondsPass(3);
        const next = await heldLease(await subject().another(), 60_000);

        await lease.release();

        expect(await next.renew(60_000)).toBe(true);
        expect(await subject().store.lease('sweeper', 2000)).toBeUndefined();
      });

      it('when the store is opened again, then it still counts', async () => {
        await heldLease(subject().store, 60_000);

        const reopened = await subject().reopen();

        expect(await reopened.lease('sweeper', 2000)).toBeUndefined();
      });
    });

    it('given 20 callers in two processes, when all ask at once, then one gets it', async () => {
      const stores = [subject().store, await subject().another()];

      const leases = await Promise.all(
        Array.from({ length: 20 }, async (_, caller) => await stores[caller % 2]?.lease('sweeper', 60_000)),
      );

      expect(leases.filter((lease) => lease !== undefined)).toHaveLength(1);
    });

    describe('given a commit under a lease', () => {
      it('when the lease is held, then the commit is made', async () => {
        const widget = givenWidget();
        const lease = await heldLease(subject().store, 60_000);

        await subject().store.commit([insert(WIDGETS, widget)], { under: lease });

        expect(await subject().store.read(WIDGETS).get(widget.id)).toStrictEqual(widget);
      });

      /** A holder that was stopped for a while (a long pause, a sleeping machine) must not write over its successor. */
      it('when the lease has gone to another, then it throws LeaseLost and nothing is written', async () => {
        const widget = givenWidget();
        const lease = await heldLease(subject().store, 2000);
        await subject().letSecondsPass(3);
        await heldLease(await subject().another(), 60_000);

        const commit = subject().store.commit([insert(WIDGETS, widget)], { under: lease });

        await expect(commit).rejects.toThrow(LeaseLost);
        expect(await subject().store.read(WIDGETS).get(widget.id)).toBeUndefined();
      });

      it('when the lease was released, then it throws LeaseLost', async () => {
        const lease = await heldLease(subject().store, 60_000);
        await lease.release();

        const commit = subject().store.commit([insert(WIDGETS, givenWidget())], { under: lease });

        await expect(commit).rejects.toThrow(LeaseLost);
      });
    });
  });
}

async function heldLease(store: Store, milliseconds: number): Promise<Lease> {
  const lease = await store.lease('sweeper', milliseconds);
  if (lease === undefined) throw new Error('The lease is held by another.');
  return lease;
}
