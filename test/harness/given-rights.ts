import { randomBytes, randomUUID } from 'node:crypto';
import type { AttributeCondition } from '../../src/access/grant.ts';
import { ACCESS_GROUP_ID_PREFIX, ACCESS_GROUPS } from '../../src/access-groups/access-group.ts';
import { GROUP_MEMBERS, type GroupMember, groupMemberId } from '../../src/access-groups/group-member.ts';
import { CUSTOM_ROLES, type CustomRole } from '../../src/policies/custom-role.ts';
import { NEVER, POLICIES, type Policy, type PolicyContent, subjectKey } from '../../src/policies/policy.ts';
import { insert } from '../../src/store/changes.ts';
import { firstEntityTag } from '../../src/store/entity-tag.ts';
import type { Store } from '../../src/store/store.ts';

/** Where rights are given: what a running service has, and a bare store as well. */
export interface RightsPlace {
  readonly store: Store;
  readonly clock: { now(): number };
}

/** A policy, as tests say it. */
export interface ChosenPolicy extends Partial<Pick<PolicyContent, 'rule' | 'tags'>> {
  readonly accountId: string;
  /** An iam id, or the id of an access group. */
  readonly subject: string;
  readonly roles: readonly string[];
  /** Absent: named by the conditions. */
  readonly service?: string;
  readonly conditions?: readonly AttributeCondition[];
}

/** Puts a policy into the store, past every check of who may. */
export async function givenPolicy({ store, clock }: RightsPlace, chosen: ChosenPolicy): Promise<Policy> {
  const { accountId, subject, rule } = chosen;
  const kind = subject.startsWith(ACCESS_GROUP_ID_PREFIX) ? 'access_group_id' : 'iam_id';
  const now = clock.now();
  const policy: Policy = {
    ...{ id: randomUUID(), entityTag: firstEntityTag(), accountId, type: 'access', state: 'active' },
    subjectKey: subjectKey(kind, subject),
    content: { ...policyContent(chosen), subject: { [kind]: subject }, ...(rule !== undefined && { rule }) },
    sent: { form: 'v2', body: {} },
    sameness: randomUUID(),
    ...{ createdAt: now, createdBy: 'IBMid-TEST', modifiedAt: now, modifiedBy: 'IBMid-TEST', endsAt: NEVER },
  };
  await store.commit([insert(POLICIES, policy)]);
  return policy;
}

/** @returns what a policy says, but to whom */
export function policyContent(chosen: Omit<ChosenPolicy, 'subject'>): Omit<PolicyContent, 'subject'> {
  const { accountId, service, roles, conditions = [], tags = [] } = chosen;
  return {
    resource: [
      is('accountId', accountId),
      ...(service === undefined ? [] : [is('serviceName', service)]),
      ...conditions,
    ],
    tags,
    roles,
  };
}

/** @returns the condition that an attribute is exactly this */
export const is = (attribute: string, value: string): AttributeCondition => ({
  ...{ attribute, operator: 'stringEquals', values: [value] },
});

/** Puts an access group with these members into the store. @returns its id */
export async function givenGroup(place: RightsPlace, accountId: string, iamIds: readonly string[]): Promise<string> {
  const id = `${ACCESS_GROUP_ID_PREFIX}${randomUUID()}`;
  const now = place.clock.now();
  await place.store.commit([
    insert(ACCESS_GROUPS, {
      ...{ id, entityTag: firstEntityTag(), accountId, name: id, nameKey: id.toLowerCase(), description: '' },
      ...{
        state: 'active' as const,
        createdAt: now,
        createdBy: 'IBMid-TEST',
        modifiedAt: now,
        modifiedBy: 'IBMid-TEST',
      },
    }),
    ...iamIds.map((iamId) => insert(GROUP_MEMBERS, groupMember(place, { accountId, groupId: id, iamId }))),
  ]);
  return id;
}

/** @returns a member to be put into the store */
export function groupMember(
  { clock }: Pick<RightsPlace, 'clock'>,
  name: Pick<GroupMember, 'accountId' | 'groupId' | 'iamId'>,
): GroupMember {
  const made = { createdAt: clock.now(), createdBy: 'IBMid-TEST' };
  return { id: groupMemberId(name), entityTag: firstEntityTag(), ...name, kind: 'service', ...made };
}

/** Puts a custom role into the store. */
export async function givenCustomRole(
  { store, clock }: RightsPlace,
  chosen: Pick<CustomRole, 'accountId' | 'service' | 'name' | 'actions'>,
): Promise<CustomRole> {
  const now = clock.now();
  const role: CustomRole = {
    ...{ id: randomBytes(16).toString('hex'), entityTag: firstEntityTag(), ...chosen },
    ...{ displayName: chosen.name, description: '', state: 'active' },
    ...{ createdAt: now, createdBy: 'IBMid-TEST', modifiedAt: now, modifiedBy: 'IBMid-TEST' },
  };
  await store.commit([insert(CUSTOM_ROLES, role)]);
  return role;
}
