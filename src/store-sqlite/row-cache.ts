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
 * Notices that another process has committed. Asked at most once for each callback of the event loop, and not once a turn:
 * bytes of a request may be read late in a turn, after another process has answered a revocation that was not there when
 * the turn began. Within one callback and its promises nothing is read from any connection, so that whatever was answered
 * before a request was sent was committed before the callback that read the request, and is seen by the first look in it.
 */
export interface ForeignWrites {
  /** Calls `onForeignWrite` if another process has committed since the last look; looks once in a callback. */
  check(): void;
  /** The same, and always looks: for who has read past the cache what another process may have committed meanwhile. */
  look(): void;
}

/** Watches `PRAGMA data_version`, which this connection's own commits do not change (https://sqlite.org/pragma.html). */
export function foreignWrites(connection: SqliteConnection, onForeignWrite: () => void): ForeignWrites {
  let seen = connection.dataVersion();
  let looked = false;
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
  return {
    look,
    check() {
      // An exchange reads five rows within one callback: looking for each of them was 18 of its 95 µs with ES256.
      if (!looked) look();
    },
  };
}
