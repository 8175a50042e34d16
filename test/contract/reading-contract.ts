import { beforeEach, describe, expect, it } from '@jest/globals';
import { insert, remove, replace } from '../../src/store/changes.ts';
import { changed, givenWidget, WIDGETS, type Widget } from './contract-collections.ts';
import type { StoreUnderTest } from './store-under-test.ts';

const FULL: Widget = givenWidget({
  name: 'naïve 😀 \u0000 ～ "quoted" $dollar',
  nickname: 'nick',
  size: Number.MAX_SAFE_INTEGER,
  createdAt: 1_790_000_000_123,
  enabled: false,
  archived: true,
  weight: -5_000_000_000,
  labels: ['b', 'a', 'b'],
  details: { colour: 'red', parts: [{ count: 2 }, { count: 0 }] },
});

/** What `read` promises. */
export function describeReading(subject: () => StoreUnderTest): void {
  describe('read', () => {
    describe('given an entity with every field', () => {
      beforeEach(() => subject().store.commit([insert(WIDGETS, FULL)]));

      it('when it is read by id, then it equals what was committed', async () => {
        expect(await subject().store.read(WIDGETS).get(FULL.id)).toStrictEqual(FULL);
      });

      it('when it is found by a unique index of several fields, then it equals what was committed', async () => {
        const found = await subject().store.read(WIDGETS).find('byName', [FULL.ownerId, FULL.name]);

        expect(found).toStrictEqual(FULL);
      });

      it('when it is read twice, then the second time it is the same', async () => {
        const reader = subject().store.read(WIDGETS);
        await reader.find('byNickname', ['nick']);

        expect(await reader.find('byNickname', ['nick'])).toStrictEqual(FULL);
        expect(await reader.get(FULL.id)).toStrictEqual(FULL);
      });

      it('when the store is opened again, then it is still there', async () => {
        const reopened = await subject().reopen();

        expect(await reopened.read(WIDGETS).get(FULL.id)).toStrictEqual(FULL);
      });

      it('when another process reads it, then it equals what was committed', async () => {
        const another = await subject().another();

        expect(await another.read(WIDGETS).find('byNickname', ['nick'])).toStrictEqual(FULL);
      });

      it('when it is read, then it is frozen to the bottom', async () => {
        const read = await subject().store.read(WIDGETS).get(FULL.id);

        expect(Object.isFrozen(read)).toBe(true);
        expect(Object.isFrozen(read?.labels)).toBe(true);
        expect(Object.isFrozen(read?.details?.parts[0])).toBe(true);
      });

      it('when it is on a page, then it equals what was committed and is frozen', async () => {
        const page = await subject()
          .store.read(WIDGETS)
          .page('byOwner', { equals: [FULL.ownerId], limit: 5 });

        expect(page.rows).toStrictEqual([FULL]);
        expect(Object.isFrozen(page.rows[0]?.details)).toBe(true);
      });
    });

    describe('given an entity without its optional fields', () => {
      it('when it is read, then they are absent, not null or undefined', async () => {
        const widget = givenWidget();
        await subject().store.commit([insert(WIDGETS, { ...widget, ...absent('nickname', 'details') })]);

        const read = await subject().store.read(WIDGETS).get(widget.id);

        expect(Object.keys(read ?? {}).sort()).toEqual(Object.keys(widget).sort());
      });

      it('when two lack a field of a unique index, then both may exist', async () => {
        const [first, second] = [givenWidget(), givenWidget()];

        await subject().store.commit([insert(WIDGETS, first), insert(WIDGETS, second)]);

        expect(await subject().store.read(WIDGETS).get(second.id)).toStrictEqual(second);
      });

      it('when a replace leaves a field out, then it is gone and no longer found by it', async () => {
        const { nickname: _, ...rest } = changed(FULL);
        const without: Widget = rest;
        await subject().store.commit([insert(WIDGETS, FULL)]);
        await subject().store.read(WIDGETS).find('byNickname', ['nick']);

        await subject().store.commit([replace(WIDGETS, without, FULL.entityTag)]);

        expect(await subject().store.read(WIDGETS).get(FULL.id)).toStrictEqual(without);
        expect(await subject().store.read(WIDGETS).find('byNickname', ['nick'])).toBeUndefined();
      });
    });

    describe('given nothing', () => {
      it('when an id or a unique value is looked up, then the answer is undefined', async () => {
        expect(await subject().store.read(WIDGETS).get('nobody')).toBeUndefined();
        expect(await subject().store.read(WIDGETS).find('byNickname', ['nobody'])).toBeUndefined();
      });

      it('when it is looked up before it is inserted, then it is found after', async () => {
        const widget = givenWidget({ nickname: 'late' });
        await subject().store.read(WIDGETS).find('byNickname', ['late']);

        await subject().store.commit([insert(WIDGETS, widget)]);

        expect(await subject().store.read(WIDGETS).find('byNickname', ['late'])).toStrictEqual(widget);
      });

      it('when find is asked of an index that is not unique, then it throws a TypeError', async () => {
        await expect(subject().store.read(WIDGETS).find('byOwner', ['a', 1, 'b'])).rejects.toThrow(TypeError);
      });

      it('when find is asked with too few values, then it throws a TypeError', async () => {
        await expect(subject().store.read(WIDGETS).find('byName', ['a'])).rejects.toThrow(TypeError);
      });
    });

    describe('given a process that has read an entity', () => {
      it('when another process replaces it, then the next read after the answer sees the new one', async () => {
        const widget = givenWidget({ nickname: 'before' });
        await subject().store.commit([insert(WIDGETS, widget)]);
        await subject().store.read(WIDGETS).find('byNickname', ['before']);
        const another = await subject().another();

        await another.commit([replace(WIDGETS, changed(widget, { nickname: 'after', size: 7 }), widget.entityTag)]);

        expect((await subject().store.read(WIDGETS).get(widget.id))?.size).toBe(7);
        expect(await subject().store.read(WIDGETS).find('byNickname', ['before'])).toBeUndefined();
        expect((await subject().store.read(WIDGETS).find('byNickname', ['after']))?.id).toBe(widget.id);
      });

      it('when another process removes it, then the next read after the answer finds nothing', async () => {
        const widget = givenWidget({ nickname: 'before' });
        await subject().store.commit([insert(WIDGETS, widget)]);
        await subject().store.read(WIDGETS).find('byNickname', ['before']);
        const another = await subject().another();

        await another.commit([remove(WIDGETS, widget)]);

        expect(await subject().store.read(WIDGETS).find('byNickname', ['before'])).toBeUndefined();
        expect(await subject().store.read(WIDGETS).get(widget.id)).toBeUndefined();
      });

      it('when a unique value passes from one entity to another, then it finds the new bearer', async () => {
        const [first, second] = [givenWidget({ nickname: 'crown' }), givenWidget()];
        await subject().store.commit([insert(WIDGETS, first), insert(WIDGETS, second)]);
        await subject().store.read(WIDGETS).find('byNickname', ['crown']);

        await subject().store.commit([
          replace(WIDGETS, changed(first, { nickname: 'none' }), first.entityTag),
          replace(WIDGETS, changed(second, { nickname: 'crown' }), second.entityTag),
        ]);

        expect((await subject().store.read(WIDGETS).find('byNickname', ['crown']))?.id).toBe(second.id);
      });
    });

    describe('given an entity with a field that the collection does not define', () => {
      it('when it is inserted, then it is refused with a TypeError and nothing is written', async () => {
        const widget = givenWidget();
        const strange = { ...widget, surprise: true };

        await expect(subject().store.commit([insert<Widget>(WIDGETS, strange)])).rejects.toThrow(TypeError);

        expect(await subject().store.read(WIDGETS).get(widget.id)).toBeUndefined();
      });

      it('when a value is not of its kind, then it is refused with a TypeError', async () => {
        await expect(subject().store.commit([insert(WIDGETS, givenWidget({ size: 1.5 }))])).rejects.toThrow(TypeError);
      });
    });
  });
}

// `exactOptionalPropertyTypes` forbids writing `undefined` outright; callers in plain JavaScript, and spreads, still do.
function absent(...names: readonly (keyof Widget)[]): Partial<Widget> {
  return Object.fromEntries(names.map((name) => [name, undefined]));
}
