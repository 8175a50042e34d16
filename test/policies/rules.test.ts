import { describe, expect, it } from '@jest/globals';
import { grantRuleOf } from '../../src/policies/grant-rule.ts';
import type { PolicyRule, RuleCondition } from '../../src/policies/policy-rule.ts';
import { checkRule } from '../../src/policies/rule-pattern.ts';

const TIME = '{{environment.attributes.current_time}}';
const DATE = '{{environment.attributes.current_date}}';
const DATE_TIME = '{{environment.attributes.current_date_time}}';
const DAY = '{{environment.attributes.day_of_week}}';

/** Whether the rule holds then. @param instant in ISO 8601 */
const holds = (rule: PolicyRule, instant: string, attributes: Record<string, string> = {}): boolean =>
  grantRuleOf(rule).holdsAt(Date.parse(instant), attributes);

const all = (...conditions: PolicyRule[]): PolicyRule => ({ operator: 'and', conditions });
const from = (value: string): RuleCondition => ({ key: TIME, operator: 'timeGreaterThanOrEquals', value });
const until = (value: string): RuleCondition => ({ key: TIME, operator: 'timeLessThanOrEquals', value });
const days = (...value: string[]): RuleCondition => ({ key: DAY, operator: 'dayOfWeekAnyOf', value });

const WORK_DAYS = days('1+00:00', '2+00:00', '3+00:00', '4+00:00', '5+00:00');
const OFFICE_HOURS = all(WORK_DAYS, from('09:00:00+00:00'), until('17:00:00+00:00'));

describe('a rule of a policy', () => {
  // 2026-11-20 is a Friday, 2026-11-22 a Sunday.
  it.each([
    ['2026-11-20T08:59:59.999Z', false],
    ['2026-11-20T09:00:00Z', true],
    ['2026-11-20T17:00:00Z', true],
    ['2026-11-20T17:00:00.999Z', true],
    ['2026-11-20T17:00:01Z', false],
    ['2026-11-22T12:00:00Z', false],
    ['2026-11-23T12:00:00Z', true],
  ])('given office hours from Monday to Friday, when it is %s, then it holds: %s', (instant, expected) => {
    expect(holds(OFFICE_HOURS, instant)).toBe(expected);
  });

  it.each([
    ['an evening in New York is the next day in UTC', days('5-05:00'), '2026-11-21T04:59:59Z', true],
    ['midnight in New York ends its Friday', days('5-05:00'), '2026-11-21T05:00:00Z', false],
    ['Monday morning in Tokyo is Sunday in UTC', days('1+09:00'), '2026-11-22T15:00:00Z', true],
    ['half an hour of offset counts', from('09:00:00+05:30'), '2026-11-20T03:29:59Z', false],
    ['half an hour of offset counts', from('09:00:00+05:30'), '2026-11-20T03:30:00Z', true],
    ['nine in New York', from('09:00:00-05:00'), '2026-11-20T13:59:59Z', false],
    ['nine in New York', from('09:00:00-05:00'), '2026-11-20T14:00:00Z', true],
    ['Z is UTC', until('17:00:00Z'), '2026-11-20T17:00:00Z', true],
    ['a day without an offset is one of UTC', days('7'), '2026-11-22T23:59:59Z', true],
  ])('given an offset (%s), when it is decided, then the local time counts', (_why, rule, instant, expected) => {
    expect(holds(rule, instant)).toBe(expected);
  });

  it.each([
    ['timeLessThan', TIME, '17:00:00+00:00', '2026-11-20T16:59:59Z', '2026-11-20T17:00:00Z'],
    ['timeLessThanOrEquals', TIME, '17:00:00+00:00', '2026-11-20T17:00:00Z', '2026-11-20T17:00:01Z'],
    ['timeGreaterThan', TIME, '17:00:00+00:00', '2026-11-20T17:00:01Z', '2026-11-20T17:00:00Z'],
    ['timeGreaterThanOrEquals', TIME, '17:00:00+00:00', '2026-11-20T17:00:00Z', '2026-11-20T16:59:59Z'],
    ['dateLessThan', DATE, '2026-11-21+00:00', '2026-11-20T23:59:59Z', '2026-11-21T00:00:00Z'],
    ['dateLessThanOrEquals', DATE, '2026-11-21-01:00', '2026-11-22T00:59:59Z', '2026-11-22T01:00:00Z'],
    ['dateGreaterThan', DATE, '2026-11-21+00:00', '2026-11-22T00:00:00Z', '2026-11-21T23:59:59Z'],
    ['dateGreaterThanOrEquals', DATE, '2026-11-21+01:00', '2026-11-20T23:00:00Z', '2026-11-20T22:59:59Z'],
    ['dateTimeLessThan', DATE_TIME, '2026-11-21T09:00:00+02:00', '2026-11-21T06:59:59Z', '2026-11-21T07:00:00Z'],
    ['dateTimeLessThanOrEquals', DATE_TIME, '2026-11-21T09:00:00Z', '2026-11-21T09:00:00Z', '2026-11-21T09:00:01Z'],
    ['dateTimeGreaterThan', DATE_TIME, '2026-11-21T09:00:00Z', '2026-11-21T09:00:01Z', '2026-11-21T09:00:00Z'],
    [
      'dateTimeGreaterThanOrEquals',
      DATE_TIME,
      '2026-11-21T09:00:00-05:00',
      '2026-11-21T14:00:00Z',
      '2026-11-21T13:59:59Z',
    ],
    ['dayOfWeekEquals', DAY, '7+00:00', '2026-11-22T12:00:00Z', '2026-11-23T00:00:00Z'],
  ] as const)('given %s, when it is just within and just outside, then it tells them apart', (...row) => {
    const [operator, key, value, within, outside] = row;

    expect(holds({ key, operator, value }, within)).toBe(true);
    expect(holds({ key, operator, value }, outside)).toBe(false);
  });

  it('given a rule in a rule, when one side of an or holds, then it holds', () => {
    const rule: PolicyRule = { operator: 'or', conditions: [days('7+00:00'), OFFICE_HOURS] };

    expect(holds(rule, '2026-11-22T03:00:00Z')).toBe(true);
    expect(holds(rule, '2026-11-20T10:00:00Z')).toBe(true);
    expect(holds(rule, '2026-11-21T10:00:00Z')).toBe(false);
  });

  it('given conditions on attributes of the resource, when the target has others or none, then it does not hold', () => {
    const rule = all(
      { key: '{{resource.attributes.path}}', operator: 'stringMatchAnyOf', value: ['home/a/*', 'pub/*'] },
      { key: '{{resource.attributes.delimiter}}', operator: 'stringExists', value: false },
    );

    expect(holds(rule, '2026-11-20T10:00:00Z', { path: 'home/a/b' })).toBe(true);
    expect(holds(rule, '2026-11-20T10:00:00Z', { path: 'home/b' })).toBe(false);
    expect(holds(rule, '2026-11-20T10:00:00Z', { path: 'pub/x', delimiter: '/' })).toBe(false);
    expect(holds(rule, '2026-11-20T10:00:00Z')).toBe(false);
  });
});

