import type { Grant } from '../access/grant.ts';
import { CUSTOM_ROLES, customRoleCrn } from '../policies/custom-role.ts';
import { MOST_CUSTOM_ROLES } from '../policies/custom-roles.ts';
import type { NewPolicy } from '../policies/new-policy.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import { serviceNamed } from '../resource-catalog/catalog.ts';
import { actionsOfRole, rolesOf } from '../resource-catalog/roles.ts';
import type { ServiceDefinition } from '../resource-catalog/service-definition.ts';
import type { ResourceInstance } from '../resource-instances/resource-instance.ts';
import type { Store } from '../store/store.ts';

/**
 * Finds the role that a new key is to give on its instance.
 * @param named a name (`Reader`), or a CRN; `None`, or nothing: none
 * @returns its CRN
 * @throws ParameterInvalid  the service has no such role, nor has the account one for it; it lists those that there are
 */
export async function keyRole(
  store: Store,
  instance: ResourceInstance,
  named: string | undefined,
): Promise<string | undefined> {
  if (named === undefined || named.toLowerCase() === 'none') return undefined;
  const definition = serviceNamed(instance.service);
  const roles = [
    ...(definition === undefined ? [] : rolesNamedIn(definition)),
    ...(await customRoles(store, instance)),
  ];
  const wanted = named.toLowerCase();
  const isMeant = ({ crn, names }: NamedRole): boolean => crn === named || names.includes(wanted);
  const found = roles.find(isMeant)?.crn;
  if (found !== undefined) return found;
  // Some roles have further CRNs, by which clients name them.
  if (definition !== undefined && actionsOfRole(definition, named) !== undefined) return named;
  const shown = roles.map(({ shownAs }) => shownAs).join(', ');
  throw new ParameterInvalid('role', `must be one of ${shown}, or the CRN of one of them`);
}

/** What the policy of a key says: one role, on that one instance. */
export function keyPolicy(
  { service, accountId, id }: ResourceInstance,
  { iamId, roleCrn, description }: { readonly iamId: string; readonly roleCrn: string; readonly description: string },
): NewPolicy {
  return {
    type: 'access',
    content: {
      subject: { iam_id: iamId },
      resource: [is('accountId', accountId), is('serviceName', service), is('serviceInstance', id)],
      tags: [],
      roles: [roleCrn],
    },
    // Nobody sent it: every form of it is made from the content.
    sent: { form: 'resource key', body: { description } },
  };
}

/**
 * What of a grant concerns the instance, as wide as the instance is: whoever holds it through the instance's resource group or region
 * holds it there.
 */
export function onInstance(grant: Grant, { id, resourceGroupId, region }: ResourceInstance): Grant {
  const named = [is('serviceInstance', id), is('resourceGroupId', resourceGroupId), is('region', region)];
  return { ...grant, conditions: [...grant.conditions, ...named] };
}

/** @returns whether the grant is for this instance and for no other */
export const isOnlyOn = ({ service, conditions }: Grant, instance: ResourceInstance): boolean =>
  service === instance.service &&
  conditions.some(
    ({ attribute, operator, values }) =>
      attribute === 'serviceInstance' && operator === 'stringEquals' && values.every((value) => value === instance.id),
  );

const is = (attribute: string, value: string) => ({ attribute, operator: 'stringEquals' as const, values: [value] });

/** A role, and what it may be asked for by beside its CRN, in lower case. */
interface NamedRole {
  readonly crn: string;
  readonly shownAs: string;
  readonly names: readonly string[];
}

function rolesNamedIn(service: ServiceDefinition): readonly NamedRole[] {
  const { serviceRoles, systemRoles } = rolesOf([service]);
  return [...serviceRoles, ...systemRoles].map(({ crn, displayName }) => ({
    ...{ crn, shownAs: displayName },
    names: [displayName, crn.slice(crn.lastIndexOf(':') + 1)].map((name) => name.toLowerCase()),
  }));
}

async function customRoles(store: Store, { accountId, service }: ResourceInstance): Promise<readonly NamedRole[]> {
  const request = { equals: [accountId, service], limit: MOST_CUSTOM_ROLES };
  const { rows } = await store.read(CUSTOM_ROLES).page('byService', request);
  return rows
    .filter(({ state }) => state === 'active')
    .map((role) => ({
      ...{ crn: customRoleCrn(role), shownAs: role.displayName },
      names: [role.displayName, role.name].map((name) => name.toLowerCase()),
    }));
}
