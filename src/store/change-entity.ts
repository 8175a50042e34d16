import { EntityTagStale } from '../problems/entity-problems.ts';
import { type Change, replace } from './changes.ts';
import type { Collection, Entity } from './collection.ts';
import { nextEntityTag } from './entity-tag.ts';
import type { Store } from './store.ts';
import { StaleEntityTag } from './store-errors.ts';
import { untilUndisturbed } from './until-undisturbed.ts';

/** One change of one entity, as its domain describes it. */
export interface EntityChange<T extends Entity> {
  readonly store: Store;
  readonly collection: Collection<T>;
  /** Reads the entity as it is now and refuses who may not change it. */
  readonly read: () => Promise<T>;
  /** The entity tag the caller saw, or `*` for any. */
  readonly ifMatch: string;
  /** What changes; may refuse. Called again when somebody else was faster. */
  readonly next: (before: T) => Partial<T>;
  /** What is committed together with the change: its audit record, a cut-off. Asked anew at each attempt. */
  readonly also: (before: T, after: T) => readonly Change[] | Promise<readonly Change[]>;
}

/**
 * Reads an entity, changes it and commits it with what belongs to the change. Who named a version hears when it is no
 * longer the current one; who named none is tried again on the new one.
 * @throws EntityTagStale
 */
export async function changeEntity<T extends Entity>(change: EntityChange<T>): Promise<T> {
  if (change.ifMatch === '*') return untilUndisturbed(() => makeChange(change));
  try {
    return await makeChange(change);
  } catch (error) {
    if (error instanceof StaleEntityTag) throw staleTag();
    throw error;
  }
}

/** @throws StaleEntityTag somebody else was faster */
async function makeChange<T extends Entity>(change: EntityChange<T>): Promise<T> {
  const { store, collection, read, ifMatch, next, also } = change;
  const before = await read();
  if (ifMatch !== '*' && ifMatch !== before.entityTag) throw staleTag();
  const after: T = { ...before, ...next(before), entityTag: nextEntityTag(before.entityTag) };
  await store.commit([replace(collection, after, before.entityTag), ...(await also(before, after))]);
  return after;
}

const staleTag = (): EntityTagStale =>
  new EntityTagStale('It was changed since you read it.', {
    details: 'Read it again and send its new entity tag as If-Match.',
  });
