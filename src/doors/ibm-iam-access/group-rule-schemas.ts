import { z } from 'zod';
import { RULE_OPERATORS } from '../../access-groups/group-rule.ts';
import { textUpTo } from '../../http/text-schemas.ts';

const CONDITION = z.object({
  claim: textUpTo(300),
  operator: z.enum(RULE_OPERATORS),
  value: textUpTo(4000).describe('A JSON value, as text.'),
});

/** The path of one rule of one group. */
export const RULE_PATH_PARAMETERS = z.object({
  id: z.string().describe('`AccessGroupId-<uuid>`.'),
  rule_id: z.string().describe('`ClaimRule-<uuid>`.'),
});

/** The body of a new rule, or of one that replaces another. */
export const NEW_GROUP_RULE = z
  .object({
    name: textUpTo(300).optional(),
    expiration: z.int().min(1).max(24).describe('Hours.'),
    realm_name: textUpTo(1000).describe("The identity provider's address."),
    conditions: z.array(CONDITION).min(1).max(50),
  })
  .meta({ id: 'NewAccessGroupRule' });

/** A rule, as it is answered. */
export const GROUP_RULE = z
  .object({
    id: z.string(),
    name: z.string(),
    expiration: z.int(),
    realm_name: z.string(),
    access_group_id: z.string(),
    account_id: z.string(),
    conditions: z.array(CONDITION),
    created_at: z.string(),
    created_by_id: z.string(),
    last_modified_at: z.string(),
    last_modified_by_id: z.string(),
  })
  .meta({ id: 'AccessGroupRule' });

/** What stands in `GROUP_RULE`. */
export type GroupRuleRepresentation = z.output<typeof GROUP_RULE>;

/** All rules of a group. */
export const GROUP_RULE_LIST = z.object({ rules: z.array(GROUP_RULE) }).meta({ id: 'AccessGroupRuleList' });
