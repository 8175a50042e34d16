import { type AttributeCondition, type Grant, type GrantRule, holdsOf } from '../access/grant.ts';
import { SERVICES } from '../resource-catalog/catalog.ts';
import { listedRole } from '../resource-catalog/roles.ts';
import type { ServiceDefinition } from '../resource-catalog/service-definition.ts';
import { grantRuleOf } from './grant-rule.ts';
import type { PolicyContent } from './policy.ts';
import type { PolicyRule } from './policy-rule.ts';

/** What a custom role of the account gives in a service; `undefined`: it has no such role for it. */
export type CustomActions = (service: string, crn: string) => ReadonlySet<string> | undefined;

/**
 * What a policy of an account comes to: one grant for each service that it names and in which one of its roles gives
 * something. When in doubt it gives nothing.
 */
export function compilePolicy(
  accountId: string,
  content: Pick<PolicyContent, 'resource' | 'tags' | 'roles' | 'rule'>,
  customActions: CustomActions,
): readonly Grant[] {
  const { resource, tags, roles } = content;
  // A policy lies in one account and can name another only by a mistake; then it is of no use in either.
  if (!named(resource, 'accountId').every((condition) => holdsOf(condition, accountId))) return [];
  const rule = content.rule && compiledRule(content.rule);
  const conditions = [
    ...resource.filter(({ attribute }) => !NAMING.has(attribute)),
    // No resource here has tags. Left out, a policy for what is tagged would be one for everything.
    ...tags.map((tag) => ({ ...tag, attribute: `tag:${tag.attribute}` })),
  ];
  return servicesOf(content).flatMap((service) => {
    const given = givenIn(service, roles, customActions);
    if (given === undefined) return [];
    return [{ service: service.name, ...given, conditions, ...(rule !== undefined && { rule }) }];
  });
}

/** Attributes that say of which account and which services the resources are. */
const NAMING: ReadonlySet<string> = new Set(['accountId', 'serviceName', 'serviceType', 'service_group_id']);

/** @returns the services that a policy names: by name, type or group; all, when it names resources by something else only */
export function servicesOf({ resource }: Pick<PolicyContent, 'resource'>): readonly ServiceDefinition[] {
  // Nobody means "everything in the account" by leaving everything out.
  if (resource.every(({ attribute }) => attribute === 'accountId')) return [];
  return SERVICES.filter(
    ({ name, type, groups }) =>
      named(resource, 'serviceName').every((condition) => holdsOf(condition, name)) &&
      named(resource, 'serviceType').every((condition) => holdsOf(condition, type)) &&
      named(resource, 'service_group_id').every((condition) => groups.some((group) => holdsOf(condition, group))),
  );
}

const named = (conditions: readonly AttributeCondition[], attribute: string): readonly AttributeCondition[] =>
  conditions.filter((condition) => condition.attribute === attribute);

/** What the roles give in a service, and which of them do; `undefined`: none gives anything. */
function givenIn(
  service: ServiceDefinition,
  roles: readonly string[],
  customActions: CustomActions,
): Required<Pick<Grant, 'actions' | 'roles'>> | undefined {
  const giving = roles.flatMap((crn) => {
    const known = listedRole(service, crn);
    const given = known ?? { roles: [crn], actions: customActions(service.name, crn) ?? NOTHING };
    return given.actions.size === 0 ? [] : [given];
  });
  // One role's own set is shared by all policies that name it, and so is its name: most are never copied.
  const [first, ...others] = giving;
  if (first === undefined || others.length === 0) return first;
  return {
    actions: new Set(giving.flatMap(({ actions }) => [...actions])),
    roles: [...new Set(giving.flatMap((given) => given.roles))],
  };
}

const NOTHING: ReadonlySet<string> = new Set();

/** A rule that cannot be read (written by a newer version, say) never holds, and keeps nobody else from deciding. */
function compiledRule(rule: PolicyRule): GrantRule {
  try {
    return grantRuleOf(rule);
  } catch {
    return { text: JSON.stringify(rule), holdsAt: () => false };
  }
}
