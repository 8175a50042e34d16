import { ParameterInvalid } from '../problems/request-problems.ts';
import { grantRuleOf } from './grant-rule.ts';
import { conditionsOf, isJoined, type PolicyRule } from './policy-rule.ts';

/** What a rule of each pattern may be made of (IBM Cloud docs, "Limiting access with time-based conditions"). */
const PATTERNS: Readonly<Record<string, Pattern>> = {
  'time-based-conditions:once': { allowed: /^date/, needed: /^date/, joinedBy: 'and' },
  'time-based-conditions:weekly:all-day': { allowed: /^dayOfWeek/, needed: /^dayOfWeek/ },
  'time-based-conditions:weekly:custom-hours': { allowed: /^(?:dayOfWeek|time)/, needed: /^time/, joinedBy: 'and' },
  'attribute-based-condition:resource:literal-and-wildcard': { allowed: /^/, needed: /^/ },
};

/** What operators a pattern allows, and of which it needs one at least. */
interface Pattern {
  readonly allowed: RegExp;
  readonly needed: RegExp;
  /** Absent: either. */
  readonly joinedBy?: 'and';
}

const MOST_CONDITIONS = 50;
const MOST_VALUES = 50;
const LONGEST_VALUE = 1_000;

/**
 * Refuses a rule that could not be decided, or that is not what its pattern says: a reader trusts the pattern's name.
 * @throws ParameterInvalid
 */
export function checkRule(rule: PolicyRule | undefined, pattern: string | undefined): void {
  if (rule === undefined) {
    if (pattern !== undefined) throw new ParameterInvalid('pattern', 'needs a rule');
    return;
  }
  refuseTooLarge(rule);
  grantRuleOf(rule);
  if (pattern === undefined) return;
  const known = Object.hasOwn(PATTERNS, pattern) ? PATTERNS[pattern] : undefined;
  if (known === undefined) {
    throw new ParameterInvalid('pattern', `must be one of: ${Object.keys(PATTERNS).join(', ')}`);
  }
  const operators = conditionsOf(rule).map(({ operator }) => operator);
  const joinedOtherwise = known.joinedBy !== undefined && isJoined(rule) && rule.operator !== known.joinedBy;
  const asPattern = operators.every((operator) => known.allowed.test(operator)) && !joinedOtherwise;
  if (asPattern && operators.some((operator) => known.needed.test(operator))) return;
  throw new ParameterInvalid('rule', `is not what the pattern ${pattern} allows`);
}

function refuseTooLarge(rule: PolicyRule): void {
  const conditions = conditionsOf(rule);
  if (conditions.length === 0) throw new ParameterInvalid('rule.conditions', 'must be at least 1 entries long');
  if (conditions.length > MOST_CONDITIONS) {
    throw new ParameterInvalid('rule', `must have at most ${MOST_CONDITIONS} conditions`);
  }
  for (const { value } of conditions) {
    const values = [value].flat();
    if (
      values.length === 0 ||
      values.length > MOST_VALUES ||
      values.some((one) => String(one).length > LONGEST_VALUE)
    ) {
      throw new ParameterInvalid(
        'rule.value',
        `must be 1 to ${MOST_VALUES} values of at most ${LONGEST_VALUE} characters`,
      );
    }
  }
}
