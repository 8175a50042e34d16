import { z } from 'zod';
import { wholeNumber } from '../../http/number-schemas.ts';
import { textUpTo } from '../../http/text-schemas.ts';
import { type PolicyRule, RULE_OPERATORS } from '../../policies/policy-rule.ts';

/** The parts of schemas that both forms of a policy share (IBM Cloud IAM Policy Management API, "Schemas"). */

const MOST_ATTRIBUTES = 20;

/** The name of an attribute. */
export const ATTRIBUTE_NAME = textUpTo(100);

/** What an attribute is compared with. */
export const ATTRIBUTE_VALUE = z
  .union([textUpTo(1_000, 0), z.boolean(), z.number(), z.array(textUpTo(1_000, 0)).min(1).max(50)])
  .describe('A list only with an operator that ends in AnyOf; true or false with stringExists.');

/** How an attribute is compared. */
export const ATTRIBUTE_OPERATOR = z.enum([
  'stringEquals',
  'stringMatch',
  'stringExists',
  'stringEqualsAnyOf',
  'stringMatchAnyOf',
]);

/** So many attributes. */
export const attributes = <Attribute extends z.ZodType>(attribute: Attribute) =>
  z.array(attribute).min(1).max(MOST_ATTRIBUTES);

/** So many tags, or none. */
export const tags = <Tag extends z.ZodType>(tag: Tag) => z.array(tag).max(MOST_ATTRIBUTES).optional();

/** Roles, as both forms name them; what clients send back beside the id is echoed. */
export const ROLES = z
  .array(
    z.strictObject({
      role_id: textUpTo(500).describe('The CRN of the role.'),
      display_name: textUpTo(300, 0).optional(),
      description: textUpTo(1_000, 0).optional(),
      actions: z.array(z.unknown()).max(500).optional(),
    }),
  )
  .min(1)
  .max(50);

/** Who is given rights: identities, or a service. */
export const POLICY_TYPE = z.enum(['access', 'authorization']);

/** Up to 300 characters, as at IBM. */
export const POLICY_DESCRIPTION = textUpTo(300, 0);

/** The body of a policy: far less than other bodies, because it is kept twice, and once more in each audit record. */
export const POLICY_LIMITS = { limitBytes: 64 * 1024 };

const CONDITION = z.strictObject({
  key: textUpTo(200),
  operator: z.enum(RULE_OPERATORS),
  value: z.union([
    textUpTo(1_000, 0),
    z.number(),
    z.boolean(),
    z.array(z.union([textUpTo(1_000, 0), z.number(), z.boolean()])).max(50),
  ]),
});

/** When a policy holds: a condition, or several joined. */
export const RULE: z.ZodType<PolicyRule> = z
  .union([
    CONDITION,
    z.strictObject({
      operator: z.enum(['and', 'or']),
      get conditions() {
        return z.array(RULE).min(1).max(50);
      },
    }),
  ])
  .meta({ id: 'PolicyRule' });

/** Housekeeping, which every answer has. */
export const HOUSEKEEPING = {
  id: z.string(),
  href: z.string(),
  created_at: z.string(),
  created_by_id: z.string(),
  last_modified_at: z.string(),
  last_modified_by_id: z.string(),
  state: z.enum(['active', 'deleted']),
} as const;

/** Parameters of every path that names one policy. */
export const ID_PARAMETERS = z.object({ id: z.string().describe('The id of the policy.') });

/** Headers of a change. */
export const CHANGE_HEADERS = z.object({
  'If-Match': z.string().describe('The ETag of the version that is to be changed, or `*` for any.'),
});

/** What an answer says more. */
export const FORMAT = z
  .enum(['include_last_permit', 'display'])
  .optional()
  .describe('`display`: roles with their names and actions. `include_last_permit`: no difference, it is not kept.');

const MOST_ROWS = 1_000;

/** What every list of policies is asked for by. */
export const LIST_PARAMETERS = {
  account_id: z.string().min(1).max(100),
  iam_id: z.string().max(500).optional(),
  access_group_id: z.string().max(500).optional(),
  type: POLICY_TYPE.optional(),
  service_type: z.enum(['service', 'platform_service']).optional(),
  service_name: z.string().max(100).optional(),
  service_group_id: z.string().max(100).optional(),
  tag_name: z.string().max(100).optional(),
  tag_value: z.string().max(1_000).optional(),
  sort: z
    .string()
    .regex(/^-?(?:id|type|href|created_at|created_by_id|last_modified_at|last_modified_by_id|state)$/)
    .default('created_at')
    .describe('A field of the housekeeping or `type`; a leading `-` turns it round. Default: created_at.'),
  format: FORMAT,
  state: z.enum(['active', 'deleted']).default('active'),
  limit: wholeNumber({ least: 1, most: MOST_ROWS, usual: MOST_ROWS }),
  start: z.string().optional().describe('As it stands in `next` and `previous`, with the same filters.'),
} as const;

/** What every list of policies answers beside its rows. */
export const LIST_MEMBERS = {
  limit: z.int(),
  first: z.object({ href: z.string() }),
  next: z.object({ href: z.string(), start: z.string() }).optional().describe('Absent on the last page.'),
  previous: z.object({ href: z.string(), start: z.string() }).optional(),
} as const;