describe('the check of a rule and its pattern', () => {
  const ONCE = 'time-based-conditions:once';
  const ALL_DAY = 'time-based-conditions:weekly:all-day';
  const HOURS = 'time-based-conditions:weekly:custom-hours';
  const once = all(
    { key: DATE_TIME, operator: 'dateTimeGreaterThanOrEquals', value: '2026-11-21T09:00:00+00:00' },
    { key: DATE_TIME, operator: 'dateTimeLessThanOrEquals', value: '2026-11-22T17:59:59+00:00' },
  );

  it.each([
    ['no rule and no pattern', undefined, undefined],
    ['a rule alone', OFFICE_HOURS, undefined],
    ['once', once, ONCE],
    ['whole days', WORK_DAYS, ALL_DAY],
    ['hours of days', OFFICE_HOURS, HOURS],
    ['hours of every day', all(until('17:00:00+00:00')), HOURS],
  ])('given %s, when it is checked, then it is taken', (_what, rule, pattern) => {
    expect(() => checkRule(rule, pattern)).not.toThrow();
  });

  it.each([
    ['a pattern without a rule', undefined, ONCE, /'pattern' needs a rule/],
    ['an unknown pattern', OFFICE_HOURS, 'time-based-conditions:never', /'pattern' must be one of/],
    ['days under the pattern of once', WORK_DAYS, ONCE, /'rule' is not what the pattern/],
    ['hours under the pattern of whole days', OFFICE_HOURS, ALL_DAY, /'rule' is not what/],
    ['hours or days under the pattern of both', { ...OFFICE_HOURS, operator: 'or' }, HOURS, /'rule' is not what/],
    ['no conditions', all(), undefined, /at least 1/],
    ['fifty-one conditions', all(...Array<PolicyRule>(51).fill(WORK_DAYS)), undefined, /at most 50/],
    ['a time without an offset', from('09:00:00'), undefined, /must look like 17:00:00\+00:00/],
    ['an hour that no day has', from('24:00:00+00:00'), undefined, /must look like/],
    ['an offset that is nowhere', from('09:00:00+15:00'), undefined, /must look like/],
    ['a day that no week has', days('8+00:00'), undefined, /Monday/],
    [
      'a date that no year has',
      { ...once, conditions: [{ key: DATE, operator: 'dateLessThan', value: '2026-02-30Z' }] },
      undefined,
      /must look like/,
    ],
    ['a time told by the day', { key: DAY, operator: 'timeLessThan', value: '09:00:00Z' }, undefined, /current_time/],
    ['a list where one value stands', { ...from(''), value: ['09:00:00Z'] }, undefined, /one value/],
    ['one value where a list stands', { ...days(), value: '1+00:00' }, undefined, /a list/],
    [
      'a time told by the resource',
      { ...from('09:00:00Z'), key: '{{resource.attributes.current_time}}' },
      undefined,
      /must be \{\{environment/,
    ],
    [
      'a text told by the environment',
      { key: '{{environment.attributes.path}}', operator: 'stringExists', value: false },
      undefined,
      /must be \{\{resource/,
    ],
    ['a key that is no attribute', { ...from('09:00:00Z'), key: 'current_time' }, undefined, /rule\.key/],
  ] as const)('given %s, when it is checked, then it is refused and says why', (_what, rule, pattern, sentence) => {
    // Safe: some of these are what the types already refuse, as a caller of a door may send them.
    expect(() => checkRule(rule as PolicyRule | undefined, pattern)).toThrow(sentence);
  });
});
