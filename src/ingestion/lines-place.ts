import type { SpooledBatch, SpoolPage, SpoolPosition } from '../spool/spool.ts';
import type { IndexValue } from '../store/collection.ts';

/** How far somebody has read the lines of an instance, to the line; small enough for an address. */
export interface LinesPlace {
  /** What was taken in before this instant is read, whoever wrote it. */
  readonly since: number;
  /** What is read of those who wrote later: up to which batch, and when that was taken in. */
  readonly writers: Readonly<Record<string, { readonly number: number; readonly at: number }>>;
  /** Batches of which the first lines are read: one, and another where an older one has become readable since. */
  readonly partial: readonly PartialBatch[];
}

interface PartialBatch {
  readonly writer: string;
  readonly number: number;
  /** Lines that are read. */
  readonly taken: number;
}

/** Nothing is read. */
export const AT_THE_BEGINNING: LinesPlace = { since: 0, writers: {}, partial: [] };

/**
 * A batch becomes readable seconds after it was taken in, by a clock that may be behind. Only after so long is a writer forgotten of
 * which all is read: names of processes that are gone would make the place longer with each restart.
 */
const SETTLED_MILLISECONDS = 600_000;
/** With more writers than that, for one instance within ten minutes, a place would become too long to be sent back. */
const MOST_WRITERS = 64;
/** They are forgotten sooner then; no later than this anything is readable, also by a clock that is a minute behind. */
const CROWDED_MILLISECONDS = 120_000;

/** @returns the same for the spool */
export const positionOf = ({ writers }: LinesPlace): SpoolPosition =>
  Object.fromEntries(Object.entries(writers).map(([writer, { number }]) => [writer, number]));

/**
 * Takes at most `limit` lines of what was read from the place on.
 * @param page was asked for with `positionOf(place)` and nothing before `place.since`
 * @returns the lines, and the place after the last of them
 */
export function takeLines(
  page: Pick<SpoolPage, 'batches' | 'hasMore'>,
  { place, limit, now }: { readonly place: LinesPlace; readonly limit: number; readonly now: number },
): { readonly lines: readonly string[]; readonly place: LinesPlace } {
  const lines: string[] = [];
  const writers = { ...place.writers };
  let readTo = page.hasMore ? place.since : now;
  let partial = place.partial;
  for (const batch of page.batches) {
    const { writer, number, at } = batch;
    const begins = partial.find((known) => isOf(known, batch))?.taken ?? 0;
    const ends = Math.min(batch.lines.length, begins + limit - lines.length);
    for (const line of batch.lines.slice(begins, ends)) lines.push(line);
    partial = partial.filter((known) => !isOf(known, batch));
    if (ends < batch.lines.length) {
      readTo = Math.min(readTo, at);
      partial = [...partial, { writer, number, taken: ends }];
      break;
    }
    writers[writer] = { number, at };
    if (page.hasMore) readTo = at;
  }
  const readBefore = Math.min(readTo, now);
  const settled = settledPlace({ since: place.since, writers, partial }, readBefore, now - SETTLED_MILLISECONDS);
  const isCrowded = Object.keys(settled.writers).length > MOST_WRITERS;
  return { lines, place: isCrowded ? settledPlace(settled, readBefore, now - CROWDED_MILLISECONDS) : settled };
}

/** @returns the place without writers of which nothing is to come, because all that was taken in before is read and settled */
function settledPlace(place: LinesPlace, readBefore: number, settledBefore: number): LinesPlace {
  const since = Math.max(place.since, Math.min(readBefore, settledBefore));
  const writers = Object.entries(place.writers).filter(([, { at }]) => at >= since);
  return { ...place, since, writers: Object.fromEntries(writers) };
}

const isOf = (known: PartialBatch, { writer, number }: SpooledBatch): boolean =>
  known.writer === writer && known.number === number;

/** @returns the place as text, for a sealed cursor */
export function placeAsCursor({ since, writers, partial }: LinesPlace): readonly IndexValue[] {
  const all = Object.entries(writers).map(([writer, { number, at }]) => threefold(writer, number, at - since));
  const parts = partial.map(({ writer, number, taken }) => threefold(writer, number, taken));
  return [`${short(since)};${parts.join(',')};${all.join(',')}`];
}

/** @param cursor as `placeAsCursor` made it: nobody else can seal one */
export function placeFromCursor([text]: readonly IndexValue[]): LinesPlace {
  const [since = '', parts = '', all = ''] = String(text).split(';');
  const from = long(since);
  const writers = threes(all).map(([writer, number, after]) => [writer, { number, at: from + after }] as const);
  const partial = threes(parts).map(([writer, number, taken]) => ({ writer, number, taken }));
  return { since: from, writers: Object.fromEntries(writers), partial };
}

const threefold = (writer: string, first: number, second: number): string =>
  `${writer}.${short(first)}.${short(second)}`;

const threes = (text: string): readonly [string, number, number][] =>
  text
    .split(',')
    .filter((each) => each !== '')
    .map((each) => {
      const [writer = '', first = '', second = ''] = each.split('.');
      return [writer, long(first), long(second)];
    });

const short = (number: number): string => number.toString(36);
const long = (text: string): number => Number.parseInt(text, 36);
