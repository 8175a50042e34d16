import { StoreUnavailable } from '../problems/request-problems.ts';
import type { Collection, Entity, IndexValue } from '../store/collection.ts';
import type { Reader, RecentReadCounts, RecentReader, Subscription } from '../store/store.ts';
import type { EntityCache } from './entity-cache.ts';

/** What recent reading of one collection stands on. */
export interface RecentReaderParts<T extends Entity, Index extends string> {
  readonly collection: Collection<T, Index>;
  /** Reads the primary. */
  readonly reader: Reader<T, Index>;
  readonly cache: EntityCache;
  /** Tells the cache of changes; says whether it hears of them in time. */
  readonly subscription: Pick<Subscription, 'isCurrent' | 'wasCurrentLately'>;
  /** Is added to. */
  readonly counts: Counts;
}

/** What one store has counted of all its recent reads. */
export type Counts = { -readonly [Name in keyof RecentReadCounts]: number };

/** @returns nothing counted yet */
export const noCounts = (): Counts => ({ hits: 0, misses: 0, fills: 0, fallbacks: 0, graces: 0 });

/** Reads from the cache while it may be trusted, else from the primary, else, for the grace, from the cache again. */
export function recentReader<T extends Entity, Index extends string>({
  collection,
  reader,
  cache,
  subscription,
  counts,
}: RecentReaderParts<T, Index>): RecentReader<T, Index> {
  // A cache is of one collection, so what it holds are entities of the type T.
  const typed = (entity: Entity | undefined) => entity as T | undefined;

  const recent = async (
    key: string,
    kept: () => Entity | undefined,
    read: () => Promise<T | undefined>,
  ): Promise<T | undefined> => {
    if (subscription.isCurrent()) {
      const entity = kept();
      if (entity !== undefined || cache.isAbsent(key)) {
        counts.hits += 1;
        return typed(entity);
      }
      counts.misses += 1;
      return typed(
        await cache.fill(key, () => {
          counts.fills += 1;
          return read();
        }),
      );
    }
    try {
      const entity = await read();
      counts.fallbacks += 1;
      return entity;
    } catch (error) {
      const entity = kept();
      const goesOn = error instanceof StoreUnavailable && entity !== undefined && subscription.wasCurrentLately();
      if (!goesOn) throw error;
      counts.graces += 1;
      return typed(entity);
    }
  };

  return {
    get: (id) =>
      recent(
        `id ${id}`,
        () => cache.get(id),
        () => reader.get(id),
      ),
    find(index, values) {
      const key = `${index} ${values.join('\u0000')}`;
      const { fields } = collection.indexes[index];
      return recent(
        key,
        () => withValues(cache.find(key), fields, values),
        () => reader.find(index, values),
      );
    },
  };
}

/** An entity that has come to have other values is no longer found by the old ones. */
function withValues(
  entity: Entity | undefined,
  fields: readonly string[],
  values: readonly IndexValue[],
): Entity | undefined {
  if (entity === undefined) return undefined;
  return fields.every((field, position) => Reflect.get(entity, field) === values[position]) ? entity : undefined;
}
