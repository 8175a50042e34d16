/** What a condition on time names: compared with the same of now, each at its own offset from UTC. */
export interface RuleTime {
  /** Seconds of the day, days since the epoch, seconds since the epoch, or the day of the week. */
  readonly value: number;
  /** East of UTC, milliseconds. */
  readonly offset: number;
}

/** The kinds of times that rules compare. */
export type RuleTimeKind = 'time' | 'date' | 'dateTime' | 'dayOfWeek';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
/** The widest offset in use on Earth. */
const WIDEST_OFFSET = 14 * 60 * MINUTE;

// All linear: fixed digits, one after another.
const OFFSET = '(Z|[+-][0-9]{2}:[0-9]{2})';
const TIME_OF_DAY = '([0-9]{2}):([0-9]{2}):([0-9]{2})';
const DATE = '([0-9]{4}-[0-9]{2}-[0-9]{2})';
const TIME_FORM = new RegExp(`^${TIME_OF_DAY}${OFFSET}$`);
const DATE_FORM = new RegExp(`^${DATE}${OFFSET}$`);
const DATE_TIME_FORM = new RegExp(`^${DATE}T${TIME_OF_DAY}(?:\\.[0-9]{1,9})?${OFFSET}$`);
const DAY_FORM = new RegExp(`^([1-7])${OFFSET}?$`);

/** What a right value of each kind looks like, for who sent another. */
export const RULE_TIME_FORMS: Readonly<Record<RuleTimeKind, string>> = {
  time: '17:00:00+00:00',
  date: '2026-11-21+00:00',
  dateTime: '2026-11-21T17:00:00+00:00',
  dayOfWeek: '1+00:00 (Monday) to 7+00:00 (Sunday)',
};

/** @returns the time that the text names, or `undefined` when it is none of this kind */
export function readRuleTime(kind: RuleTimeKind, text: string): RuleTime | undefined {
  switch (kind) {
    case 'time':
      return readTime(text);
    case 'date':
      return readDate(text);
    case 'dateTime':
      return readDateTime(text);
    case 'dayOfWeek': {
      const [, day, zone = 'Z'] = DAY_FORM.exec(text) ?? [];
      return at(day === undefined ? undefined : Number(day), readOffset(zone));
    }
  }
}

/** @returns what now is, in the kind and at the offset of a rule's time. @param now milliseconds since the epoch */
export function nowAs(kind: RuleTimeKind, now: number, offset: number): number {
  const local = now + offset;
  switch (kind) {
    case 'time':
      // To the whole second, as the rule is: 17:00:00.4 is not after 17:00:00.
      return Math.floor((((local % DAY) + DAY) % DAY) / SECOND);
    case 'date':
      return Math.floor(local / DAY);
    case 'dateTime':
      return Math.floor(now / SECOND);
    case 'dayOfWeek':
      // The epoch began on a Thursday, the fourth day.
      return ((((Math.floor(local / DAY) + 3) % 7) + 7) % 7) + 1;
  }
}

function readTime(text: string): RuleTime | undefined {
  const [, hours, minutes, seconds, zone] = TIME_FORM.exec(text) ?? [];
  return at(secondsOfDay(hours, minutes, seconds), readOffset(zone));
}

function readDate(text: string): RuleTime | undefined {
  const [, date, zone] = DATE_FORM.exec(text) ?? [];
  return at(readDay(date), readOffset(zone));
}

function readDateTime(text: string): RuleTime | undefined {
  const [, date, hours, minutes, seconds, zone] = DATE_TIME_FORM.exec(text) ?? [];
  const day = readDay(date);
  const ofDay = secondsOfDay(hours, minutes, seconds);
  const offset = readOffset(zone);
  if (day === undefined || ofDay === undefined || offset === undefined) return undefined;
  return { value: (day * DAY - offset) / SECOND + ofDay, offset };
}

function at(value: number | undefined, offset: number | undefined): RuleTime | undefined {
  return value === undefined || offset === undefined ? undefined : { value, offset };
}

function secondsOfDay(...texts: readonly (string | undefined)[]): number | undefined {
  const [hours = 24, minutes = 60, seconds = 60] = texts.map(Number);
  return hours < 24 && minutes < 60 && seconds < 60 ? hours * 3_600 + minutes * 60 + seconds : undefined;
}

/** Days since the epoch; there is no 30th of February. */
function readDay(date = ''): number | undefined {
  const midnight = Date.parse(`${date}T00:00:00.000Z`);
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(date)) return undefined;
  return midnight / DAY;
}

function readOffset(zone = ''): number | undefined {
  if (zone === 'Z') return 0;
  const [hours = Number.NaN, minutes = Number.NaN] = zone.slice(1).split(':').map(Number);
  const offset = (hours * 60 + minutes) * MINUTE;
  if (!(minutes < 60 && offset <= WIDEST_OFFSET)) return undefined;
  return zone.startsWith('-') ? -offset : offset;
}
