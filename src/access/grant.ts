/**
 * What one policy gives on one service, compiled: attributes have the names that policies use (`serviceInstance`,
 * `resourceGroupId`, `resourceType`, `resource`, `region`, and any other that a service knows).
 */
export interface Grant {
  readonly service: string;
  readonly actions: ReadonlySet<string>;
  /** All must hold of the target. None: everything of the service in the account. */
  readonly conditions: readonly AttributeCondition[];
  /** Absent: at every time. */
  readonly rule?: GrantRule;
}

/** One condition on one attribute of what something is done to. */
export interface AttributeCondition {
  readonly attribute: string;
  readonly operator: AttributeOperator;
  /** At least one, of which one must fit; of `stringExists` `true` or `false`. */
  readonly values: readonly string[];
}

/** How an attribute is compared; in patterns `*` stands for any characters, `?` for one. */
export type AttributeOperator =
  | 'stringEquals'
  | 'stringMatch'
  | 'stringExists'
  | 'stringEqualsAnyOf'
  | 'stringMatchAnyOf';

/** When a grant holds. */
export interface GrantRule {
  /** The same text, the same rule. */
  readonly text: string;
  /**
   * @param at an instant, milliseconds
   * @param attributes of the target, as conditions see them: a rule may ask about them as well
   */
  readonly holdsAt: (at: number, attributes: Readonly<Record<string, string | undefined>>) => boolean;
}

/** @returns whether the condition holds of a value. @param value `undefined`: the target has no such attribute */
export function holdsOf({ operator, values }: AttributeCondition, value: string | undefined): boolean {
  // By its type: under names such as `constructor` every object has something, and no target has such an attribute.
  if (operator === 'stringExists') return values.includes(String(typeof value === 'string'));
  if (typeof value !== 'string') return false;
  const matches = operator.startsWith('stringMatch') ? matchesPattern : (pattern: string) => pattern === value;
  return values.some((pattern) => matches(pattern, value));
}

/** Beside one for each character, steps that matching may take; a pattern that somebody means takes none of them. */
const FURTHER_STEPS = 10_000;

/**
 * On a mismatch only the last `*` is lengthened, and that so often at most: a thousand policies with patterns that nearly
 * fit everywhere would hold up everybody. What takes longer does not match.
 */
export function matchesPattern(pattern: string, value: string): boolean {
  let inPattern = 0;
  let inValue = 0;
  let star = -1;
  let starValue = 0;
  let steps = pattern.length + value.length + FURTHER_STEPS;
  while (inValue < value.length) {
    steps -= 1;
    if (steps < 0) return false;
    const wanted = pattern[inPattern];
    if (wanted === '*') {
      star = inPattern;
      starValue = inValue;
      inPattern += 1;
    } else if (wanted === '?' || (wanted !== undefined && wanted === value[inValue])) {
      inPattern += 1;
      inValue += 1;
    } else if (star >= 0) {
      starValue += 1;
      inPattern = star + 1;
      inValue = starValue;
    } else return false;
  }
  while (pattern[inPattern] === '*') inPattern += 1;
  return inPattern === pattern.length;
}
