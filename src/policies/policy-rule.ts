/** When a policy holds: one condition, or several joined, as they were sent. */
export type PolicyRule = RuleCondition | JoinedRule;

/** Several conditions, of which all or one must hold. */
export interface JoinedRule {
  readonly operator: 'and' | 'or';
  readonly conditions: readonly PolicyRule[];
}

/** One condition on the time of day, the date, the day of the week, or an attribute of the resource. */
export interface RuleCondition {
  /** `{{environment.attributes.current_time}}`, or `{{resource.attributes.<name>}}`. */
  readonly key: string;
  readonly operator: RuleOperator;
  readonly value: string | boolean | readonly string[];
}

/** How a condition of a rule compares (IBM Cloud IAM Policy Management API, "v2 policies", rule operators). */
export const RULE_OPERATORS = [
  'stringEquals',
  'stringMatch',
  'stringExists',
  'stringEqualsAnyOf',
  'stringMatchAnyOf',
  'timeLessThan',
  'timeLessThanOrEquals',
  'timeGreaterThan',
  'timeGreaterThanOrEquals',
  'dateLessThan',
  'dateLessThanOrEquals',
  'dateGreaterThan',
  'dateGreaterThanOrEquals',
  'dateTimeLessThan',
  'dateTimeLessThanOrEquals',
  'dateTimeGreaterThan',
  'dateTimeGreaterThanOrEquals',
  'dayOfWeekEquals',
  'dayOfWeekAnyOf',
] as const;

/** One of the ways in which a condition of a rule compares. */
export type RuleOperator = (typeof RULE_OPERATORS)[number];
