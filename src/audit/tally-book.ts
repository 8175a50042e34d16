import type { Collection, Entity } from '../store/collection.ts';
import type { Store, Tally } from '../store/store.ts';

/** Counters that are summed in memory and written in chunks. */
export interface TallyBook {
  add(tally: Tally): void;
  /** Writes what waits. @throws what the store throws; what was not written stays */
  flush(): Promise<void>;
}

const CHUNK_ROWS = 500;

/** @returns an empty book of the rows of one collection */
export function tallyBook<T extends Entity>(store: Store, collection: Collection<T>): TallyBook {
  const waiting = new Map<string, Tally>();

  const add = (tally: Tally): void => {
    const known = waiting.get(tally.id);
    waiting.set(tally.id, known === undefined ? tally : merged(known, tally));
  };

  return {
    add,
    async flush() {
      const tallies = [...waiting.values()];
      for (let start = 0; start < tallies.length; start += CHUNK_ROWS) {
        const chunk = tallies.slice(start, start + CHUNK_ROWS);
        for (const { id } of chunk) waiting.delete(id);
        try {
          await store.tally(collection, chunk);
        } catch (cause) {
          // Rather counted twice, when the outcome was unknown, than not at all.
          chunk.forEach(add);
          throw cause;
        }
      }
    },
  };
}

function merged(known: Tally, more: Tally): Tally {
  const sum: Record<string, number> = { ...known.add };
  for (const [field, value] of Object.entries(more.add)) sum[field] = (sum[field] ?? 0) + value;
  const largest: Record<string, number> = { ...known.raise };
  for (const [field, value] of Object.entries(more.raise ?? {})) largest[field] = Math.max(largest[field] ?? 0, value);
  return { ...known, add: sum, raise: largest };
}
