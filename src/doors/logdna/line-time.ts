import { UNREADABLE, type Unreadable } from './unreadable.ts';

/** Smaller numbers are seconds: as milliseconds they would be before 1973, and as seconds this is the year 5138. */
const SECONDS_BELOW = 1e11;
/** The last instant that a date can be (ECMA-262, "Time Values and Time Range"). */
const LAST_INSTANT = 8.64e15;
// Both are linear: fixed places, and one bounded class.
const NUMBER = /^\d{1,16}(?:\.\d{1,9})?$/;
const DATE = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:?\d\d)?$/;
const ZONE = /(?:z|[+-]\d\d:?\d\d)$/i;

/**
 * Reads the time of a line: a number of milliseconds (most clients) or of seconds (fluent-bit), or a date of RFC 3339 (Vector).
 * @returns milliseconds; `undefined` when none is given
 */
export function lineTimeOf(value: unknown): number | undefined | Unreadable {
  if (typeof value === 'number') return instantOf(value);
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') return UNREADABLE;
  if (NUMBER.test(value)) return instantOf(Number(value));
  if (!DATE.test(value)) return UNREADABLE;
  const at = Date.parse(ZONE.test(value) ? value : `${value}Z`);
  return Number.isNaN(at) ? UNREADABLE : at;
}

function instantOf(number: number): number | Unreadable {
  const milliseconds = Math.trunc(number < SECONDS_BELOW ? number * 1_000 : number);
  return milliseconds >= 0 && milliseconds <= LAST_INSTANT ? milliseconds : UNREADABLE;
}
