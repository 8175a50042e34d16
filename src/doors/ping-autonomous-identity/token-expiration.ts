const DAY_MILLISECONDS = 86_400_000;
// Linear: each part has a fixed length, and the fraction is one class.
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const INSTANT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})$/;

/**
 * Reads when an API token ends: an instant (RFC 3339), or a date, of which it is the end, in UTC.
 * @returns milliseconds since the epoch, or `undefined` when the text is neither
 */
export function expirationOf(text: string): number | undefined {
  if (!DATE.test(text) && !INSTANT.test(text)) return undefined;
  // Of a date without a time this is its beginning in UTC; of one that no calendar has, such as 30 February, some other day.
  const at = Date.parse(text);
  const day = text.slice(0, 10);
  const midnight = Date.parse(day);
  if (Number.isNaN(at) || Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) {
    return undefined;
  }
  return DATE.test(text) ? at + DAY_MILLISECONDS - 1 : at;
}
