import type { Grant } from '../access/grant.ts';
import { type PolicySet, policySet } from '../access/policy-set.ts';
import { ACCESS_GROUP_ID_PREFIX } from '../access-groups/access-group.ts';
import { groupsOf } from '../access-groups/groups-of.ts';
import { everyRow } from '../store/every-page.ts';
import type { Store } from '../store/store.ts';
import { type CustomActions, compilePolicy, servicesOf } from './compile-policy.ts';
import { CUSTOM_ROLES, type CustomRole, customRoleNameOf } from './custom-role.ts';
import { POLICIES, type Policy, type PolicyContent, subjectKey } from './policy.ts';
import { authorizes, serviceOfIamId } from './service-subject.ts';

/** What policies come to, from the primary: never stale. */
export interface PolicySets {
  /**
   * @returns what policies of the account give to an iam id, also through its groups, to an access group, or (authorizations)
   * to a service, named by an iam id that holds its CRN
   */
  policySetOf(accountId: string, subject: string): Promise<PolicySet>;
  /** @returns what a policy of the account gives, or would give if it were there */
  grantsOf(accountId: string, content: PolicyContent): Promise<readonly Grant[]>;
}

/** A set, and all that it was made of. */
export interface PolicySetReading {
  readonly set: PolicySet;
  /** Names of what it depends on (`DEPENDS_ON`), also of what was not there. */
  readonly dependsOn: readonly string[];
}

/** @returns the policy sets of `store` */
export function policySetsIn({ store }: { readonly store: Store }): PolicySets {
  return {
    policySetOf: async (accountId, subject) => (await readPolicySet(store, accountId, subject)).set,

    async grantsOf(accountId, content) {
      const { customActions } = await customRolesOf(store, accountId, [content]);
      return compilePolicy(accountId, content, customActions);
    },
  };
}

/** Reads a set from the primary. */
export async function readPolicySet(store: Store, accountId: string, subject: string): Promise<PolicySetReading> {
  if (subject.startsWith(ACCESS_GROUP_ID_PREFIX)) {
    const key = subjectKey('access_group_id', subject);
    return compiledSet(store, accountId, await policiesOf(store, accountId, key), [DEPENDS_ON.subject(accountId, key)]);
  }
  const service = serviceOfIamId(subject);
  if (service?.serviceName !== undefined) {
    const key = subjectKey('service', service.serviceName);
    const authorizing = (await policiesOf(store, accountId, key)).filter((policy) => authorizes(policy, service));
    return compiledSet(store, accountId, authorizing, [DEPENDS_ON.subject(accountId, key)]);
  }
  const key = subjectKey('iam_id', subject);
  const [own, groups] = await Promise.all([policiesOf(store, accountId, key), groupsOf(store, accountId, subject)]);
  const groupKeys = groups.map(({ id }) => subjectKey('access_group_id', id));
  const ofGroups = await Promise.all(groupKeys.map((groupKey) => policiesOf(store, accountId, groupKey)));
  return compiledSet(
    store,
    accountId,
    [...own, ...ofGroups.flat()],
    [
      DEPENDS_ON.groupsOf(accountId, subject),
      ...groups.map(({ id }) => DEPENDS_ON.group(id)),
      ...[key, ...groupKeys].map((subjectOfPolicies) => DEPENDS_ON.subject(accountId, subjectOfPolicies)),
    ],
  );
}

/** Names of what a set depends on; a change names what it concerns in the same way. */
export const DEPENDS_ON = {
  /** Which policies there are of a subject. */
  subject: (accountId: string, key: string): string => `subject ${accountId} ${key}`,
  policy: (id: string): string => `policy ${id}`,
  /** In which groups an identity is. */
  groupsOf: (accountId: string, iamId: string): string => `groups ${accountId} ${iamId}`,
  group: (id: string): string => `group ${id}`,
  /** Which custom role, if any, a service has by this name. */
  roleNamed: (accountId: string, service: string, name: string): string => `role ${accountId} ${service} ${name}`,
  role: (id: string): string => `role ${id}`,
} as const;

async function compiledSet(
  store: Store,
  accountId: string,
  giving: readonly Policy[],
  dependsOn: readonly string[],
): Promise<PolicySetReading> {
  const contents = giving.map(({ content }) => content);
  const { customActions, dependsOn: roles } = await customRolesOf(store, accountId, contents);
  return {
    set: policySet(contents.flatMap((content) => compilePolicy(accountId, content, customActions))),
    dependsOn: [...dependsOn, ...giving.map(({ id }) => DEPENDS_ON.policy(id)), ...roles],
  };
}

const PAGE_ROWS = 1_000;

/** @returns all active policies of a subject */
const policiesOf = (store: Store, accountId: string, key: string): Promise<readonly Policy[]> =>
  everyRow(store.read(POLICIES), 'bySubject', { equals: [accountId, key, 'active'], limit: PAGE_ROWS });

/** Reads each custom role that the policies name, once for each service that they name. */
async function customRolesOf(
  store: Store,
  accountId: string,
  contents: readonly PolicyContent[],
): Promise<{ customActions: CustomActions; dependsOn: readonly string[] }> {
  const wanted = new Map<string, readonly [service: string, name: string]>();
  for (const content of contents) {
    const names = content.roles.flatMap((crn) => customRoleNameOf(crn, accountId) ?? []);
    if (names.length === 0) continue;
    for (const { name: service } of servicesOf(content)) {
      for (const name of names) wanted.set(DEPENDS_ON.roleNamed(accountId, service, name), [service, name]);
    }
  }
  const reader = store.read(CUSTOM_ROLES);
  const found = await Promise.all(
    [...wanted].map(async ([key, values]) => [key, await reader.find('byName', [accountId, ...values])] as const),
  );
  const actions = new Map(
    found.flatMap(([key, role]) => (role === undefined ? [] : [[key, actionsOf(role)] as const])),
  );
  return {
    customActions(service, crn) {
      const name = customRoleNameOf(crn, accountId);
      return name === undefined ? undefined : actions.get(DEPENDS_ON.roleNamed(accountId, service, name));
    },
    dependsOn: found.flatMap(([key, role]) => (role === undefined ? [key] : [key, DEPENDS_ON.role(role.id)])),
  };
}

const actionsOf = ({ actions }: CustomRole): ReadonlySet<string> => new Set(actions);
