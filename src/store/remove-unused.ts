import type { EntityInUse } from '../problems/entity-problems.ts';
import { type Change, remove, replace } from './changes.ts';
import type { Collection, Entity } from './collection.ts';
import { nextEntityTag } from './entity-tag.ts';
import type { Store } from './store.ts';
import { untilUndisturbed } from './until-undisturbed.ts';

/** An entity that others may name, and that goes only when none does. */
export interface UnusedRemoval<T extends Entity> {
  readonly store: Store;
  readonly collection: Collection<T>;
  /**
   * Commits whether the entity is about to go; refuses who may not end it. While it is, nobody begins to name it, and
   * whoever was about to is disturbed, because they expect it to be unchanged.
   */
  readonly setEnding: (ending: boolean) => Promise<T>;
  /** @returns what to refuse with when something names it; `undefined`: nothing does */
  readonly inUse: (entity: T) => Promise<EntityInUse | undefined>;
  /** How it is kept for those who may still read it; absent: it is taken away. */
  readonly left?: (entity: T) => Partial<T>;
  /** What is committed together with the removal: its audit record. */
  readonly also: (entity: T) => readonly Change[];
}

/**
 * Removes an entity unless something names it. To look first and remove then would miss who begins to name it in between;
 * so it is marked, then looked for, and unmarked again when it is in use. A process that ends halfway leaves the mark,
 * which the next removal or change of the entity takes up, or background work of its room.
 * @throws EntityInUse
 */
export function removeUnused<T extends Entity>(removal: UnusedRemoval<T>): Promise<void> {
  const { store, collection, setEnding, inUse, left, also } = removal;
  const gone = (entity: T): Change =>
    left === undefined
      ? remove(collection, entity)
      : replace(
          collection,
          { ...entity, ...left(entity), entityTag: nextEntityTag(entity.entityTag) },
          entity.entityTag,
        );
  return untilUndisturbed(async () => {
    const ending = await setEnding(true);
    const problem = await inUse(ending);
    if (problem === undefined) return store.commit([gone(ending), ...also(ending)]);
    await setEnding(false);
    throw problem;
  });
}
