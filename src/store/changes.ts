import { anyCollection, type Collection, type Entity } from './collection.ts';

/** Adds an entity; its id and its unique values must be free. */
export interface Insert {
  readonly kind: 'insert';
  readonly collection: Collection<Entity>;
  readonly entity: Entity;
}

/** Puts an entity in the place of the one with the same id, if that still has the tag `ifMatch`. */
export interface Replace {
  readonly kind: 'replace';
  readonly collection: Collection<Entity>;
  readonly entity: Entity;
  readonly ifMatch: string;
}

/** Takes an entity away, if it still has the tag `ifMatch`. */
export interface Remove {
  readonly kind: 'remove';
  readonly collection: Collection<Entity>;
  readonly id: string;
  readonly ifMatch: string;
}

/** Changes nothing, but fails the commit when the entity no longer has the tag: "as long as its owner is as I saw it". */
export interface Expect {
  readonly kind: 'expect';
  readonly collection: Collection<Entity>;
  readonly id: string;
  readonly ifMatch: string;
}

/** One step of a commit. */
export type Change = Insert | Replace | Remove | Expect;

/** @returns a change that adds `entity` */
export function insert<T extends Entity>(collection: Collection<T>, entity: T): Insert {
  return { kind: 'insert', collection: anyCollection(collection), entity };
}

/** @returns a change that puts `entity` in the place of the one that has the tag `ifMatch` */
export function replace<T extends Entity>(collection: Collection<T>, entity: T, ifMatch: string): Replace {
  return { kind: 'replace', collection: anyCollection(collection), entity, ifMatch };
}

/** @returns a change that takes `entity`, as it was read, away */
export function remove<T extends Entity>(collection: Collection<T>, entity: T): Remove {
  return { kind: 'remove', collection: anyCollection(collection), id: entity.id, ifMatch: entity.entityTag };
}

/** @returns a change that fails the commit unless `entity` is still as it was read */
export function expectUnchanged<T extends Entity>(collection: Collection<T>, entity: T): Expect {
  return { kind: 'expect', collection: anyCollection(collection), id: entity.id, ifMatch: entity.entityTag };
}
