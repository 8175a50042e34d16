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
      // Taken out chunk by chunk and not all at once: what is added while a chunk is written, also to a row that waits, is
      // neither lost nor written twice, and neither is what another flush writes at the same time.
      for (let rounds = Math.ceil(waiting.size / CHUNK_ROWS); rounds > 0 && waiting.size > 0; rounds -= 1) {
        const chunk = taken(waiting);
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

/** @returns the oldest rows, at most a chunk of them; they wait no longer */
function taken(waiting: Map<string, Tally>): readonly Tally[] {
  const chunk: Tally[] = [];
  for (const [id, tally] of waiting) {
    if (chunk.length === CHUNK_ROWS) break;
    chunk.push(tally);
    waiting.delete(id);
  }
  return chunk;
}

function merged(known: Tally, more: Tally): Tally {
  const sum: Record<string, number> = { ...known.add };
  for (const [field, value] of Object.entries(more.add)) sum[field] = (sum[field] ?? 0) + value;
  const largest: Record<string, number> = { ...known.raise };
  for (const [field, value] of Object.entries(more.raise ?? {})) largest[field] = Math.max(largest[field] ?? 0, value);
  return { ...known, add: sum, raise: largest };
}
