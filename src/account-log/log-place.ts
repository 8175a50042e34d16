import { hash } from 'node:crypto';
import { TOLERATED_SKEW_MILLISECONDS } from '../revocations/revocation.ts';
import type { IndexValue } from '../store/collection.ts';
import type { EntryPlace } from './log-entry.ts';

/** How far somebody has read the log of an account; small enough for an address. */
export interface LogPlace {
  /** Nothing before this instant is wanted. */
  readonly from: number;
  /** Nothing at or after this instant is wanted; `undefined`: the log is followed. */
  readonly to: number | undefined;
  /** Everything up to here is dealt with, for good: nothing can appear there any more. */
  readonly upTo: EntryPlace;
  /** Names of lines behind it that were given already. */
  readonly given: ReadonlySet<string>;
}

/** From a commit's first try to its last, and for the answer of that (src/store-mongo-redis/mongo-commit.ts): 6 s, and 13 s. */
const COMMIT_MILLISECONDS = 19_000;
/** From the instant that a change bears to the first try of its commit: two reads at their time limit, and room. */
const PLANNING_MILLISECONDS = 11_000;
/**
 * How long after the instant that it bears an entry may still become visible. What is appended is stamped immediately before each try,
 * which lasts 10 s at most, and 5 s on the embedded store: less than a commit. The clocks of two nodes may differ, as everywhere here,
 * by a minute.
 */
export const SETTLED_MILLISECONDS = TOLERATED_SKEW_MILLISECONDS + COMMIT_MILLISECONDS + PLANNING_MILLISECONDS;

/** Names in one place, at most: with the seal less than 3 KiB of text. */
export const MOST_GIVEN = 300;

/** 40 bits: that a new line has the name of one that was given, and is lost, happens once in three thousand million lines at most. */
const NAME_BYTES = 5;
/** In base64, without filling. */
const NAME_CHARACTERS = 7;

/** @returns what a place calls the line of this number of an entry */
export const nameOfLine = (entryId: string, number: number): string =>
  hash('sha256', `${entryId} ${number}`, 'buffer').subarray(0, NAME_BYTES).toString('base64url');

/** @returns the place where reading of a range begins */
export const beginningAt = (from: number, to: number | undefined): LogPlace => ({
  ...{ from, to },
  upTo: { time: from, id: '' },
  given: new Set(),
});

/** @returns the place as text, for a sealed cursor */
export function placeAsCursor({ from, to, upTo, given }: LogPlace): readonly IndexValue[] {
  return [from, to ?? -1, upTo.time, upTo.id, [...given].join('')];
}

/** @param cursor as `placeAsCursor` made it: nobody else can seal one */
export function placeFromCursor([from, to, time, id, given]: readonly IndexValue[]): LogPlace {
  const names = String(given).match(NAMES) ?? [];
  return {
    from: Number(from),
    to: Number(to) === -1 ? undefined : Number(to),
    upTo: { time: Number(time), id: String(id) },
    given: new Set(names),
  };
}

// Linear: any character, a fixed number of times.
const NAMES = new RegExp(`.{${NAME_CHARACTERS}}`, 'g');
