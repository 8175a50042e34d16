// Linear: fixed lengths, and one bounded repetition.
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?Z$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MILLISECONDS = 86_400_000;

/** An instant as this door writes it; `null` for what has not happened: nothing is left out of its records. */
export const dateOf = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());

/**
 * Reads `2026-11-21T04:00:00Z` with or without fractions, or a day in UTC.
 * @returns the first and the last millisecond that the text means; `undefined` when it is no such date
 */
export function readSpan(text: string): { readonly first: number; readonly last: number } | undefined {
  const isDay = DAY.test(text);
  if (!isDay && !INSTANT.test(text)) return undefined;
  const first = Date.parse(isDay ? text : text.replace(/(\.\d{3})\d+Z$/, '$1Z'));
  // `Date.parse` takes the 30th of February for the 2nd of March: what it read must be what was written.
  if (Number.isNaN(first) || !new Date(first).toISOString().startsWith(text.slice(0, 10))) return undefined;
  return { first, last: isDay ? first + DAY_MILLISECONDS - 1 : first };
}
