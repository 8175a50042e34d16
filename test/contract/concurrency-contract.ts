import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectUnchanged, insert, replace } from '../../src/store/changes.ts';
import { AlreadyExists, StaleEntityTag } from '../../src/store/store-errors.ts';
import { changed, givenWidget, WIDGETS } from './contract-collections.ts';
import { outcomes } from './eventually.ts';
import type { StoreUnderTest } from './store-under-test.ts';

const CALLERS = 20;

/** What `commit` promises to many callers at once, in one process and in two. */
export function describeConcurrency(subject: () => StoreUnderTest): void {
  describe('commits at the same time', () => {
    describe('given one entity and 20 callers in two processes', () => {
      const widget = givenWidget();
      beforeEach(() => subject().store.commit([insert(WIDGETS, widget)]));

      it('when all replace it by the same tag, then exactly one wins and its value stays', async () => {
        const stores = [subject().store, await subject().another()];
        const attempts = Array.from({ length: CALLERS }, (_, caller) => changed(widget, { size: caller }));

        const { kept, errors } = await outcomes(
          attempts.map(
            async (next, caller) => await stores[caller % 2]?.commit([replace(WIDGETS, next, widget.entityTag)]),
          ),
        );

        expect(kept).toBe(1);
        expect(errors.filter((error) => error instanceof StaleEntityTag)).toHaveLength(CALLERS - 1);
        expect(attempts).toContainEqual(await subject().store.read(WIDGETS).get(widget.id));
      });

      it('when all read, add one and try again until they win, then no addition is lost', async () => {
        const stores = [subject().store, await subject().another()];

        await Promise.all(
          Array.from({ length: CALLERS }, async (_, caller) => {
            const store = stores[caller % 2] ?? subject().store;
            for (let won = false; !won; ) {
              const read = await store.read(WIDGETS).get(widget.id);
              if (read === undefined) throw new Error('The entity is gone.');
              const { kept } = await outcomes([
                store.commit([replace(WIDGETS, changed(read, { size: read.size + 1 }), read.entityTag)]),
              ]);
              won = kept === 1;
            }
          }),
        );

        const last = await subject().store.read(WIDGETS).get(widget.id);
        expect(last?.size).toBe(1 + CALLERS);
        expect(Number.parseInt(last?.entityTag ?? '', 10)).toBe(1 + CALLERS);
      });
    });

    it('given one unique value, when 20 callers insert it, then exactly one wins', async () => {
      const stores = [subject().store, await subject().another()];

      const { kept, errors } = await outcomes(
        Array.from(
          { length: CALLERS },
          async (_, caller) =>
            await stores[caller % 2]?.commit([insert(WIDGETS, givenWidget({ nickname: 'installation' }))]),
        ),
      );

      expect(kept).toBe(1);
      expect(errors.filter((error) => error instanceof AlreadyExists)).toHaveLength(CALLERS - 1);
    });

    it('given one commit id, when 20 callers use it for the same change, then all are answered and it is made once', async () => {
      const widget = givenWidget();
      const stores = [subject().store, await subject().another()];

      const { errors } = await outcomes(
        Array.from(
          { length: CALLERS },
          async (_, caller) => await stores[caller % 2]?.commit([insert(WIDGETS, widget)], { id: 'at once' }),
        ),
      );

      expect(errors).toEqual([]);
      expect(await subject().store.read(WIDGETS).get(widget.id)).toStrictEqual(widget);
    });

    /** Write skew: two administrators each take the other's right away, each because the other still has it. */
    it('given pairs of which each commit expects what the other replaces, when both come at once, then one wins', async () => {
      const stores = [subject().store, await subject().another()];
      const pairs = Array.from({ length: 5 }, () => [givenWidget(), givenWidget()] as const);
      await subject().store.commit(pairs.flat().map((widget) => insert(WIDGETS, widget)));

      for (const [one, other] of pairs) {
        const { kept, errors } = await outcomes([
          stores[0]?.commit([expectUnchanged(WIDGETS, one), replace(WIDGETS, changed(other), other.entityTag)]) ??
            Promise.reject(new Error('no store')),
          stores[1]?.commit([expectUnchanged(WIDGETS, other), replace(WIDGETS, changed(one), one.entityTag)]) ??
            Promise.reject(new Error('no store')),
        ]);

        expect(kept).toBe(1);
        expect(errors[0]).toBeInstanceOf(StaleEntityTag);
      }
    });

    it('given commits that have nothing in common, when 50 come at once, then all are made', async () => {
      const stores = [subject().store, await subject().another()];
      const widgets = Array.from({ length: 50 }, () => givenWidget({ ownerId: 'fifty' }));

      await Promise.all(
        widgets.map(async (widget, caller) => await stores[caller % 2]?.commit([insert(WIDGETS, widget)])),
      );

      expect(await subject().store.read(WIDGETS).count('byOwner', ['fifty'], 100)).toBe(50);
    });
  });
}
