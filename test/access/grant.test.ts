import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AttributeOperator, holdsOf } from '../../src/access/grant.ts';
import { matchesPattern } from '../../src/access/pattern.ts';
import { policySet } from '../../src/access/policy-set.ts';
import { cpuMillisecondsOf } from '../harness/cpu-time.ts';

describe('a condition', () => {
  const ROWS: readonly (readonly [AttributeOperator, readonly string[], string | undefined, boolean])[] = [
    ['stringEquals', ['a'], 'a', true],
    ['stringEquals', ['a'], 'A', false],
    ['stringEquals', ['a*'], 'ab', false],
    ['stringEquals', ['a'], undefined, false],
    ['stringEqualsAnyOf', ['a', 'b'], 'b', true],
    ['stringEqualsAnyOf', ['a', 'b'], 'c', false],
    ['stringEqualsAnyOf', [], 'a', false],
    ['stringMatch', ['a*'], 'ab', true],
    ['stringMatch', ['a*'], 'ba', false],
    ['stringMatch', ['*'], '', true],
    ['stringMatch', ['*'], undefined, false],
    ['stringMatch', ['?'], 'a', true],
    ['stringMatch', ['?'], 'ab', false],
    ['stringMatchAnyOf', ['x*', '*b'], 'ab', true],
    ['stringExists', ['true'], 'a', true],
    ['stringExists', ['true'], '', true],
    ['stringExists', ['true'], undefined, false],
    ['stringExists', ['false'], undefined, true],
    ['stringExists', ['false'], 'a', false],
  ];

  it.each(ROWS)('given %s %j, when the value is %j, then it holds: %j', (operator, values, value, holds) => {
    expect(holdsOf({ attribute: 'region', operator, values }, value)).toBe(holds);
  });
});

describe('an attribute that every object has', () => {
  /** A condition that nothing fulfils must not be fulfilled by everything. */
  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'given %s, then no target has it',
    (attribute) => {
      const target = { attributes: { accountId: 'account-1' }, service: 'logs' };
      const permits = (operator: AttributeOperator, value: string) =>
        policySet([
          { service: 'logs', actions: new Set(['logs.read']), conditions: [{ attribute, operator, values: [value] }] },
        ]).permits('logs.read', target, 0);

      expect(permits('stringExists', 'true')).toBe(false);
      expect(permits('stringMatch', '*')).toBe(false);
      expect(permits('stringExists', 'false')).toBe(true);
    },
  );
});

describe('a pattern', () => {
  it('given any pattern and value, then it matches what the regular expression of the same meaning does', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 });

    fc.assert(
      fc.property(text, text, (pattern, value) => {
        const meant = pattern.replaceAll('.', '\\.').replaceAll('*', '[^]*').replaceAll('?', '[^]');
        expect(matchesPattern(pattern, value)).toBe(new RegExp(`^${meant}$`).test(value));
      }),
      { numRuns: 2_000 },
    );
  });

  /** A pattern that nearly fits everywhere would hold up every decision of the process, of all accounts. */
  it.each([
    ['many stars', `${'*a'.repeat(500)}b`, 'a'.repeat(5_000)],
    ['stars and places', `${'*?a*'.repeat(300)}b`, 'a'.repeat(5_000)],
    ['one star and a long rest', `*${'a'.repeat(2_000)}b`, 'a'.repeat(5_000)],
  ])('given %s that do not match, then the answer is there at once', (_words, pattern, value) => {
    let matches = true;

    const spent = cpuMillisecondsOf(() => {
      matches = matchesPattern(pattern, value);
    });

    expect(matches).toBe(false);
    expect(spent).toBeLessThan(50);
  });

  it('given stars in a long text that somebody means, then it matches', () => {
    const value = `${'folder/'.repeat(140)}file.log`;

    expect(['*', '*.log', 'folder/*/file.log', '*older*fold*.log'].map((each) => matchesPattern(each, value))).toEqual([
      ...[true, true, true, true],
    ]);
  });
});
