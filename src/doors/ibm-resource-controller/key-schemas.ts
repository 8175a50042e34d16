import { z } from 'zod';
import { textUpTo } from '../../http/text-schemas.ts';
import { DATE_PARAMETER, FILTER } from './instance-schemas.ts';
import { PAGE_PARAMETERS, pageOf } from './pages.ts';
import { FREE_JSON } from './texts.ts';

/** Free JSON, of which one member says something to a key. */
const PARAMETERS = FREE_JSON.refine(
  ({ serviceid_crn: crn }) => crn === undefined || typeof crn === 'string',
  'must have a CRN as serviceid_crn',
).describe('Echoed. `serviceid_crn`: the service ID of the account as which the key acts, in the place of a new one.');

const ROLE = textUpTo(500)
  .nullable()
  .describe(
    'A name (`Reader`, `Writer`, `Manager`, another role of the service) or a CRN, of a custom role too. `null`, `None` or absent: no role.',
  );

const NAME = textUpTo(180);
const AT = z.string().nullable();

/** Parameters of every path that names one key. */
export const KEY_PARAMETERS = z.object({ id: z.string().describe('The GUID of the resource key, or its CRN.') });

/** Parameters of every path that names one binding. */
export const BINDING_PARAMETERS = z.object({
  id: z.string().describe('The GUID of the resource binding, or its CRN.'),
});

/** Parameters of paths that name the instance of keys. */
export const KEYS_OF_INSTANCE_PARAMETERS = z.object({
  id: z.string().describe('The GUID of the resource instance, or its CRN.'),
});

/** Parameters of paths that name the alias of keys or bindings. */
export const ALIAS_OF_KEYS_PARAMETERS = z.object({
  id: z.string().describe('The GUID of the resource alias, or its CRN.'),
});

/** Parameters of `GET /v2/resource_keys` and `/v2/resource_bindings` (IBM Cloud Resource Controller API). */
export const KEY_LIST_PARAMETERS = PAGE_PARAMETERS.extend({
  guid: FILTER.describe('Or the CRN.'),
  name: FILTER.describe('Exactly.'),
  resource_id: FILTER.describe('The id of the service in the catalogue.'),
  resource_group_id: FILTER,
  region_binding_id: FILTER.describe('Of bindings: the same as `guid`.'),
  updated_from: DATE_PARAMETER.optional().describe('The first day or instant, inclusive.'),
  updated_to: DATE_PARAMETER.optional().describe('The last day or instant, inclusive.'),
});

/** The body of `POST /v2/resource_keys`. */
export const NEW_KEY = z
  .object({
    name: NAME,
    source: textUpTo(1_000).describe('The GUID or CRN of a resource instance or alias.'),
    parameters: PARAMETERS.optional(),
    role: ROLE.optional(),
  })
  .meta({ id: 'NewResourceKey' });

/** The body of `POST /v2/resource_bindings`. */
export const NEW_BINDING = z
  .object({
    source: textUpTo(1_000).describe('The GUID or CRN of a resource alias.'),
    target: textUpTo(1_000).describe('The CRN of what uses the credentials: an application.'),
    name: NAME.optional(),
    parameters: PARAMETERS.optional(),
    role: ROLE.optional(),
  })
  .meta({ id: 'NewResourceBinding' });

/** The body of `PATCH` of either. */
export const KEY_CHANGE = z.object({ name: NAME }).meta({ id: 'ResourceKeyChange' });

/** The values of a key. */
export const CREDENTIALS = z
  .object({
    REDACTED: z
      .enum(['REDACTED', 'REDACTED_EXPLICIT'])
      .optional()
      .describe(
        'In the place of all values: who looks may do less than the key, or it may not do all that who looks may.',
      ),
    apikey: z.string().optional(),
    iam_apikey_description: z.string().optional(),
    iam_apikey_id: z.string().optional(),
    iam_apikey_name: z.string().optional(),
    iam_role_crn: z.string().optional().describe('Absent: it has no role.'),
    iam_serviceid_crn: z.string().optional(),
    ingestion_key: z.string().optional().describe('Where the instance takes log lines.'),
    service_key: z.string().optional().describe('Where the instance takes log lines.'),
  })
  .meta({ id: 'ResourceCredentials' });

const COMMON = {
  id: z.string().describe('The CRN.'),
  guid: z.string(),
  crn: z.string(),
  url: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  deleted_at: AT,
  created_by: z.string(),
  updated_by: z.string(),
  deleted_by: z.string(),
  source_crn: z.string(),
  name: z.string(),
  state: z.enum(['active', 'removed']),
  account_id: z.string(),
  resource_group_id: z.string(),
  resource_id: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  credentials: CREDENTIALS,
  iam_compatible: z.literal(true),
  migrated: z.literal(false),
  resource_alias_url: z.string().nullable(),
} as const;

/** A resource key, as it is written. */
export const KEY = z
  .object({
    ...COMMON,
    role: z.string().nullable().describe('The CRN of the role.'),
    onetime_credentials: z.boolean().describe('True: the values stood in the answer to its creation only.'),
    resource_instance_url: z.string(),
  })
  .meta({ id: 'ResourceKey' });

/** A resource binding, as it is written. */
export const BINDING = z
  .object({
    ...COMMON,
    target_crn: z.string(),
    region_binding_id: z.string(),
    region_binding_crn: z.string(),
  })
  .meta({ id: 'ResourceBinding' });

/** What stands in `CREDENTIALS`. */
export type CredentialsRepresentation = z.input<typeof CREDENTIALS>;

/** What stands in `KEY`. */
export type KeyRepresentation = z.input<typeof KEY>;

/** What stands in `BINDING`. */
export type BindingRepresentation = z.input<typeof BINDING>;

/** A page of keys. */
export const KEY_LIST = pageOf(KEY, 'ResourceKeyList');

/** A page of bindings. */
export const BINDING_LIST = pageOf(BINDING, 'ResourceBindingList');
