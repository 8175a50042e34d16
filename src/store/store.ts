import type { Change } from './changes.ts';
import type { Collection, Entity, IndexValue } from './collection.ts';

/** One page in the order of an index. */
export interface PageRequest {
  /** Values of the index's first fields, which every row of the page has. */
  readonly equals: readonly IndexValue[];
  /** The rest of the index's values of the last row already seen; `undefined` begins at the start. */
  readonly after?: readonly IndexValue[] | undefined;
  /** Rows at most, 1 to 1,000. */
  readonly limit: number;
  /**
   * Rows passed over first, for lists whose clients page by numbers: each costs a step down the index, so the list must be
   * bounded. Default: 0.
   */
  readonly skip?: number;
  /** True: from the largest to the smallest. Default: false. */
  readonly descending?: boolean;
}

/** Rows of a page, and where the next begins. */
export interface Page<T> {
  readonly rows: readonly T[];
  /** What to give as `after` for the next page; `undefined` on the last. */
  readonly next: readonly IndexValue[] | undefined;
}

/** Reads one collection. What it returns is a frozen copy. Every read sees every earlier answered commit. */
export interface Reader<T extends Entity, Index extends string> {
  /** @returns the entity, or `undefined` */
  get(id: string): Promise<T | undefined>;
  /** @returns the one entity with these values of a unique index, or `undefined` */
  find(index: Index, values: readonly IndexValue[]): Promise<T | undefined>;
  page(index: Index, request: PageRequest): Promise<Page<T>>;
  /** @returns how many rows have these first values, counted up to `limit` */
  count(index: Index, equals: readonly IndexValue[], limit: number): Promise<number>;
}

/** A position in the stream of changes; opaque, and ordered only by the back-end that gave it. */
export type Sequence = string;

/** A committed change of a followed collection. */
export interface StoredChange {
  readonly sequence: Sequence;
  readonly collection: string;
  readonly id: string;
  /** The entity as committed, or newer; `undefined` when it was removed, or is gone again by the time it is read. */
  readonly entity: Entity | undefined;
}

