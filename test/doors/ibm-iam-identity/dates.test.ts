import { describe, expect, it } from '@jest/globals';
import { formatDate, readDate } from '../../../src/doors/ibm-iam-identity/dates.ts';

const FOUR_O_CLOCK = Date.UTC(2026, 10, 21, 4, 0);

describe('dates of the identity API', () => {
  it('when an instant is written, then to the minute and in UTC', () => {
    expect(formatDate(FOUR_O_CLOCK + 59_999)).toBe('2026-11-21T04:00+0000');
  });

  it.each([
    '2026-11-21T04:00+0000',
    '2026-11-21T04:00:00+0000',
    '2026-11-21T04:00Z',
    '2026-11-21T04:00:00Z',
    '2026-11-21T04:00:00.000000Z',
    '2026-11-21T04:00+00:00',
    '2026-11-21T05:30:00+01:30',
    '2026-11-20T23:00-0500',
  ])('when %s is read, then it is that instant', (text) => {
    expect(readDate(text)).toBe(FOUR_O_CLOCK);
  });

  it.each([
    '',
    '2026-11-21',
    '2026-11-21T04:00',
    '2026-11-21 04:00Z',
    '2026-02-30T04:00Z',
    '2026-11-21T24:00Z',
    '2026-11-21T04:60Z',
    '2026-11-21T04:00:60Z',
    '2026-11-21T04:00+2400',
    '2026-11-21T04:00+0060',
    '9999-12-31T23:59-0100',
    '0000-01-01T00:00+0100',
    '1795233600000',
    ' 2026-11-21T04:00Z',
  ])('when %j is read, then it is no date', (text) => {
    expect(readDate(text)).toBeUndefined();
  });
});
