import { type Effort, effortOfDecision, matchesPattern } from './pattern.ts';

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
  /** The CRNs of the roles by which the actions are given, each as its service lists it. Absent: by none. */
  readonly roles?: readonly string[];
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
  readonly holdsAt: (at: number, attributes: Readonly<Record<string, string | undefined>>, effort?: Effort) => boolean;
}

/**
 * @returns whether the condition holds of a value; false as well when finding out takes more than it may
 * @param value `undefined`: the target has no such attribute
 */
export function holdsOf(
  { operator, values }: AttributeCondition,
  value: string | undefined,
  effort: Effort = effortOfDecision(),
): boolean {
  // By its type: under names such as `constructor` every object has something, and no target has such an attribute.
  if (operator === 'stringExists') return values.includes(String(typeof value === 'string'));
  if (typeof value !== 'string') return false;
  const isPattern = operator.startsWith('stringMatch');
  return values.some((one) => {
    effort.left -= 1;
    if (effort.left < 0) return false;
    return isPattern ? matchesPattern(one, value, effort) : one === value;
  });
}
