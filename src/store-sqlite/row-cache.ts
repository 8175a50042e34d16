import { LRUCache } from 'lru-cache';
import type { Entity } from '../store/collection.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Rows kept for each collection. */
const ROWS_PER_COLLECTION = 10_000;
/** And characters of JSON that these are together. */
const CHARACTERS_PER_COLLECTION = 40_000_000;
/** A longer row, in characters of JSON, is not kept; an account with a long list of addresses is read for every exchange. */
const LARGEST_ROW = 65_536;

/**
 * The rows that were read last. It is exact: `forget` is called for each row this process commits, before any reader
 * runs, and everything is dropped as soon as another process has committed. Absence is never kept.
 */
export interface RowCache {
  readonly counts: RowCounts;
  get(collection: string, id: string): Entity | undefined;
  /**
   * @returns a row that once had this unique value; the caller compares, because the row may have changed since. If the
   *   current row still has it, it is the only one, as the index is unique.
   */
  find(collection: string, key: string): Entity | undefined;
  keep(collection: string, entity: Entity, text: string, key?: string): void;
  forget(collection: string, id: string): void;
  forgetAll(): void;
}

/** How reads by id or unique value were answered; is added to by the reader. */
export interface RowCounts {
  hits: number;
  misses: number;
}

interface CollectionRows {
  readonly rows: LRUCache<string, Entity>;
  readonly ids: LRUCache<string, string>;
}

/** @returns an empty cache */
export function rowCache(): RowCache {
  const collections = new Map<string, CollectionRows>();
  const rowsOf = (collection: string): CollectionRows => {
    let rows = collections.get(collection);
    if (rows === undefined) {
      rows = {
        rows: new LRUCache({ max: ROWS_PER_COLLECTION, maxSize: CHARACTERS_PER_COLLECTION }),
        ids: new LRUCache({ max: ROWS_PER_COLLECTION }),
      };
      collections.set(collection, rows);
    }
    return rows;
  };
  return {
    counts: { hits: 0, misses: 0 },
    get: (collection, id) => collections.get(collection)?.rows.get(id),
    find(collection, key) {
      const cached = collections.get(collection);
      const id = cached?.ids.get(key);
      return id === undefined ? undefined : cached?.rows.get(id);
    },
    keep(collection, entity, text, key) {
      if (text.length > LARGEST_ROW) return;
      const cached = rowsOf(collection);
      cached.rows.set(entity.id, entity, { size: text.length });
      if (key !== undefined) cached.ids.set(key, entity.id);
    },
    forget(collection, id) {
      collections.get(collection)?.rows.delete(id);
    },
    forgetAll() {
      for (const { rows, ids } of collections.values()) {
        rows.clear();
        ids.clear();
      }
    },
  };
}

/**
 * Notices that another process has committed. A look is good for requests that came before it, and for no later one: bytes
 * may be read after another process has answered a revocation that was not there when the look was taken. So who reads waits
 * until all that this turn of the event loop brings has been read, and one look then serves all of it: it is newer than any
 * of these requests. Within its callback and its promises nothing is read from any connection, so that whatever goes on there
 * needs no other.
 */
export interface ForeignWrites {
  /**
   * The look that all who ask in this turn share; it never fails, and `check` repeats one that could not be taken.
   * @returns `undefined` when one was taken in this callback, so that there is nothing to wait for
   */
  sharedLook(): Promise<void> | undefined;
  /** Calls `onForeignWrite` if another process has committed since the last look; looks once in a callback. */
  check(): void;
  /** The same, and always looks: for who has read past the cache what another process may have committed meanwhile. */
  look(): void;
}

/** Watches `PRAGMA data_version`, which this connection's own commits do not change (https://sqlite.org/pragma.html). */
export function foreignWrites(connection: SqliteConnection, onForeignWrite: () => void): ForeignWrites {
  let seen = connection.dataVersion();
  let looked = false;
  let sharing: Promise<void> | undefined;
  const lookAgain = (): void => {
    looked = false;
  };
  const look = (): void => {
    const version = connection.dataVersion();
    // Ticks run before the event loop's next callback, whatever that is; run earlier, they cost one more look.
    if (!looked) process.nextTick(lookAgain);
    looked = true;
    if (version === seen) return;
    seen = version;
    onForeignWrite();
  };
  const lookForAll = (go: () => void): void => {
    // Before the look: who asks while those who waited go on has it, or takes part in the next one.
    sharing = undefined;
    try {
      look();
    } catch {
      // A file that cannot be read tells so to every reader.
    }
    go();
  };
  return {
    look,
    sharedLook() {
      if (looked) return undefined;
      // Immediates come behind all reading of connections; and as a microtask, or the tick that ends the look would come
      // before those who waited for it. A look for each request was 7 of its 110 µs with ES256, for each row read 18.
      sharing ??= new Promise((resolve) => {
        setImmediate(() => queueMicrotask(() => lookForAll(resolve)));
      });
      return sharing;
    },
    check() {
      if (!looked) look();
    },
  };
}
