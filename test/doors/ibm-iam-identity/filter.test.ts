import { describe, expect, it } from '@jest/globals';
import { readFilter } from '../../../src/doors/ibm-iam-identity/filter.ts';
import { ParameterInvalid } from '../../../src/problems/request-problems.ts';

const BUILD = { name: 'CI-build', description: 'runs "make"' };

const matches = (filter: string): boolean => readFilter(filter, BUILD)((attribute) => BUILD[attribute]);

describe('filters of the identity API', () => {
  it.each([
    'name sw "CI"',
    'name ew "build"',
    'name co "-"',
    'name eq "CI-build"',
    'NAME SW_CI "ci-"',
    'name eq_ci "ci-BUILD"',
    'description co "\\"make\\""',
    'name eq "x" or name eq "CI-build"',
    '(name eq "x" or name sw "CI") and description sw "runs"',
    'name sw "CI" or name eq "x" and name eq "y"',
    '  name   sw"CI"  ',
    'name co ""',
  ])('when %s is read, then it matches what it describes', (filter) => {
    expect(matches(filter)).toBe(true);
  });

  it.each(['name sw "ci"', 'name eq "CI"', '(name sw "CI" or name eq "x") and name eq "y"', 'name ew_ci "CI"'])(
    'when %s is read, then it leaves out what it does not describe',
    (filter) => {
      expect(matches(filter)).toBe(false);
    },
  );

  it.each([
    'name',
    'name sw',
    'name sw CI',
    'name sw "CI',
    'digest sw "a"',
    'constructor sw "a"',
    'name toString "a"',
    'name _ci "a"',
    '"name" sw "a"',
    'name sw "a" and',
    'name sw "a" name sw "b"',
    '(name sw "a"',
    'name sw "a")',
    `${'('.repeat(11)}name sw "a"${')'.repeat(11)}`,
    'name sw "a"; drop',
  ])('when %s is read, then it is refused', (filter) => {
    expect(() => matches(filter)).toThrow(ParameterInvalid);
  });
});
