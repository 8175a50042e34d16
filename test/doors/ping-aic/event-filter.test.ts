import { describe, expect, it } from '@jest/globals';
import { passes } from '../../../src/doors/ping-aic/event-filter.ts';
import { parseEventFilter } from '../../../src/doors/ping-aic/event-filter-parser.ts';

const LINE = {
  source: 'am-access',
  timestamp: '2026-01-31T12:00:00.000000000Z',
  payload: {
    level: 'INFO',
    userId: 'IBMid-1',
    more: 12,
    passwordChanged: false,
    quoted: 'a "b" \'c\'',
    'a/b': 'slash',
    revision: null,
    trackingIds: ['one', 'two'],
    response: { status: 'FAILED' },
  },
};

describe("ForgeRock's filter language", () => {
  it.each<[string, boolean]>([
    ['/payload/level eq "INFO"', true],
    ['payload/level eq "INFO"', true],
    ['/payload/level eq "info"', false],
    ["/payload/level eq 'INFO'", true],
    ['/payload/userId co "Mid"', true],
    ['/payload/userId sw "IBMid"', true],
    ['/payload/userId sw "1"', false],
    ['/payload/userId pr', true],
    ['/payload/revision pr', false],
    ['/payload/nothing pr', false],
    ['/payload/nothing eq "x"', false],
    ['!(/payload/nothing pr)', true],
    ['! /payload/nothing pr', true],
    ['/payload/more gt 11', true],
    ['/payload/more le 11.5', false],
    ['/payload/more eq 12 and /payload/more ge 12 and /payload/more lt 13', true],
    ['/payload/passwordChanged eq false', true],
    ['/payload/trackingIds eq "two"', true],
    ['/payload/trackingIds co "w"', true],
    ['/payload/response/status eq "FAILED"', true],
    ['/payload/a~1b eq "slash"', true],
    ['/payload/quoted eq "a \\"b\\" \'c\'"', true],
    ["/payload/quoted eq 'a \"b\" \\'c\\''", true],
    ['/timestamp ge "2026-01-31"', true],
    // "and" binds tighter than "or".
    ['/payload/level eq "INFO" or /payload/more eq 1 and /payload/more eq 2', true],
    ['(/payload/level eq "INFO" or /payload/more eq 1) and /payload/more eq 2', false],
    ['true', true],
    ['!true', false],
    // What every object has is no member of a line.
    ['/payload/constructor pr', false],
    ['/payload/__proto__/toString pr', false],
  ])('when a line is compared with %s, then the answer is %s', (filter, expected) => {
    expect(passes(parseEventFilter(filter), LINE)).toBe(expected);
  });

  it.each([
    '',
    '/payload/level',
    '/payload/level eq',
    '/payload/level eq INFO',
    '/payload/level is "INFO"',
    '/payload/level eq "INFO',
    '/payload/level eq "INFO" and',
    '/payload/level eq "INFO" "INFO"',
    '(/payload/level pr',
    '/payload/level pr)',
    '/payload/level eq "\\x"',
    '/payload/trackingIds/0 eq "one"',
    '/payload//level pr',
    '"/payload/level" pr',
    '/payload/more co 1',
    'and',
    '!',
    `${'('.repeat(30)}/a pr${')'.repeat(30)}`,
    `${'!'.repeat(30)}/a pr`,
    Array(31).fill('/a pr').join(' and '),
    'x'.repeat(2_001),
  ])('when the filter is %s, then it is refused', (filter) => {
    expect(() => parseEventFilter(filter)).toThrow(expect.objectContaining({ code: 'parameter_invalid' }));
  });

  /** A filter is chosen by its sender: none may take long (ReDoS). */
  it('when filters are made to take long, then each is read in no time', () => {
    const hostile = [
      '"'.repeat(2_000),
      `"${'\\'.repeat(1_998)}`,
      '('.repeat(2_000),
      ' '.repeat(2_000),
      `'${'\\"'.repeat(999)}`,
    ];
    const began = performance.now();

    for (const filter of hostile) expect(() => parseEventFilter(filter)).toThrow();

    expect(performance.now() - began).toBeLessThan(200);
  });
});
