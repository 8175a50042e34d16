import { actionsOfRole, type ListedRole, rolesOf } from '../resource-catalog/roles.ts';
import type { Store } from '../store/store.ts';
import { servicesOf } from './compile-policy.ts';
import { CUSTOM_ROLES, customRoleNameOf } from './custom-role.ts';
import type { Policy } from './policy.ts';

/** The roles of a policy by their CRN, in its order; `undefined` of one that is no longer there. */
export type DescribedRoles = ReadonlyMap<string, ListedRole | undefined>;

/** @returns what each role of the policy is called and gives, on the services that the policy is about */
export async function describedRoles(
  store: Store,
  policy: Pick<Policy, 'accountId' | 'content'>,
): Promise<DescribedRoles> {
  const described = new Map<string, ListedRole | undefined>();
  for (const crn of policy.content.roles) {
    described.set(crn, catalogued(policy, crn) ?? (await customRole(store, policy, crn)));
  }
  return described;
}

function catalogued({ content }: Pick<Policy, 'content'>, crn: string): ListedRole | undefined {
  const services = servicesOf(content);
  const { systemRoles, serviceRoles } = rolesOf(services);
  const listed = [...systemRoles, ...serviceRoles].find((role) => role.crn === crn);
  if (listed !== undefined) return listed;
  // A role may have other CRNs than the one it is listed under.
  const actions = services.flatMap((service) => [...(actionsOfRole(service, crn) ?? [])]);
  const displayName = crn.slice(crn.lastIndexOf(':') + 1);
  return actions.length === 0 ? undefined : { crn, displayName, description: '', actions: [...new Set(actions)] };
}

async function customRole(
  store: Store,
  { accountId, content }: Pick<Policy, 'accountId' | 'content'>,
  crn: string,
): Promise<ListedRole | undefined> {
  const name = customRoleNameOf(crn, accountId);
  if (name === undefined) return undefined;
  for (const service of servicesOf(content)) {
    const role = await store.read(CUSTOM_ROLES).find('byName', [accountId, service.name, name]);
    if (role !== undefined) {
      return { crn, displayName: role.displayName, description: role.description, actions: role.actions };
    }
  }
  return undefined;
}
