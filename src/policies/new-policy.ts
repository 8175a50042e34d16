import { createHash, randomUUID } from 'node:crypto';
import type { AttributeCondition } from '../access/grant.ts';
import type { AuditedState } from '../audit/audit-event.ts';
import { accountCrn } from '../crn/crn.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import { NEVER, type Policy, type PolicyContent, type PolicyType, type SentPolicy, subjectKey } from './policy.ts';

/** What the maker of a policy says. */
export interface NewPolicy {
  readonly type: PolicyType;
  readonly content: PolicyContent;
  readonly sent: SentPolicy;
}

/** Makes a policy of an account; it is not stored yet. */
export function newPolicy(accountId: string, chosen: NewPolicy, createdBy: string, now: number): Policy {
  return {
    id: randomUUID(),
    entityTag: firstEntityTag(),
    accountId,
    state: 'active',
    ...saidBy(chosen),
    createdAt: now,
    createdBy,
    modifiedAt: now,
    modifiedBy: createdBy,
    endsAt: NEVER,
  };
}

/** The fields of a policy that follow from what its maker says. */
export function saidBy({ type, content, sent }: NewPolicy) {
  return { type, content, sent, subjectKey: subjectKeyOf(content), sameness: samenessOf(type, content) };
}

/** The sameness of a deleted policy: another may say the same again. */
export const samenessOfDeleted = (id: string): string => `deleted:${id}`;

/** @returns under what policies of the content's subject are found */
export function subjectKeyOf({ subject }: Pick<PolicyContent, 'subject'>): string {
  const { iam_id: iamId, access_group_id: groupId, serviceName = '' } = subject;
  if (iamId !== undefined) return subjectKey('iam_id', iamId);
  return groupId === undefined ? subjectKey('service', serviceName) : subjectKey('access_group_id', groupId);
}

/** Digest of who is given what on which resources and when, whatever the order in which it was said. */
export function samenessOf(type: PolicyType, { subject, resource, tags, roles, rule }: PolicyContent): string {
  // Of an identity it is the account of the resource, whether it is named or not; of a service it is another thing.
  const named = Object.entries(subject).filter(([name]) => type === 'authorization' || name !== 'accountId');
  const said = [
    type,
    named.toSorted(([left], [right]) => (left < right ? -1 : 1)),
    ordered(resource),
    ordered(tags),
    [...new Set(roles)].toSorted(),
    rule ?? '',
  ];
  return createHash('sha256').update(JSON.stringify(said)).digest('base64url');
}

const ordered = (conditions: readonly AttributeCondition[]): readonly string[] =>
  conditions
    .map(({ attribute, operator, values }) => JSON.stringify([attribute, operator, [...values].toSorted()]))
    .toSorted();

/** @returns the cloud resource name of a policy */
export const policyCrn = ({ accountId, id }: Pick<Policy, 'accountId' | 'id'>): string =>
  accountCrn('iam-access-management', accountId, 'policy', id);

/** What the audit record keeps of a policy. */
export function auditedPolicy({ type, state, content }: Policy): AuditedState {
  const { subject, resource, tags, roles, rule } = content;
  return {
    type,
    state,
    subject: Object.entries(subject).map(([name, value]) => `${name}=${value}`),
    resource: [...resource, ...tags].map(
      ({ attribute, operator, values }) => `${attribute} ${operator} ${values.join(',')}`,
    ),
    roles,
    ...(rule !== undefined && { rule: JSON.stringify(rule) }),
  };
}
