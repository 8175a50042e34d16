// Linear: fixed lengths, and one bounded repetition.
const DATE = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(:\d{2})?(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})$/;

/** Years of four digits: others have another form, which nobody reads back. */
const FIRST = Date.parse('0000-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/** An instant as IBM's identity API writes it: `2026-11-21T04:00+0000`, to the minute, in UTC. */
export function formatDate(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16)}+0000`;
}

/**
 * Reads `2026-11-21T04:00+0000` and its relatives: with seconds and their fractions, with `Z`, `+00:00` or another offset.
 * @returns milliseconds since the epoch; `undefined` when the text is no such date, or a day or hour that does not exist
 */
export function readDate(text: string): number | undefined {
  const [, minutes = '', seconds = ':00', fraction = '', offset = ''] = DATE.exec(text) ?? [];
  const local = `${minutes}${seconds}`;
  const at = Date.parse(`${local}${fraction.slice(0, 4)}Z`);
  // `Date.parse` takes the 30th of February for the 2nd of March: what it read must be what was written.
  if (Number.isNaN(at) || !new Date(at).toISOString().startsWith(local)) return undefined;
  const shiftMinutes = offsetMinutes(offset);
  if (shiftMinutes === undefined) return undefined;
  const shifted = at - shiftMinutes * 60_000;
  return shifted >= FIRST && shifted <= LAST ? shifted : undefined;
}

/** @returns the offset from UTC; `undefined` when there is no such offset */
function offsetMinutes(offset: string): number | undefined {
  if (offset === 'Z') return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(-2));
  if (hours > 23 || minutes > 59) return undefined;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
