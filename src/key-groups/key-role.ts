import type { Access } from '../access/access.ts';
import { CUSTOM_ROLES, customRoleCrn } from '../policies/custom-role.ts';
import { MOST_CUSTOM_ROLES } from '../policies/custom-roles.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import { SERVICES } from '../resource-catalog/catalog.ts';
import { listedRole, rolesOf } from '../resource-catalog/roles.ts';
import type { Store } from '../store/store.ts';

/** What finding roles stands on. */
export interface KeyRoleParts {
  readonly store: Store;
  readonly access: Access;
}

/** Who is to act in which role. */
export interface AskedRole {
  readonly accountId: string;
  readonly iamId: string;
  /** A name (`Viewer`) or a CRN, of a role of the catalogue or a custom one of the account. */
  readonly named: string;
}

/** What the role is called where it is sent. */
const PARAMETER = 'in_role';

/**
 * @returns the CRN of the role, as services list it
 * @throws ParameterInvalid  there is no such role, several are called so, or the user does not have it
 */
export async function keyRole({ store, access }: KeyRoleParts, asked: AskedRole): Promise<string> {
  const { accountId, iamId, named } = asked;
  const found = await crnsOf(store, accountId, named);
  const [role, another] = [...found];
  if (another !== undefined) {
    throw new ParameterInvalid(PARAMETER, `names ${found.size} roles; send the CRN of one: ${[...found].join(', ')}`);
  }
  // One answer: whether somebody has a role is told to nobody who asks for one that is not there.
  if (role === undefined || !(await access.hasRole({ accountId, iamId }, role))) {
    throw new ParameterInvalid(PARAMETER, 'must be a role that the user has in the account: its name or CRN');
  }
  return role;
}

async function crnsOf(store: Store, accountId: string, named: string): Promise<ReadonlySet<string>> {
  // Some roles have further CRNs, by which policies name them.
  const byCrn = SERVICES.flatMap((service) => listedRole(service, named)?.roles ?? []);
  if (byCrn.length > 0) return new Set(byCrn);
  const { systemRoles, serviceRoles } = rolesOf(SERVICES);
  const custom = await store
    .read(CUSTOM_ROLES)
    .page('byService', { equals: [accountId], limit: 2 * MOST_CUSTOM_ROLES });
  const all = [
    ...[...systemRoles, ...serviceRoles].map(({ crn, displayName }) => ({ crn, displayName })),
    ...custom.rows.map((role) => ({ crn: customRoleCrn(role), displayName: role.displayName })),
  ];
  const wanted = named.toLowerCase();
  const isMeant = ({ crn, displayName }: { readonly crn: string; readonly displayName: string }): boolean =>
    crn === named || [displayName, crn.slice(crn.lastIndexOf(':') + 1)].some((name) => name.toLowerCase() === wanted);
  return new Set(all.filter(isMeant).map(({ crn }) => crn));
}
