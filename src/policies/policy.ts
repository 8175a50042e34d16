import type { AttributeCondition } from '../access/grant.ts';
import { defineCollection, type Entity } from '../store/collection.ts';
import type { PolicyRule } from './policy-rule.ts';

/**
 * Policies: who may do what on which resources of an account, and when. What a policy comes to is compiled into grants,
 * over which `access` decides.
 */
export interface Policy extends Entity {
  /** A UUID. */
  readonly id: string;
  /** The account of the resource. */
  readonly accountId: string;
  readonly type: PolicyType;
  /** A deleted one gives nothing, and can be restored until it ends. */
  readonly state: PolicyState;
  /** Who is given rights: `subjectKey` of an iam id, an access group, or a service. */
  readonly subjectKey: string;
  /** What it says, in words that do not depend on how it was sent. */
  readonly content: PolicyContent;
  /** What a door was sent, word for word: clients compare it deeply with what they are answered. */
  readonly sent: SentPolicy;
  /** The same for the same subject, resource, roles and rule; unique. Of a deleted one its own, so that it is in no one's way. */
  readonly sameness: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly modifiedAt: number;
  readonly modifiedBy: string;
  /** When a deleted one is removed for good; of an active one the latest instant there is. */
  readonly endsAt: number;
}

/** `access`: an identity is given rights; `authorization`: a service is, on another service's resources. */
export type PolicyType = 'access' | 'authorization';

/** Whether it gives anything. */
export type PolicyState = 'active' | 'deleted';

/** What a policy says. */
export interface PolicyContent {
  /** By name: `iam_id`, `access_group_id`, or `serviceName`, `serviceInstance`, `accountId`, … of a service. */
  readonly subject: Readonly<Record<string, string>>;
  /** `accountId` and `serviceName`, `serviceType`, `service_group_id` among them, as they were named. */
  readonly resource: readonly AttributeCondition[];
  readonly tags: readonly AttributeCondition[];
  /** CRNs, each once. */
  readonly roles: readonly string[];
  /** Absent: at every time. */
  readonly rule?: PolicyRule;
  readonly pattern?: string;
}

/** A body, and the form it has; which forms there are, doors know. */
export interface SentPolicy {
  readonly form: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What may be given rights. */
export type SubjectKind = 'iam_id' | 'access_group_id' | 'service';

/** @returns under what policies of this subject are found; an iam id never passes for an access group or a service */
export const subjectKey = (kind: SubjectKind, id: string): string => `${kind}:${id}`;

/** Of a policy that does not end. */
export const NEVER = Number.MAX_SAFE_INTEGER;

/** All policies. */
export const POLICIES = defineCollection<Policy>()('policies', {
  fields: {
    id: 'string',
    entityTag: 'string',
    accountId: 'string',
    type: 'string',
    state: 'string',
    subjectKey: 'string',
    content: 'json',
    sent: 'json',
    sameness: 'string',
    createdAt: 'integer',
    createdBy: 'string',
    modifiedAt: 'integer',
    modifiedBy: 'string',
    endsAt: 'integer',
  },
  indexes: {
    bySameness: { fields: ['accountId', 'sameness'], unique: true },
    bySubject: { fields: ['accountId', 'subjectKey', 'state', 'createdAt', 'id'] },
    byId: { fields: ['accountId', 'state', 'id'] },
    byType: { fields: ['accountId', 'state', 'type', 'id'] },
    byCreation: { fields: ['accountId', 'state', 'createdAt', 'id'] },
    byCreator: { fields: ['accountId', 'state', 'createdBy', 'id'] },
    byModification: { fields: ['accountId', 'state', 'modifiedAt', 'id'] },
    byModifier: { fields: ['accountId', 'state', 'modifiedBy', 'id'] },
    byEnd: { fields: ['endsAt', 'id'] },
  },
  followed: true,
  expiresBy: 'endsAt',
});

/** The order of a list of policies, and the index that has it. Addresses end with the id; a list has one state. */
export const POLICY_ORDERS = {
  id: 'byId',
  type: 'byType',
  href: 'byId',
  created_at: 'byCreation',
  created_by_id: 'byCreator',
  last_modified_at: 'byModification',
  last_modified_by_id: 'byModifier',
  state: 'byId',
} as const;
