import { type AttributeOperator, type GrantRule, holdsOf } from '../access/grant.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import { type Comparison, isJoined, type PolicyRule, type RuleCondition } from './policy-rule.ts';
import { nowAs, RULE_TIME_FORMS, type RuleTimeKind, readRuleTime } from './rule-times.ts';

type Holds = GrantRule['holdsAt'];

/**
 * Compiles the rule of a policy, so that a decision compares numbers only.
 * @throws ParameterInvalid  a value is none that its operator compares
 */
export function grantRuleOf(rule: PolicyRule): GrantRule {
  return { text: JSON.stringify(rule), holdsAt: compiled(rule) };
}

function compiled(rule: PolicyRule): Holds {
  if (!isJoined(rule)) return condition(rule);
  const parts = rule.conditions.map(compiled);
  return rule.operator === 'and'
    ? (now, attributes, effort) => parts.every((holds) => holds(now, attributes, effort))
    : (now, attributes, effort) => parts.some((holds) => holds(now, attributes, effort));
}

// Linear: one of two fixed beginnings, then one class.
const KEY = /^\{\{(environment|resource)\.attributes\.([A-Za-z][A-Za-z0-9_-]{0,63})\}\}$/;
const OPERATOR =
  /^(time|date|dateTime|dayOfWeek)(LessThan|LessThanOrEquals|GreaterThan|GreaterThanOrEquals|Equals|AnyOf)$/;

/** Which of the environment's attributes tells the time that an operator compares. */
const TOLD_BY: Readonly<Record<RuleTimeKind, string>> = {
  time: 'current_time',
  date: 'current_date',
  dateTime: 'current_date_time',
  dayOfWeek: 'day_of_week',
};

const COMPARED: Readonly<Record<Comparison | 'Equals' | 'AnyOf', (now: number, named: number) => boolean>> = {
  LessThan: (now, named) => now < named,
  LessThanOrEquals: (now, named) => now <= named,
  GreaterThan: (now, named) => now > named,
  GreaterThanOrEquals: (now, named) => now >= named,
  Equals: (now, named) => now === named,
  AnyOf: (now, named) => now === named,
};

function condition({ key, operator, value }: RuleCondition): Holds {
  const [, place, name] = KEY.exec(key) ?? [];
  if (place === undefined || name === undefined) {
    throw new ParameterInvalid('rule.key', 'must be {{environment.attributes.…}} or {{resource.attributes.…}}');
  }
  const several = Array.isArray(value);
  if (several !== operator.endsWith('AnyOf')) {
    throw new ParameterInvalid('rule.value', `must be ${several ? 'one value' : 'a list'} for ${operator}`);
  }
  const texts = [value].flat().map(String);
  const [, kind, comparison] = OPERATOR.exec(operator) ?? [];
  // A name of the resource that is compared with the time, or of the environment with a text, would never hold, or, said to
  // be absent, always: who wrote it would believe in a bound that is none.
  const placed = kind === undefined ? 'resource' : 'environment';
  if (place !== placed) throw new ParameterInvalid('rule.key', `must be {{${placed}.attributes.…}} for ${operator}`);
  if (kind === undefined) {
    // Safe: what is no operator on times is one on texts, or the type of the condition would not allow it.
    return onAttribute(name, operator as AttributeOperator, texts);
  }
  // Safe: the expression matches only these.
  return onTime({ key: name, kind: kind as RuleTimeKind, comparison: comparison as keyof typeof COMPARED, texts });
}

/** What a condition on time compares. */
interface TimeCondition {
  readonly key: string;
  readonly kind: RuleTimeKind;
  readonly comparison: keyof typeof COMPARED;
  readonly texts: readonly string[];
}

function onTime({ key, kind, comparison, texts }: TimeCondition): Holds {
  // A date and time may be told by `current_time` too: older descriptions of the API have one name for all.
  if (key !== TOLD_BY[kind] && key !== 'current_time') {
    throw new ParameterInvalid('rule.key', `must be {{environment.attributes.${TOLD_BY[kind]}}} here`);
  }
  const compares = COMPARED[comparison];
  const times = texts.map((text) => {
    const time = readRuleTime(kind, text);
    if (time === undefined) throw new ParameterInvalid('rule.value', `must look like ${RULE_TIME_FORMS[kind]}`);
    return time;
  });
  return (now) => times.some(({ value, offset }) => compares(nowAs(kind, now, offset), value));
}

function onAttribute(attribute: string, operator: AttributeOperator, values: readonly string[]): Holds {
  if (operator === 'stringExists' && values[0] !== 'true' && values[0] !== 'false') {
    throw new ParameterInvalid('rule.value', 'must be true or false for stringExists');
  }
  const compared = { attribute, operator, values };
  return (_now, attributes, effort) => holdsOf(compared, attributes[attribute], effort);
}
