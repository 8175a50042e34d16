import { tallyBook } from '../audit/tally-book.ts';
import type { Clock } from '../clock/clock.ts';
import { defineCollection, type Entity } from '../store/collection.ts';
import type { Store } from '../store/store.ts';
import type { LogPlace } from './log-place.ts';

/** What was taken in by one key, or for one instance, since it was made. */
export interface IngestionUse extends Entity {
  /** Of the key, or of the instance. */
  readonly id: string;
  readonly accountId: string;
  readonly requests: number;
  readonly lines: number;
  /** Of the lines as they are kept. */
  readonly bytes: number;
  readonly lastAt: number;
}

/** Apart from keys and instances, whose tags must stay. No label of a metric: there may be any number of keys. */
export const INGESTION_USE = defineCollection<IngestionUse>()('ingestion_use', {
  fields: {
    id: 'string',
    entityTag: 'string',
    accountId: 'string',
    requests: 'integer',
    lines: 'integer',
    bytes: 'integer',
    lastAt: 'integer',
  },
  indexes: {},
});

/** Lines that were taken in together. */
export interface AcceptedLines {
  readonly lines: number;
  readonly bytes: number;
}

/** @returns what was taken in of a key or for an instance, as far as is written; `undefined`: nothing */
export type UseOf = (id: string) => Promise<IngestionUse | undefined>;

/** @returns what reads it from `store` */
export const useOfIn =
  (store: Store): UseOf =>
  (id) =>
    store.read(INGESTION_USE).get(id);

/** Counts what is taken in, without holding it up. */
export interface UseRecorder {
  accepted(place: LogPlace, accepted: AcceptedLines): void;
  readonly useOf: UseOf;
  /** Writes what waits. @throws what the store throws; what was not written stays for the next time */
  flush(): Promise<void>;
  /** Writes what waits, and stops. */
  close(): Promise<void>;
}

/** What the recorder stands on. */
export interface UseRecorderParts {
  readonly store: Store;
  readonly clock: Clock;
  /** How often counts are written, milliseconds. Default 1,000: at most so much is lost by `kill -9`. */
  readonly flushMilliseconds?: number;
  /** Told once at each writing of what one key has sent to one instance since the last. */
  readonly onSettled?: ((place: LogPlace, sum: SettledUse) => void) | undefined;
  /** Called when counts cannot be written; they are kept. */
  readonly onError?: ((cause: unknown) => void) | undefined;
}

interface Sum {
  readonly place: LogPlace;
  requests: number;
  lines: number;
  bytes: number;
  lastAt: number;
}

/** What was taken in. */
export type SettledUse = Readonly<Pick<Sum, 'requests' | 'lines' | 'bytes'>>;

/** Sums by key in memory, and adds them to the rows of the key and of its instance now and then. */
export function recordUse(parts: UseRecorderParts): UseRecorder {
  const { store, clock, flushMilliseconds = 1_000, onSettled, onError } = parts;
  const book = tallyBook(store, INGESTION_USE);
  let sums = new Map<string, Sum>();

  const settle = (): void => {
    for (const { place, requests, lines, bytes, lastAt } of sums.values()) {
      const { accountId, keyId, instance } = place;
      onSettled?.(place, { requests, lines, bytes });
      for (const id of [keyId, instance.id]) {
        book.add({ id, add: { requests, lines, bytes }, raise: { lastAt }, first: { accountId } });
      }
    }
    sums = new Map();
  };
  const flush = (manner: 'at-once' | 'gently'): Promise<void> => {
    settle();
    return book.flush(manner);
  };
  const reported = (work: Promise<void>): Promise<void> => work.catch((cause: unknown) => onError?.(cause));
  const often = setInterval(() => reported(flush('gently')), flushMilliseconds).unref();

  return {
    accepted(place, { lines, bytes }) {
      // With the instance: a key that acts as an identity may send to several.
      const id = `${place.keyId} ${place.instance.id}`;
      let sum = sums.get(id);
      if (sum === undefined) {
        sum = { place, requests: 0, lines: 0, bytes: 0, lastAt: 0 };
        sums.set(id, sum);
      }
      sum.requests += 1;
      sum.lines += lines;
      sum.bytes += bytes;
      sum.lastAt = clock.now();
    },
    useOf: useOfIn(store),
    flush: () => flush('at-once'),
    async close() {
      clearInterval(often);
      await reported(flush('at-once'));
    },
  };
}
