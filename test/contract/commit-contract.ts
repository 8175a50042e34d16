import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectUnchanged, insert, remove, replace } from '../../src/store/changes.ts';
import { AlreadyExists, StaleEntityTag } from '../../src/store/store-errors.ts';
import { changed, givenNote, givenWidget, NOTES, WIDGETS, type Widget } from './contract-collections.ts';
import type { StoreUnderTest } from './store-under-test.ts';

/** What `commit` promises to one caller at a time. */
export function describeCommits(subject: () => StoreUnderTest): void {
  const stored = (id: string): Promise<Widget | undefined> => subject().store.read(WIDGETS).get(id);

  describe('commit', () => {
    describeUniqueness(subject);
    describeTags(subject);

    describe('given changes of which the last cannot be made', () => {
      it('when they are committed, then none is there, in any collection', async () => {
        const [widget, note, taken] = [givenWidget(), givenNote(), givenWidget()];
        await subject().store.commit([insert(WIDGETS, taken)]);

        const commit = subject().store.commit([
          insert(WIDGETS, widget),
          insert(NOTES, note),
          replace(WIDGETS, changed(taken, { size: 9 }), taken.entityTag),
          insert(WIDGETS, taken),
        ]);

        await expect(commit).rejects.toThrow(AlreadyExists);
        expect(await stored(widget.id)).toBeUndefined();
        expect(await subject().store.read(NOTES).get(note.id)).toBeUndefined();
        expect(await stored(taken.id)).toStrictEqual(taken);
      });
    });

    describe('given an id for the commit', () => {
      it('when it is repeated, then the second does nothing and answers as the first did', async () => {
        const [widget, options] = [givenWidget(), { id: 'commit-of-one' }];

        await subject().store.commit([insert(WIDGETS, widget)], options);
        await subject().store.commit([insert(WIDGETS, widget)], options);

        expect(await subject().store.read(WIDGETS).count('byOwner', [widget.ownerId], 5)).toBe(1);
      });

      it('when the entity has changed since, then the repeat does not bring the old one back', async () => {
        const [widget, options] = [givenWidget(), { id: 'commit-of-two' }];
        const newer = changed(widget, { size: 2 });
        await subject().store.commit([insert(WIDGETS, widget)], options);
        await subject().store.commit([replace(WIDGETS, newer, widget.entityTag)]);

        await subject().store.commit([insert(WIDGETS, widget)], options);

        expect(await stored(widget.id)).toStrictEqual(newer);
      });

      it('when it is repeated in another process after the store was reopened, then it is recognised', async () => {
        const [widget, options] = [givenWidget(), { id: 'commit-of-three' }];
        await subject().store.commit([insert(WIDGETS, widget)], options);

        await (await subject().reopen()).commit([insert(WIDGETS, widget)], options);
        await (await subject().another()).commit([insert(WIDGETS, widget)], options);
      });

      it('when the first was refused, then the repeat is tried anew', async () => {
        const [taken, widget] = [givenWidget({ nickname: 'x' }), givenWidget({ nickname: 'x' })];
        await subject().store.commit([insert(WIDGETS, taken)]);
        const commit = () => subject().store.commit([insert(WIDGETS, widget)], { id: 'commit-of-four' });
        await expect(commit()).rejects.toThrow(AlreadyExists);

        await subject().store.commit([remove(WIDGETS, taken)]);
        await commit();

        expect(await stored(widget.id)).toStrictEqual(widget);
      });
    });

    describe('given a number of changes', () => {
      it('when there are 200, then all are made', async () => {
        const widgets = Array.from({ length: 200 }, () => givenWidget({ ownerId: 'many' }));

        await subject().store.commit(widgets.map((widget) => insert(WIDGETS, widget)));

        expect(await subject().store.read(WIDGETS).count('byOwner', ['many'], 1000)).toBe(200);
      });

      it('when there are 201, then it throws a RangeError and none is made', async () => {
        const widgets = Array.from({ length: 201 }, () => givenWidget({ ownerId: 'too many' }));

        await expect(subject().store.commit(widgets.map((widget) => insert(WIDGETS, widget)))).rejects.toThrow(
          RangeError,
        );

        expect(await subject().store.read(WIDGETS).count('byOwner', ['too many'], 1000)).toBe(0);
      });

      it('when there is none, then it does nothing', async () => {
        await subject().store.commit([]);
      });
    });

    describe('given an entity that its maker changes after the commit', () => {
      it('when it is read, then it is as it was committed', async () => {
        const widget = { ...givenWidget(), labels: ['first'] };
        await subject().store.commit([insert<Widget>(WIDGETS, widget)]);
        await stored(widget.id);

        widget.labels.push('second');
        widget.size = 99;

        expect(await stored(widget.id)).toMatchObject({ labels: ['first'], size: 1 });
      });
    });
  });
}

