import { type AttributeCondition, type Grant, holdsOf } from './grant.ts';
import { type Effort, effortOfComparison, effortOfDecision } from './pattern.ts';

/** What something is done to, as conditions see it. */
export interface DecisionTarget {
  readonly service: string;
  /** By the names that policies use; what the target does not have is absent. */
  readonly attributes: Readonly<Record<string, string | undefined>>;
}

/** Everything that policies give one identity in one account, compiled for many decisions. */
export interface PolicySet {
  /**
   * @param at when, milliseconds
   * @param role a CRN: only policies that give this role count, with all that they give. Default: all policies
   */
  permits(action: string, target: DecisionTarget, at: number, role?: string): boolean;
  /**
   * Whether somebody who holds this set holds everything that `grant` gives: nobody grants more than they hold.
   * @param effort one for all grants that are compared together
   */
  covers(grant: Grant, effort?: Effort): boolean;
  readonly grants: readonly Grant[];
}

/** When, as what, and with how much effort something is decided. */
interface DecisionCircumstances {
  readonly at: number;
  readonly role: string | undefined;
  readonly effort: Effort;
}

/** Grants of one service: those of one instance found by it, and the others. */
interface ServiceGrants {
  readonly ofInstance: Map<string, Grant[]>;
  readonly others: Grant[];
}

const INSTANCE = 'serviceInstance';

/** @returns the set of these grants; denied is what none of them gives */
export function policySet(grants: readonly Grant[]): PolicySet {
  const services = new Map<string, ServiceGrants>();
  for (const grant of grants) {
    const known = services.get(grant.service) ?? { ofInstance: new Map<string, Grant[]>(), others: [] };
    services.set(grant.service, known);
    const instances = instancesOf(grant);
    if (instances === undefined) known.others.push(grant);
    for (const instance of instances ?? []) {
      const ofInstance = known.ofInstance.get(instance) ?? [];
      known.ofInstance.set(instance, ofInstance);
      ofInstance.push(grant);
    }
  }

  const gives =
    (action: string, { attributes }: DecisionTarget, { at, role, effort }: DecisionCircumstances) =>
    (grant: Grant) =>
      grant.actions.has(action) &&
      (role === undefined || grant.roles?.includes(role) === true) &&
      grant.conditions.every((condition) => holdsOf(condition, attributes[condition.attribute], effort)) &&
      (grant.rule === undefined || grant.rule.holdsAt(at, attributes, effort));

  return {
    grants,
    permits(action, target, at, role) {
      const known = services.get(target.service);
      if (known === undefined) return false;
      const given = gives(action, target, { at, role, effort: effortOfDecision() });
      const instance = target.attributes[INSTANCE];
      return (
        known.others.some(given) || (instance !== undefined && known.ofInstance.get(instance)?.some(given) === true)
      );
    },
    covers(wanted, effort = effortOfComparison()) {
      const held = grants.filter((grant) => grant.service === wanted.service && isAsWide(grant, wanted, effort));
      return [...wanted.actions].every((action) => held.some(({ actions }) => actions.has(action)));
    },
  };
}

/** @returns the instances that the grant names one by one; `undefined`: it is not so bound */
function instancesOf({ conditions }: Grant): readonly string[] | undefined {
  const named = conditions.find(
    ({ attribute, operator }) => attribute === INSTANCE && operator.startsWith('stringEquals'),
  );
  return named && [...new Set(named.values)];
}

/** Whether `held` holds wherever and whenever `wanted` does. */
function isAsWide(held: Grant, wanted: Grant, effort: Effort): boolean {
  effort.left -= 1 + held.conditions.length * wanted.conditions.length;
  if (effort.left < 0) return false;
  const alwaysOrAlike = held.rule === undefined || held.rule.text === wanted.rule?.text;
  return alwaysOrAlike && held.conditions.every((condition) => follows(condition, wanted.conditions, effort));
}

/** Whether `condition` holds of whatever `wanted` holds of. When in doubt it does not: then the caller is refused. */
function follows(condition: AttributeCondition, wanted: readonly AttributeCondition[], effort: Effort): boolean {
  return wanted.some((other) => {
    if (other.attribute !== condition.attribute) return false;
    if (other.operator.startsWith('stringEquals')) {
      return other.values.every((value) => holdsOf(condition, value, effort));
    }
    if (condition.operator === 'stringExists') {
      return other.operator === 'stringExists'
        ? other.values.every((value) => condition.values.includes(value))
        : condition.values.includes('true');
    }
    if (!condition.operator.startsWith('stringMatch') || other.operator === 'stringExists') return false;
    effort.left -= other.values.length * condition.values.length;
    if (effort.left < 0) return false;
    return other.values.every((pattern) => condition.values.includes(pattern) || condition.values.includes('*'));
  });
}
