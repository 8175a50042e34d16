import { z } from 'zod';
import { readSpan } from './dates.ts';
import { PAGE_PARAMETERS, pageOf } from './pages.ts';
import { FREE_JSON, plainText, RESOURCE_NAME } from './texts.ts';

/** Parameters of every path that names an instance. */
export const INSTANCE_PARAMETERS = z.object({
  id: z.string().describe('The GUID of the instance, or its CRN, percent-encoded.'),
});

const CONFIGURATION = FREE_JSON.optional().describe(
  'Kept and echoed. `onetime_credentials`: whether resource keys that are made from now on show their credentials once.',
);

/** The body of `POST /v2/resource_instances` (IBM Cloud Resource Controller API, "Create a new resource instance"). */
export const NEW_INSTANCE = z
  .object({
    name: RESOURCE_NAME,
    target: z.string().min(1).max(200).describe('A region of the plan, or the CRN of a deployment in it.'),
    resource_group: z.string().min(1).max(200).describe('The id of a resource group, or its CRN.'),
    resource_plan_id: z.string().min(1).max(100).describe('As `GET /latchkey/v1/catalog/plans` lists it.'),
    tags: z.array(plainText(128)).max(100).optional(),
    allow_cleanup: z.boolean().optional(),
    parameters: CONFIGURATION,
  })
  .meta({ id: 'NewResourceInstance' });

/** Headers of `POST /v2/resource_instances`. */
export const NEW_INSTANCE_HEADERS = z.object({
  'Entity-Lock': z.enum(['true', 'false']).optional().describe('True: the instance is locked from the start.'),
});

/** The body of `PATCH /v2/resource_instances/{id}`: what is absent stays. */
export const INSTANCE_CHANGE = z
  .object({
    name: RESOURCE_NAME.optional(),
    parameters: CONFIGURATION,
    resource_plan_id: z.string().min(1).max(100).optional().describe('Another plan of the same service.'),
    allow_cleanup: z.boolean().optional(),
  })
  .meta({ id: 'ResourceInstanceChange' });

const STATE = z.enum([
  'active',
  'inactive',
  'removed',
  'pending_removal',
  'pending_reclamation',
  'failed',
  'provisioning',
  'pre_provisioning',
]);

/** A day or an instant by which lists are cut. */
export const DATE_PARAMETER = z
  .string()
  .refine((text) => readSpan(text) !== undefined, 'must be a day or an instant in UTC: 2026-11-21T04:00:00Z');
/** What members are compared with. */
export const FILTER = z.string().max(300).optional();

/** Parameters of `GET /v2/resource_instances` ("Get a list of all resource instances"). */
export const INSTANCE_LIST_PARAMETERS = PAGE_PARAMETERS.extend({
  guid: FILTER.describe('Or the CRN.'),
  name: FILTER.describe('Exactly.'),
  resource_group_id: FILTER,
  resource_id: FILTER.describe('The id of the service in the catalogue.'),
  resource_plan_id: FILTER,
  type: FILTER.describe('All are of type `service_instance`.'),
  sub_type: FILTER.describe('None has one.'),
  state: STATE.optional().describe('Absent: `active` and `provisioning`.'),
  updated_from: DATE_PARAMETER.optional().describe('The first day or instant, inclusive.'),
  updated_to: DATE_PARAMETER.optional().describe('The last day or instant, inclusive.'),
});

/** Parameters of `DELETE /v2/resource_instances/{id}`. */
export const INSTANCE_DELETE_PARAMETERS = z.object({
  recursive: z.enum(['true', 'false']).optional().describe('Also deletes resource keys, aliases and bindings.'),
});

const DATE = z.iso.datetime();
const LATER = DATE.nullable().describe('`null` until then.');

const LAST_OPERATION = z.object({
  type: z.enum(['create', 'update', 'delete', 'lock', 'unlock', 'reclamation']),
  state: z.enum(['in progress', 'succeeded', 'failed']),
  sub_type: z.enum(['config', 'pending', 'restore', 'delete']).optional(),
  async: z.literal(false),
  description: z.string(),
  cancelable: z.literal(false),
  poll: z.literal(false),
});

/** An instance, as it is written. */
export const INSTANCE = z
  .object({
    id: z.string().describe('The CRN.'),
    guid: z.uuid(),
    url: z.string(),
    created_at: DATE,
    updated_at: DATE,
    deleted_at: LATER,
    created_by: z.string(),
    updated_by: z.string(),
    deleted_by: z.string(),
    scheduled_reclaim_at: LATER,
    restored_at: LATER,
    restored_by: z.string(),
    scheduled_reclaim_by: z.string(),
    name: z.string(),
    region_id: z.string(),
    account_id: z.string(),
    reseller_channel_id: z.literal(''),
    resource_plan_id: z.string(),
    resource_group_id: z.string(),
    resource_group_crn: z.string(),
    target_crn: z.string(),
    onetime_credentials: z.boolean(),
    parameters: z.record(z.string(), z.unknown()),
    allow_cleanup: z.boolean(),
    crn: z.string(),
    state: STATE,
    type: z.literal('service_instance'),
    sub_type: z.literal(''),
    resource_id: z.string(),
    dashboard_url: z.null(),
    last_operation: LAST_OPERATION,
    resource_aliases_url: z.string(),
    resource_bindings_url: z.string(),
    resource_keys_url: z.string(),
    plan_history: z.array(z.object({ resource_plan_id: z.string(), start_date: DATE, requestor_id: z.string() })),
    migrated: z.literal(false),
    extensions: z.object({}),
    controlled_by: z.literal(''),
    locked: z.boolean(),
  })
  .meta({ id: 'ResourceInstance' });

/** What stands in `INSTANCE`. */
export type InstanceRepresentation = z.input<typeof INSTANCE>;

/** A page of instances. */
export const INSTANCE_LIST = pageOf(INSTANCE, 'ResourceInstanceList');
