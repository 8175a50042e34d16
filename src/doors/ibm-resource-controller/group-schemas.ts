import { z } from 'zod';
import { textUpTo } from '../../http/text-schemas.ts';

const NAME = textUpTo(180);
const STATE = z.enum(['ACTIVE', 'SUSPENDED']);
const flag = (description: string) => z.enum(['true', 'false']).optional().meta({ type: 'boolean', description });

/** Parameters of every path that names one resource group. */
export const GROUP_PARAMETERS = z.object({ id: z.string().describe('The id of the group, or its CRN.') });

/** Parameters of `GET /v2/resource_groups` (IBM Cloud Resource Manager API, "List all resource groups"). */
export const GROUP_LIST_PARAMETERS = z.object({
  account_id: z.string().optional().describe('Default, and the only one with an answer: the account of the token.'),
  name: z.string().optional().describe('Only the one of exactly this name.'),
  default: flag('`true`: only the default group. `false`: only the others.'),
  include_deleted: flag('Also those that were deleted; at most 500, the latest made. Default: `false`.'),
  date: z
    .string()
    .regex(/^[0-9]{4}-(?:0[1-9]|1[0-2])$/, 'must be a month: YYYY-MM')
    .optional()
    .describe('YYYY-MM: without those that were deleted before this month.'),
});

/** The body of `POST /v2/resource_groups`. */
export const NEW_GROUP = z
  .object({ name: NAME, account_id: z.string().optional().describe('Default: the account of the token.') })
  .meta({ id: 'NewResourceGroup' });

/** The body of `PATCH /v2/resource_groups/{id}`: what is absent stays. */
export const GROUP_CHANGE = z
  .object({
    name: NAME.optional(),
    state: STATE.optional().describe('Nothing is made in a suspended group; what is there stays as it is.'),
  })
  .meta({ id: 'ResourceGroupChange' });

/** What is answered to who made a group. */
export const MADE_GROUP = z.object({ id: z.string(), crn: z.string() }).meta({ id: 'MadeResourceGroup' });

/** A resource group, as it is written. */
export const GROUP = z
  .object({
    id: z.string(),
    crn: z.string(),
    account_id: z.string(),
    name: z.string(),
    state: z.enum(['ACTIVE', 'SUSPENDED', 'DELETED']),
    default: z.boolean(),
    quota_id: z.string(),
    quota_url: z.string(),
    payment_methods_url: z.string().describe('For clients that read it; there is nothing at it.'),
    resource_linkages: z.array(z.record(z.string(), z.unknown())).describe('Always empty.'),
    teams_url: z.string().describe('For clients that read it; there is nothing at it.'),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'ResourceGroup' });

/** What stands in `GROUP`. */
export type GroupRepresentation = z.input<typeof GROUP>;

/** A list of groups; it has no pages. */
export const GROUP_LIST = z.object({ resources: z.array(GROUP) }).meta({ id: 'ResourceGroupList' });

/** Parameters of the path of a quota definition. */
export const QUOTA_PARAMETERS = z.object({ id: z.string() });

/** A quota definition, as it is written. */
export const QUOTA = z
  .object({
    id: z.string(),
    name: z.string(),
    type: z.enum(['STANDARD', 'PAID']),
    number_of_apps: z.int(),
    number_of_service_instances: z.int(),
    default_number_of_instances_per_lite_plan: z.int(),
    instances_per_app: z.int(),
    instance_memory: z.string(),
    total_app_memory: z.string(),
    vsi_limit: z.int(),
    resource_quotas: z.array(z.object({ _id: z.string(), resource_id: z.string(), crn: z.string(), limit: z.int() })),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'QuotaDefinition' });

/** What stands in `QUOTA`. */
export type QuotaRepresentation = z.input<typeof QUOTA>;

/** All quota definitions. */
export const QUOTA_LIST = z.object({ resources: z.array(QUOTA) }).meta({ id: 'QuotaDefinitionList' });
