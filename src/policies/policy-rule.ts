/** When a policy holds: one condition, or several joined, as they were sent. */
export type PolicyRule = RuleCondition | JoinedRule;

/** Several conditions, of which all or one must hold. */
export interface JoinedRule {
  readonly operator: 'and' | 'or';
  readonly conditions: readonly PolicyRule[];
}

/** One condition on the time of day, the date, the day of the week, or an attribute of the resource. */
export interface RuleCondition {
  /** `{{environment.attributes.<name>}}` or `{{resource.attributes.<name>}}`. */
  readonly key: string;
  readonly operator: RuleOperator;
  /** Several only of an operator whose name ends in `AnyOf`. */
  readonly value: RuleValue | readonly RuleValue[];
}

/** A number only as a day of the week. */
export type RuleValue = string | number | boolean;

const COMPARISONS = ['LessThan', 'LessThanOrEquals', 'GreaterThan', 'GreaterThanOrEquals'] as const;

/** How two instants, times or dates are compared. */
export type Comparison = (typeof COMPARISONS)[number];

/** How a condition of a rule compares (IBM Cloud IAM Policy Management API, "Create a policy" of v2). */
export type RuleOperator = (typeof RULE_OPERATORS)[number];

/** Every way in which a condition of a rule compares. */
export const RULE_OPERATORS = [
  ...(['stringEquals', 'stringMatch', 'stringExists', 'stringEqualsAnyOf', 'stringMatchAnyOf'] as const),
  ...of('time'),
  ...of('date'),
  ...of('dateTime'),
  ...(['dayOfWeekEquals', 'dayOfWeekAnyOf'] as const),
] as const;

function of<Subject extends 'time' | 'date' | 'dateTime'>(subject: Subject) {
  return COMPARISONS.map((comparison) => `${subject}${comparison}` as const);
}

/** @returns whether the rule joins others */
export const isJoined = (rule: PolicyRule): rule is JoinedRule => 'conditions' in rule;

/** @returns every single condition of the rule, however deep */
export function conditionsOf(rule: PolicyRule): readonly RuleCondition[] {
  return isJoined(rule) ? rule.conditions.flatMap(conditionsOf) : [rule];
}
