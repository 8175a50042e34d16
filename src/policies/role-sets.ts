import { policySet } from '../access/policy-set.ts';
import { SERVICES } from '../resource-catalog/catalog.ts';
import { listedRole } from '../resource-catalog/roles.ts';
import type { Store } from '../store/store.ts';
import { CUSTOM_ROLES, customRoleNameOf } from './custom-role.ts';
import { DEPENDS_ON, type PolicySetReading } from './policy-sets.ts';

/**
 * What a role of the catalogue, or a custom role of the account, gives to whoever has it in the whole account: one grant for each service
 * that has it. From the primary.
 * @param role a CRN, as services list it; of no role the set is empty
 */
export async function readRoleSet(store: Store, accountId: string, role: string): Promise<PolicySetReading> {
  const name = customRoleNameOf(role, accountId);
  if (name !== undefined) return customRoleSet(store, { accountId, role, name });
  const grants = SERVICES.flatMap((service) => {
    const given = listedRole(service, role);
    return given === undefined ? [] : [{ service: service.name, ...given, conditions: [] }];
  });
  return { set: policySet(grants), dependsOn: [] };
}

interface NamedCustomRole {
  readonly accountId: string;
  readonly role: string;
  readonly name: string;
}

/** Roles of several services may have one name, and so one CRN. */
async function customRoleSet(store: Store, { accountId, role, name }: NamedCustomRole): Promise<PolicySetReading> {
  const reader = store.read(CUSTOM_ROLES);
  const found = await Promise.all(
    SERVICES.map(async ({ name: service }) => ({
      named: DEPENDS_ON.roleNamed(accountId, service, name),
      ofService: await reader.find('byName', [accountId, service, name]),
    })),
  );
  const grants = found.flatMap(({ ofService }) =>
    ofService === undefined
      ? []
      : [{ service: ofService.service, actions: new Set(ofService.actions), conditions: [], roles: [role] }],
  );
  const dependsOn = found.flatMap(({ named, ofService }) =>
    ofService === undefined ? [named] : [named, DEPENDS_ON.role(ofService.id)],
  );
  return { set: policySet(grants), dependsOn };
}
