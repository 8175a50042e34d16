import { LRUCache } from 'lru-cache';
import type { Entity } from '../store/collection.ts';

/** Entities of one collection that were read lately. It holds no verdicts, only what was read. */
export interface EntityCache {
  get(id: string): Entity | undefined;
  /** @param key an index and its values */
  find(key: string): Entity | undefined;
  /** @returns whether it was found absent within the last second */
  isAbsent(key: string): boolean;
  /**
   * Reads what is not there, once for all who ask at the same time, and keeps it, unless it was changed while it was read:
   * a read that began before a revocation must not bring the old entity back after it.
   */
  fill(key: string, read: () => Promise<Entity | undefined>): Promise<Entity | undefined>;
  /** The entity has changed. */
  forget(id: string): void;
  /** Nobody knows what has changed. */
  forgetAll(): void;
}

interface Fill {
  readonly key: string;
  readonly answer: Promise<Entity | undefined>;
  /** Entities that changed while it was under way, if any did; `everything` when nobody knows which. */
  changed: Set<string> | undefined;
  everything: boolean;
  /** Whether it began after all changes that are known: who asks after a change must not get what was read before it. */
  joinable: boolean;
}

const KEPT_ENTITIES = 20_000;
const KEPT_ABSENT = 10_000;
/**
 * A token made from an old entity is refused for as long as the cut-off is kept: an hour. Whatever may have gone wrong with
 * the news of it, nothing old is here for longer than this.
 */
const KEPT_MILLISECONDS = 15 * 60_000;
const KEPT_RESOLUTION_MILLISECONDS = 1_000;
const ABSENT_MILLISECONDS = 1_000;
/** Characters of a key; longer than any of a name that we make. Callers choose what they look for, and its length. */
const LONGEST_ABSENT = 512;

/** @returns an empty cache, bounded in entities */
export function entityCache(): EntityCache {
  const byId = new LRUCache<string, Entity>({
    max: KEPT_ENTITIES,
    ttl: KEPT_MILLISECONDS,
    ttlResolution: KEPT_RESOLUTION_MILLISECONDS,
  });
  const idOf = new LRUCache<string, string>({ max: KEPT_ENTITIES });
  const absent = new LRUCache<string, true>({ max: KEPT_ABSENT, ttl: ABSENT_MILLISECONDS });
  // A list, and no `Map`: V8 links each of a map's tables from the one before, and one of them that has grown old keeps every
  // later entry until the next full garbage collection. It is as long as there are reads under way.
  const fills: Fill[] = [];

  const keep = (key: string, entity: Entity | undefined, { changed, everything }: Fill): void => {
    if (everything) return;
    if (entity === undefined) {
      if (changed === undefined && key.length <= LONGEST_ABSENT) absent.set(key, true);
    } else if (changed?.has(entity.id) !== true) {
      byId.set(entity.id, entity);
      idOf.set(key, entity.id);
    }
  };

  return {
    get: (id) => byId.get(id),
    find(key) {
      const id = idOf.get(key);
      return id === undefined ? undefined : byId.get(id);
    },
    isAbsent: (key) => absent.has(key),

    fill(key, read) {
      const underWay = fills.find((known) => known.joinable && known.key === key);
      if (underWay !== undefined) return underWay.answer;
      const fill: Fill = { key, answer: read(), changed: undefined, everything: false, joinable: true };
      fills.push(fill);
      const end = (): void => void fills.splice(fills.indexOf(fill), 1);
      const settle = fill.answer.then((entity) => {
        end();
        keep(key, entity, fill);
      }, end);
      return settle.then(() => fill.answer);
    },

    forget(id) {
      byId.delete(id);
      // It may be a new one that somebody has just been told is not there.
      // Clearing takes as long as it has room for entries, also when there are none.
      if (absent.size > 0) absent.clear();
      for (const fill of fills) {
        fill.joinable = false;
        fill.changed ??= new Set();
        fill.changed.add(id);
      }
    },

    forgetAll() {
      byId.clear();
      idOf.clear();
      absent.clear();
      for (const fill of fills) Object.assign(fill, { joinable: false, everything: true });
    },
  };
}

/** The caches of a store, one a collection that is followed and can change: only of those is it heard when they do. */
export interface EntityCaches {
  readonly names: ReadonlySet<string>;
  of(collection: string): EntityCache | undefined;
  forget(collection: string, id: string): void;
  forgetAll(): void;
}

/**
 * None for immutable collections, whose followers take in each entity: nobody reads those again, and their changes, of which
 * there may be a million, need not come by a second time.
 * @returns empty caches
 */
export function entityCaches(
  collections: readonly { readonly name: string; readonly followed: boolean; readonly immutable: boolean }[],
): EntityCaches {
  const cached = collections.filter(({ followed, immutable }) => followed && !immutable);
  const names = new Set(cached.map(({ name }) => name));
  const caches = new Map<string, EntityCache>();
  return {
    names,
    // Made when it is asked for: each takes 1.9 MB, empty as well, and few collections are read on every path.
    of(collection) {
      if (!names.has(collection)) return undefined;
      const known = caches.get(collection);
      if (known !== undefined) return known;
      const made = entityCache();
      caches.set(collection, made);
      return made;
    },
    forget: (collection, id) => caches.get(collection)?.forget(id),
    forgetAll() {
      for (const cache of caches.values()) cache.forgetAll();
    },
  };
}
