import type { AttributeCondition, AttributeOperator } from '../../access/grant.ts';
import { ParameterInvalid } from '../../problems/request-problems.ts';

/** What an attribute is compared with, as both forms send it. */
export type SentValue = string | number | boolean | readonly string[];

/** One attribute as it was sent, whatever its name is called there. */
export interface SentAttribute {
  readonly attribute: string;
  readonly operator?: AttributeOperator | undefined;
  readonly value: SentValue;
}

/**
 * @returns the condition that the attribute is
 * @throws ParameterInvalid  its value is not one that its operator compares
 */
export function conditionOf({ attribute, operator = 'stringEquals', value }: SentAttribute): AttributeCondition {
  const several = Array.isArray(value);
  if (several !== operator.endsWith('AnyOf')) {
    throw new ParameterInvalid(attribute, `must have ${several ? 'one value' : 'a list of values'} with ${operator}`);
  }
  const values = several ? value : [String(value)];
  if (operator === 'stringExists' && values[0] !== 'true' && values[0] !== 'false') {
    throw new ParameterInvalid(attribute, 'must have the value true or false with stringExists');
  }
  return { attribute, operator, values };
}

/**
 * @returns the attributes of a subject by name
 * @throws ParameterInvalid  one stands twice, is not compared for equality, or is no text
 */
export function subjectOf(sent: readonly SentAttribute[]): Readonly<Record<string, string>> {
  const subject = new Map<string, string>();
  for (const { attribute, operator = 'stringEquals', value } of sent) {
    if (operator !== 'stringEquals' || typeof value !== 'string' || value === '') {
      throw new ParameterInvalid('subject', 'must have texts as values, compared by stringEquals');
    }
    if (subject.has(attribute)) throw new ParameterInvalid('subject', `has the attribute ${attribute} twice`);
    subject.set(attribute, value);
  }
  // Defines own members, also for a name like `__proto__`: no prototype is reached.
  return Object.fromEntries(subject);
}

/** A condition as a form that did not send it writes it. */
export function writtenCondition({ operator, values }: AttributeCondition): { operator: string; value: SentValue } {
  const [only = ''] = values;
  if (operator === 'stringExists') return { operator, value: only === 'true' };
  return { operator, value: operator.endsWith('AnyOf') ? values : only };
}
