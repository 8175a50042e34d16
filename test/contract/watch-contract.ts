import { describe, expect, it } from '@jest/globals';
import { insert, remove, replace } from '../../src/store/changes.ts';
import type { Store, StoredChange } from '../../src/store/store.ts';
import { changed, givenNote, givenWidget, NOTES, WIDGETS } from './contract-collections.ts';
import { eventually } from './eventually.ts';
import type { StoreUnderTest } from './store-under-test.ts';

/** What `watch` promises. Delivery is at least once, so repeats are left out before anything is compared. */
export function describeWatch(subject: () => StoreUnderTest): void {
  describe('watch', () => {
    describe('given a watcher in the process that commits', () => {
      it('when a commit is answered, then its change has been delivered, with the frozen entity', async () => {
        const { store } = subject();
        const { delivered } = await watching(store);
        const widget = givenWidget({ labels: ['x'] });

        await store.commit([insert(WIDGETS, widget)]);

        expect(delivered).toMatchObject([{ collection: WIDGETS.name, id: widget.id }]);
        expect(delivered[0]?.entity).toStrictEqual(widget);
        expect(Object.isFrozen(delivered[0]?.entity)).toBe(true);
      });

      it('when an entity is removed, then the change has no entity', async () => {
        const { store } = subject();
        const widget = givenWidget();
        await store.commit([insert(WIDGETS, widget)]);
        const { delivered } = await watching(store);

        await store.commit([remove(WIDGETS, widget)]);

        expect(delivered).toMatchObject([{ id: widget.id }]);
        expect(delivered[0]?.entity).toBeUndefined();
      });

      it('when commits follow each other, then their changes come in that order', async () => {
        const { store } = subject();
        const { delivered } = await watching(store);
        const widgets = Array.from({ length: 6 }, () => givenWidget());

        await store.commit(widgets.slice(0, 3).map((widget) => insert(WIDGETS, widget)));
        await store.commit(widgets.slice(3).map((widget) => insert(WIDGETS, widget)));

        expect(idsOf(delivered)).toEqual(widgets.map((widget) => widget.id));
      });

      it('when a commit is refused, then nothing of it is delivered', async () => {
        const { store } = subject();
        const { delivered } = await watching(store);
        const widget = givenWidget();

        await expect(store.commit([insert(WIDGETS, widget), insert(WIDGETS, widget)])).rejects.toThrow();

        expect(delivered).toEqual([]);
      });

      it('when another collection is changed, then nothing is delivered', async () => {
        const { store } = subject();
        const { delivered } = await watching(store);

        await store.commit([insert(NOTES, givenNote())]);

        expect(delivered).toEqual([]);
      });

      it('when what was there before is not asked for, then it is not delivered', async () => {
        const { store } = subject();
        await store.commit([insert(WIDGETS, givenWidget())]);
        const { delivered } = await watching(store);
        const later = givenWidget();

        await store.commit([insert(WIDGETS, later)]);

        expect(idsOf(delivered)).toEqual([later.id]);
      });

      it('when the subscription is closed, then nothing more is delivered', async () => {
        const { store } = subject();
        const { delivered, subscription } = await watching(store);
        await subscription.close();

        await store.commit([insert(WIDGETS, givenWidget())]);

        expect(delivered).toEqual([]);
      });

      it('when there are two watchers, then each is told', async () => {
        const { store } = subject();
        const [first, second] = [await watching(store), await watching(store)];
        const widget = givenWidget();

        await store.commit([insert(WIDGETS, widget)]);

        expect([idsOf(first.delivered), idsOf(second.delivered)]).toEqual([[widget.id], [widget.id]]);
      });
    });

    describe('given a watcher in another process', () => {
      it('when changes are committed, then it is told all of them in order within a second', async () => {
        const { delivered } = await watching(await subject().another());
        const widgets = Array.from({ length: 5 }, () => givenWidget());

        for (const widget of widgets) await subject().store.commit([insert(WIDGETS, widget)]);

        await eventually(() => expect(idsOf(delivered)).toEqual(widgets.map((widget) => widget.id)));
      });

      it('when both processes commit, then both are told the changes of both', async () => {
        const another = await subject().another();
        const [here, there] = [await watching(subject().store), await watching(another)];
        const widgets = Array.from({ length: 10 }, () => givenWidget());

        await Promise.all(
          widgets.map((widget, position) =>
            (position % 2 === 0 ? another : subject().store).commit([insert(WIDGETS, widget)]),
          ),
        );

        const all = widgets.map((widget) => widget.id).sort();
        await eventually(() => {
          expect([...idsOf(here.delivered)].sort()).toEqual(all);
          expect([...idsOf(there.delivered)].sort()).toEqual(all);
        });
      });

      it('when it catches up and waits, then the entity is the committed one', async () => {
        const { delivered, subscription } = await watching(await subject().another());
        const widget = givenWidget();
        await subject().store.commit([insert(WIDGETS, widget)]);

        subscription.catchUp();

        await eventually(() => expect(delivered.at(-1)?.entity).toStrictEqual(widget));
      });
    });

    describe('given the sequence of a change', () => {
      it('when it is watched from there, then every later change comes in order, and then the new ones', async () => {
        const { store } = subject();
        const { delivered, subscription } = await watching(store);
        const [before, known, replaced, later, last] = [1, 2, 3, 4, 5].map((size) => givenWidget({ size }));
        if (!before || !known || !replaced || !later || !last) throw new Error('five were made');
        await store.commit([insert(WIDGETS, before), insert(WIDGETS, known)]);
        const since = delivered.at(-1)?.sequence ?? '';
        await subscription.close();
        await store.commit([insert(WIDGETS, replaced), insert(WIDGETS, later)]);
        await store.commit([replace(WIDGETS, changed(before), before.entityTag)]);

        const resumed = await watching(store, since);
        await eventually(() => expect(later3(resumed.delivered)).toEqual([replaced.id, later.id, before.id]));
        await store.commit([insert(WIDGETS, last)]);

        await eventually(() => expect(later3(resumed.delivered)).toEqual([replaced.id, later.id, before.id, last.id]));

        // The change of `since` itself may come again: delivery is at least once.
        function later3(changes: readonly StoredChange[]): readonly string[] {
          return idsOf(changes).filter((id) => id !== known?.id);
        }
      });

      it('when the store was reopened in between, then the changes of another process meanwhile come', async () => {
        const another = await subject().another();
        const { delivered } = await watching(subject().store);
        await subject().store.commit([insert(WIDGETS, givenWidget())]);
        const since = delivered.at(-1)?.sequence ?? '';
        const meanwhile = givenWidget();

        const reopening = subject().reopen();
        await another.commit([insert(WIDGETS, meanwhile)]);
        const resumed = await watching(await reopening, since);

        await eventually(() => expect(idsOf(resumed.delivered)).toContain(meanwhile.id));
      });
    });
  });
}

