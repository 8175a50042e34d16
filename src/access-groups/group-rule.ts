import { defineCollection, type Entity } from '../store/collection.ts';

/** Whom an identity provider's claims would let into a group for a while. Kept and served; no identity here has such claims. */
export interface GroupRule extends Entity {
  /** `ClaimRule-<uuid>`. */
  readonly id: string;
  readonly accountId: string;
  readonly groupId: string;
  /** `''`: none. */
  readonly name: string;
  /** How long whoever is let in stays in, hours. */
  readonly expirationHours: number;
  /** The identity provider's address. */
  readonly realmName: string;
  readonly conditions: readonly RuleCondition[];
  readonly createdAt: number;
  readonly createdBy: string;
  readonly modifiedAt: number;
  readonly modifiedBy: string;
}

/** What must hold of one claim. */
export interface RuleCondition {
  readonly claim: string;
  readonly operator: RuleOperator;
  readonly value: string;
}

/** How a claim is compared. */
export const RULE_OPERATORS = [
  'EQUALS',
  'EQUALS_IGNORE_CASE',
  'IN',
  'NOT_EQUALS_IGNORE_CASE',
  'NOT_EQUALS',
  'CONTAINS',
] as const;

/** One way of comparing a claim. */
export type RuleOperator = (typeof RULE_OPERATORS)[number];

/** The rules of all groups. */
export const GROUP_RULES = defineCollection<GroupRule>()('access_group_rules', {
  fields: {
    id: 'string',
    entityTag: 'string',
    accountId: 'string',
    groupId: 'string',
    name: 'string',
    expirationHours: 'integer',
    realmName: 'string',
    conditions: 'json',
    createdAt: 'integer',
    createdBy: 'string',
    modifiedAt: 'integer',
    modifiedBy: 'string',
  },
  indexes: {
    byGroup: { fields: ['groupId', 'createdAt', 'id'] },
    byAccount: { fields: ['accountId', 'createdAt', 'id'] },
  },
});