/** A running `watch`. */
export interface Subscription {
  /**
   * Delivers what other processes of the same store have committed, as far as this can be told at once.
   * SQLite: everything committed before the call (`PRAGMA data_version`). Mongo: returns at once; its stream delivers.
   */
  catchUp(): void;
  /**
   * Whether everything that any process committed more than a second ago has been delivered. SQLite: always, because
   * `catchUp` delivers it. Mongo: only while the process's own heartbeat came back within the last second.
   */
  isCurrent(): boolean;
  /** Whether it was current within the grace (10 s): enough to go on with while no primary can be reached. */
  wasCurrentLately(): boolean;
  /** Where it is: everything committed at or before this place has been delivered. For `watch` in any process. */
  position(): Sequence;
  /**
   * @returns for each way on which changes come, by its name, how long ago the newest of the process's own heartbeats that
   * came back was sent, in milliseconds; infinite before the first. SQLite: one way, `file`, and 0
   */
  lags(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/**
 * Reads that may be a second old, for the exchange: a hot entity costs no call of the store. Once the process cannot be
 * sure that it hears of changes within a second, it reads the primary; when that cannot be reached either, it goes on with
 * what it has for the grace (10 s), and then throws StoreUnavailable.
 */
export type RecentReader<T extends Entity, Index extends string> = Pick<Reader<T, Index>, 'get' | 'find'>;

/** How recent reads were answered since the store was opened; each is counted once, but for a fill. */
export interface RecentReadCounts {
  /** From memory, while it could be trusted; also that something is not there. */
  readonly hits: number;
  /** Not in memory: read, or waited for together with somebody who was reading it already. */
  readonly misses: number;
  /** Reads of the store that misses caused. */
  readonly fills: number;
  /** The memory could not be trusted: from the primary. */
  readonly fallbacks: number;
  /** The memory could not be trusted, nor the primary be reached: from memory, within the grace. */
  readonly graces: number;
}

/**
 * Values that grow: one row of counters, made when first met. Its entity tag is made with it and stays, so nothing else
 * may replace the row.
 */
export interface Tally {
  readonly id: string;
  /** Added to the fields of these names; an absent field counts as 0. */
  readonly add: Readonly<Record<string, number>>;
  /** Fields that become the larger of old and new. */
  readonly raise?: Readonly<Record<string, number>>;
  /** Written once, when the row is made. */
  readonly first?: Readonly<Record<string, string | number>>;
}

/** Exclusive work among all processes of the store, for a while. */
export interface Lease {
  readonly name: string;
  /** Grows with each new holder; a commit under an older one is refused. */
  readonly fence: number;
  /**
   * Begins its time anew, from now.
   * @returns false when it was released or has gone to another; one that has ended is still its holder's until then
   */
  renew(milliseconds: number): Promise<boolean>;
  release(): Promise<void>;
}

/** So much more for one counter. */
export interface Increment {
  readonly key: string;
  /** A whole number from 1 on. */
  readonly by: number;
}

/** Small values that vanish by themselves: one-time codes, counters. */
export interface ExpiringValues {
  put(key: string, value: string, ttlSeconds: number): Promise<void>;
  get(key: string): Promise<string | undefined>;
  /** Reads and removes in one step: of any number of concurrent callers, one gets the value. */
  take(key: string): Promise<string | undefined>;
  /** Adds one and answers the new count; the first addition starts the time to live. */
  increment(key: string, ttlSeconds: number): Promise<number>;
  /**
   * Adds to many counters (at most 1,000) in one trip, and answers the new counts in the same order; the first addition to
   * each starts its time to live. Each counter is atomic, all of them together need not be.
   */
  addAll(increments: readonly Increment[], ttlSeconds: number): Promise<readonly number[]>;
}

/**
 * Copies of what the durable store holds as well, where many processes read them quickly. They may vanish at any time, and
 * whoever can write there may have put something else in their place: the reader must be able to tell.
 */
export interface Snapshots {
  /**
   * Replaces the snapshot of this name, as a whole or not at all. SQLite: does nothing, its own file is as near.
   * @param chunks 256 KiB each at most; asked for one after the other, each good until the next is asked for
   * @throws StoreUnavailable  it was not written
   */
  save(name: string, chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void>;
  /**
   * @returns its chunks, each its reader's own; they end early when something vanishes meanwhile. `undefined`: there is none
   * @throws StoreUnavailable  also while the chunks are read
   */
  load(name: string): Promise<AsyncIterable<Uint8Array> | undefined>;
}

/** How a commit is to be made. */
export interface CommitOptions {
  /**
   * Names the commit, so that a repeat after an unknown outcome does nothing and answers as the first did. Known for at
   * least an hour. Default: a new id, under which the back-end itself repeats.
   */
  readonly id?: string;
  /** Commit only while this lease is still held. */
  readonly under?: Lease;
}

/** Everything the domains may ask of a back-end. */
export interface Store {
  read<T extends Entity, Index extends string>(collection: Collection<T, Index>): Reader<T, Index>;
  /** For what gives no access by itself: a token that is made from an old entity is refused by the live set. */
  readRecent<T extends Entity, Index extends string>(collection: Collection<T, Index>): RecentReader<T, Index>;
  /** How recent reads were answered. SQLite: all reads by id or unique value, because all are exact and kept. */
  recentReadCounts(): RecentReadCounts;
  /**
   * Commits all the changes (at most 200) or none; durable when it returns.
   * @throws AlreadyExists   an inserted id or unique index value is taken
   * @throws StaleEntityTag  an `ifMatch` no longer matches
   * @throws LeaseLost       the lease has gone to another
   * @throws StoreUnavailable  (as every other call) the durable store could not be reached in time
   */
  commit(changes: readonly Change[], options?: CommitOptions): Promise<void>;
  /**
   * Appends entities to a log; not transactional, batched by the caller. Ids that are there already are passed over. The
   * collection is not followed.
   */
  append<T extends Entity>(collection: Collection<T>, events: readonly T[]): Promise<void>;
  /** Adds to counters in bulk; each row is atomic, the batch is not. The collection is not followed. */
  tally<T extends Entity>(collection: Collection<T>, tallies: readonly Tally[]): Promise<void>;
  /**
   * Delivers every change of the followed `collections` committed after `since`, in order, then new ones as they come.
   * Changes of this process are delivered before its `commit` returns. Delivery is at least once.
   * Without `since`: from now on; whoever loads the collections after `watch` has returned misses nothing. When the
   * changes after `since` are no longer kept (SQLite: a day), every entity of the collections is delivered instead.
   * With `since` it returns when everything has been delivered that was committed before the call.
   * `onChange` must not throw. What `deleteExpired` removes may be left out.
   * @param onLost called before every entity is delivered instead: what was removed meanwhile cannot be told
   */
  watch(
    collections: readonly Pick<Collection<Entity>, 'name'>[],
    onChange: (change: StoredChange) => void,
    since?: Sequence,
    onLost?: () => void,
  ): Promise<Subscription>;
  /** @returns the lease, or `undefined` when it is held, by this process or by another */
  lease(name: string, milliseconds: number): Promise<Lease | undefined>;
  /** Removes at most `limit` entities, the oldest first, whose `expiresBy` instant is before `before`. @returns how many went */
  deleteExpired<T extends Entity>(collection: Collection<T>, before: number, limit: number): Promise<number>;
  readonly expiring: ExpiringValues;
  readonly snapshots: Snapshots;
  /** @throws StoreUnavailable when an access decision could not be made from the store now */
  ping(): Promise<void>;
  /** What the back-end is made of, with versions: `['SQLite 3.53.0']`, `['MongoDB 6.0.5', 'Redis 7.0.15']`. */
  describe(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** A forward-only change of a back-end's own structure. */
export interface MigrationStep {
  /** Ordered and unique, such as `0001 create collections`. */
  readonly name: string;
}

/** The part of a back-end that prepares it; only `server/` and the migrate command use it. */
export interface StoreMigrations {
  /** @returns what `apply` would do, in order; empty when the store is up to date */
  pending(): Promise<readonly MigrationStep[]>;
  /** Does all of it, once among all processes. @returns what was done */
  apply(): Promise<readonly MigrationStep[]>;
}
