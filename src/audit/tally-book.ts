import { setTimeout as pause } from 'node:timers/promises';
import type { Collection, Entity } from '../store/collection.ts';
import type { Store, Tally } from '../store/store.ts';

/** Counters that are summed in memory and written in chunks. */
export interface TallyBook {
  add(tally: Tally): void;
  /**
   * Writes what waits: in large pieces, or gently, in small ones with pauses, so that no request waits long behind them.
   * @throws what the store throws; what was not written stays
   */
  flush(manner?: 'at-once' | 'gently'): Promise<void>;
}

const CHUNK_ROWS = 500;
/** About a millisecond of the embedded store; with the pause 10,000 rows a second. */
const GENTLE_CHUNK_ROWS = 60;
const GENTLE_PAUSE_MILLISECONDS = 5;

/** @returns an empty book of the rows of one collection */
export function tallyBook<T extends Entity>(store: Store, collection: Collection<T>): TallyBook {
  const waiting = new Map<string, Tally>();

  const add = (tally: Tally): void => {
    const known = waiting.get(tally.id);
    waiting.set(tally.id, known === undefined ? tally : merged(known, tally));
  };

  return {
    add,
    async flush(manner = 'at-once') {
      const rows = manner === 'gently' ? GENTLE_CHUNK_ROWS : CHUNK_ROWS;
      // Taken out chunk by chunk and not all at once: what is added while a chunk is written, also to a row that waits, is
      // neither lost nor written twice, and neither is what another flush writes at the same time.
      for (let rounds = Math.ceil(waiting.size / rows); rounds > 0 && waiting.size > 0; rounds -= 1) {
        const chunk = taken(waiting, rows);
        try {
          await store.tally(collection, chunk);
        } catch (cause) {
          // Rather counted twice, when the outcome was unknown, than not at all.
          chunk.forEach(add);
          throw cause;
        }
        if (manner === 'gently') await pause(GENTLE_PAUSE_MILLISECONDS, undefined, { ref: false });
      }
    },
  };
}

/** @returns the oldest rows, at most a chunk of them; they wait no longer */
function taken(waiting: Map<string, Tally>, rows: number): readonly Tally[] {
  const chunk: Tally[] = [];
  for (const [id, tally] of waiting) {
    if (chunk.length === rows) break;
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
