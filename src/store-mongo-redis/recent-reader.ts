import { StoreUnavailable } from '../problems/request-problems.ts';
import type { Collection, Entity, IndexValue } from '../store/collection.ts';
import type { Reader, RecentReader, Subscription } from '../store/store.ts';
import type { EntityCache } from './entity-cache.ts';

/** What recent reading of one collection stands on. */
export interface RecentReaderParts<T extends Entity, Index extends string> {
  readonly collection: Collection<T, Index>;
  /** Reads the primary. */
  readonly reader: Reader<T, Index>;
  readonly cache: EntityCache;
  /** Tells the cache of changes; says whether it hears of them in time. */
  readonly subscription: Pick<Subscription, 'isCurrent' | 'wasCurrentLately'>;
}

/** Reads from the cache while it may be trusted, else from the primary, else, for the grace, from the cache again. */
export function recentReader<T extends Entity, Index extends string>({
  collection,
  reader,
  cache,
  subscription,
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
      if (entity !== undefined) return typed(entity);
      if (cache.isAbsent(key)) return undefined;
      return typed(await cache.fill(key, read));
    }
    try {
      return await read();
    } catch (error) {
      const entity = kept();
      const goesOn = error instanceof StoreUnavailable && entity !== undefined && subscription.wasCurrentLately();
      if (goesOn) return typed(entity);
      throw error;
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