/** What `position` promises, to whoever goes on from it in another process. */
export function describePositions(subject: () => StoreUnderTest): void {
  describe('the position of a subscription', () => {
    it('when it is watched from there elsewhere, then what was committed since has come when watch returns', async () => {
      const { store } = subject();
      const another = await subject().another();
      const { subscription } = await watching(store);
      await store.commit([insert(WIDGETS, givenWidget())]);
      const position = subscription.position();
      const [here, there] = [givenWidget(), givenWidget()];
      await store.commit([insert(WIDGETS, here)]);
      await another.commit([insert(WIDGETS, there)]);

      const { delivered } = await watching(another, position);

      expect(idsOf(delivered)).toEqual(expect.arrayContaining([here.id, there.id]));
    });

    it('when it has not moved for a while, then it still leads on, and nothing that was committed is passed over', async () => {
      const { store } = subject();
      const { subscription } = await watching(store);
      await subject().letSecondsPass(1);
      const position = subscription.position();
      const widgets = Array.from({ length: 5 }, () => givenWidget());
      await store.commit(widgets.map((widget) => insert(WIDGETS, widget)));

      const { delivered } = await watching(await subject().another(), position);

      expect(idsOf(delivered)).toEqual(expect.arrayContaining(widgets.map(({ id }) => id)));
    });

    it('when the delivery of several changes is under way, then no place between them leads past the rest', async () => {
      const { store } = subject();
      const positions: string[] = [];
      const subscription = await store.watch([WIDGETS], () => positions.push(subscription.position()));
      const widgets = Array.from({ length: 3 }, () => givenWidget());
      await store.commit(widgets.map((widget) => insert(WIDGETS, widget)));

      const { delivered } = await watching(await subject().another(), positions[0]);

      expect(idsOf(delivered)).toEqual(expect.arrayContaining(widgets.slice(1).map(({ id }) => id)));
    });
  });
}

async function watching(store: Store, since?: string) {
  const delivered: StoredChange[] = [];
  const subscription = await store.watch([WIDGETS], (change) => delivered.push(change), since);
  return { delivered, subscription };
}

// Of repeats the first counts; a repeat is the same state of the same entity.
function idsOf(changes: readonly StoredChange[]): readonly string[] {
  const byState = new Map<string, string>();
  for (const { id, entity } of changes) byState.set(`${id} ${entity?.entityTag}`, id);
  return [...byState.values()];
}
