/** What every stored thing has. */
export interface Entity {
  readonly id: string;
  /** `<n>-<32 hex>`; n grows by one per change. `replace` and `remove` compare it. */
  readonly entityTag: string;
}

/** How a back-end keeps a field: `integer` is a safe integer, `json` any JSON value that is never indexed. */
export type FieldKind = 'string' | 'integer' | 'boolean' | 'json';

type KindOf<Value> = [Value] extends [string]
  ? 'string'
  : [Value] extends [number]
    ? 'integer'
    : [Value] extends [boolean]
      ? 'boolean'
      : 'json';

/** Names every field of the entity with its kind; the compiler refuses a missing, an extra or a wrong one. */
export type FieldKinds<T> = { readonly [Field in keyof T]-?: KindOf<Exclude<T[Field], undefined>> };

/** A value that may stand in an index. */
export type IndexValue = string | number | boolean;

/**
 * An ordered index. A unique one leaves out entities that lack one of its fields. One that is not unique ends with `id`,
 * so that its order is total and a keyset cursor never loses or repeats a row; its fields are never absent. Strings are
 * ordered by their UTF-8 bytes.
 */
export interface IndexDefinition<T> {
  readonly fields: readonly (keyof T & string)[];
  readonly unique?: boolean;
}

/** One kind of entity: its fields and the only ways in which it may be looked up. */
export interface Collection<T extends Entity, Index extends string = string> {
  readonly name: string;
  readonly fields: FieldKinds<T>;
  readonly indexes: Readonly<Record<Index, IndexDefinition<T>>>;
  /** True: each committed change is delivered to `watch`. Default: false. */
  readonly followed: boolean;
  /** True: entities are inserted and removed, never replaced, so a watcher may be told of them by the fastest way. */
  readonly immutable: boolean;
  /**
   * The field (an instant, milliseconds) after which `deleteExpired` may remove the entity; it needs an index that
   * begins with it. `undefined`: entities of this collection stay.
   */
  readonly expiresBy: (keyof T & string) | undefined;
}

/** What `defineCollection` takes. */
export interface CollectionParts<T extends Entity, Index extends string> {
  readonly fields: FieldKinds<T>;
  readonly indexes: Readonly<Record<Index, IndexDefinition<T>>>;
  readonly followed?: boolean;
  readonly immutable?: boolean;
  readonly expiresBy?: keyof T & string;
}

/** Defines a collection; called in two steps so that the index names are inferred while the entity is given. */
export function defineCollection<T extends Entity>() {
  return <const Index extends string>(name: string, parts: CollectionParts<T, Index>): Collection<T, Index> =>
    Object.freeze({ followed: false, immutable: false, expiresBy: undefined, ...parts, name });
}

/** The same collection where it stands among others in a list: in a commit, or in what a back-end has to keep. */
export function anyCollection<T extends Entity>(collection: Collection<T>): Collection<Entity> {
  // Safe to widen: what is done through the list only ever gives a collection its own entities.
  return collection as unknown as Collection<Entity>;
}
