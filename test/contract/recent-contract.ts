import { describe, expect, it } from '@jest/globals';
import { insert, remove, replace } from '../../src/store/changes.ts';
import { changed, givenWidget, WIDGETS } from './contract-collections.ts';
import { eventually } from './eventually.ts';
import type { StoreUnderTest } from './store-under-test.ts';

/** What `readRecent` promises: own commits at once, other processes' within a second. */
export function describeRecentReading(subject: () => StoreUnderTest): void {
  describe('readRecent', () => {
    describe('given an entity that was read recently', () => {
      it('when this process changes it, then the next read has the change', async () => {
        const { store } = subject();
        const widget = givenWidget();
        await store.commit([insert(WIDGETS, widget)]);
        await store.readRecent(WIDGETS).find('byName', [widget.ownerId, widget.name]);

        const after = changed(widget, { size: 77 });
        await store.commit([replace(WIDGETS, after, widget.entityTag)]);

        expect(await store.readRecent(WIDGETS).get(widget.id)).toStrictEqual(after);
        expect(await store.readRecent(WIDGETS).find('byName', [widget.ownerId, widget.name])).toStrictEqual(after);
      });

      it('when this process removes it, then the next read does not find it', async () => {
        const { store } = subject();
        const widget = givenWidget();
        await store.commit([insert(WIDGETS, widget)]);
        await store.readRecent(WIDGETS).get(widget.id);

        await store.commit([remove(WIDGETS, widget)]);

        expect(await store.readRecent(WIDGETS).get(widget.id)).toBeUndefined();
      });

      it('when another process changes it, then a read has the change within a second', async () => {
        const { store, another } = subject();
        const other = await another();
        const widget = givenWidget();
        await store.commit([insert(WIDGETS, widget)]);
        const readHere = () => store.readRecent(WIDGETS).find('byName', [widget.ownerId, widget.name]);
        await eventually(async () => expect(await readHere()).toStrictEqual(widget));

        const after = changed(widget, { name: 'renamed' });
        await other.commit([replace(WIDGETS, after, widget.entityTag)]);

        await eventually(async () => expect(await readHere()).toBeUndefined(), 1_000);
        expect(await store.readRecent(WIDGETS).find('byName', [widget.ownerId, 'renamed'])).toStrictEqual(after);
      });
    });

    describe('given a value that was looked for and not there', () => {
      it('when this process inserts it, then the next read finds it', async () => {
        const { store } = subject();
        const widget = givenWidget();
        const readHere = () => store.readRecent(WIDGETS).find('byName', [widget.ownerId, widget.name]);
        expect(await readHere()).toBeUndefined();

        await store.commit([insert(WIDGETS, widget)]);

        expect(await readHere()).toStrictEqual(widget);
      });
    });

    describe('given a watcher and no trouble', () => {
      it('when a second has passed, then it is current', async () => {
        const { store } = subject();
        const subscription = await store.watch([WIDGETS], () => {});

        await eventually(() => expect(subscription.isCurrent()).toBe(true), 1_000);

        expect(subscription.wasCurrentLately()).toBe(true);
        await subscription.close();
      });
    });
  });
}