function describeUniqueness(subject: () => StoreUnderTest): void {
  describe('given an entity', () => {
    const first = givenWidget({ nickname: 'only one' });
    beforeEach(() => subject().store.commit([insert(WIDGETS, first)]));

    it('when its id is inserted again, then it throws AlreadyExists and the first stays', async () => {
      const again = givenWidget({ id: first.id });

      await expect(subject().store.commit([insert(WIDGETS, again)])).rejects.toThrow(AlreadyExists);

      expect(await subject().store.read(WIDGETS).get(first.id)).toStrictEqual(first);
    });

    it('when another has its unique value, then it throws AlreadyExists with the name of the collection', async () => {
      const commit = subject().store.commit([insert(WIDGETS, givenWidget({ nickname: 'only one' }))]);

      await expect(commit).rejects.toMatchObject({ name: 'AlreadyExists', collection: WIDGETS.name });
    });

    it('when another has part of a unique value of several fields, then it is inserted', async () => {
      await subject().store.commit([insert(WIDGETS, givenWidget({ name: first.name }))]);

      const same = givenWidget({ name: first.name, ownerId: first.ownerId });
      await expect(subject().store.commit([insert(WIDGETS, same)])).rejects.toThrow(AlreadyExists);
    });

    it('when another is changed to its unique value, then it throws AlreadyExists', async () => {
      const other = givenWidget();
      await subject().store.commit([insert(WIDGETS, other)]);

      const commit = subject().store.commit([
        replace(WIDGETS, changed(other, { nickname: 'only one' }), other.entityTag),
      ]);

      await expect(commit).rejects.toThrow(AlreadyExists);
      expect(await subject().store.read(WIDGETS).get(other.id)).toStrictEqual(other);
    });

    it('when it is removed, then its id and its unique value are free', async () => {
      await subject().store.commit([remove(WIDGETS, first)]);

      await subject().store.commit([insert(WIDGETS, changed(first))]);
    });

    it('when it is removed and inserted in one commit, then the new one is there', async () => {
      const next = givenWidget({ nickname: 'only one' });

      await subject().store.commit([remove(WIDGETS, first), insert(WIDGETS, next)]);

      expect(await subject().store.read(WIDGETS).find('byNickname', ['only one'])).toStrictEqual(next);
    });
  });
}

function describeTags(subject: () => StoreUnderTest): void {
  describe('given an entity that has changed since it was read', () => {
    const old = givenWidget();
    const current = changed(old, { size: 2 });
    beforeEach(async () => {
      await subject().store.commit([insert(WIDGETS, old)]);
      await subject().store.commit([replace(WIDGETS, current, old.entityTag)]);
    });

    it.each([
      ['replaced', replace(WIDGETS, changed(old, { size: 3 }), old.entityTag)],
      ['removed', remove(WIDGETS, old)],
      ['expected', expectUnchanged(WIDGETS, old)],
    ])('when it is %s by its old tag, then it throws StaleEntityTag and nothing is changed', async (_, change) => {
      const other = givenWidget();

      const commit = subject().store.commit([insert(WIDGETS, other), change]);

      await expect(commit).rejects.toMatchObject({ name: 'StaleEntityTag', collection: WIDGETS.name, id: old.id });
      expect(await subject().store.read(WIDGETS).get(old.id)).toStrictEqual(current);
      expect(await subject().store.read(WIDGETS).get(other.id)).toBeUndefined();
    });

    it('when it is expected by its current tag, then the commit is made and the entity keeps its tag', async () => {
      const other = givenWidget();

      await subject().store.commit([expectUnchanged(WIDGETS, current), insert(WIDGETS, other)]);

      expect(await subject().store.read(WIDGETS).get(other.id)).toStrictEqual(other);
      expect(await subject().store.read(WIDGETS).get(old.id)).toStrictEqual(current);
    });
  });

  describe('given an id that nothing has', () => {
    const nobody = givenWidget();

    it.each([
      ['replaced', replace(WIDGETS, changed(nobody), nobody.entityTag)],
      ['removed', remove(WIDGETS, nobody)],
      ['expected', expectUnchanged(WIDGETS, nobody)],
    ])('when it is %s, then it throws StaleEntityTag', async (_, change) => {
      await expect(subject().store.commit([change])).rejects.toThrow(StaleEntityTag);

      expect(await subject().store.read(WIDGETS).get(nobody.id)).toBeUndefined();
    });
  });
}
