import { z } from 'zod';
import { DATE_PARAMETER, FILTER } from './instance-schemas.ts';
import { PAGE_PARAMETERS, pageOf } from './pages.ts';
import { plainText, RESOURCE_NAME } from './texts.ts';

/** Parameters of every path that names an alias. */
export const ALIAS_PARAMETERS = z.object({
  id: z.string().describe('The GUID of the alias, or its CRN, percent-encoded.'),
});

/** The body of `POST /v2/resource_aliases` (IBM Cloud Resource Controller API, "Create a new resource alias"). */
export const NEW_ALIAS = z
  .object({
    name: RESOURCE_NAME,
    source: z.string().min(1).max(300).describe('The GUID of an instance, or its CRN.'),
    target: plainText(1_000)
      .min(1)
      .describe('A CRN in another environment; its service `bluemix` is kept and answered as `cf`.'),
  })
  .meta({ id: 'NewResourceAlias' });

/** The body of `PATCH /v2/resource_aliases/{id}`. */
export const ALIAS_CHANGE = z.object({ name: RESOURCE_NAME }).meta({ id: 'ResourceAliasChange' });

/** Parameters of `GET /v2/resource_aliases` ("Get a list of all resource aliases"). */
export const ALIAS_LIST_PARAMETERS = PAGE_PARAMETERS.extend({
  guid: FILTER.describe('Or the CRN.'),
  name: FILTER.describe('Exactly.'),
  resource_instance_id: FILTER.describe('The GUID of an instance, or its CRN.'),
  region_instance_id: FILTER.describe('The same as `guid`.'),
  resource_id: FILTER.describe('The id of the service in the catalogue.'),
  resource_group_id: FILTER,
  updated_from: DATE_PARAMETER.optional().describe('The first day or instant, inclusive.'),
  updated_to: DATE_PARAMETER.optional().describe('The last day or instant, inclusive.'),
});

/** Parameters of `DELETE /v2/resource_aliases/{id}`. */
export const ALIAS_DELETE_PARAMETERS = z.object({
  recursive: z.enum(['true', 'false']).optional().describe('Also deletes resource keys and bindings.'),
});

/** An alias, as it is written. */
export const ALIAS = z
  .object({
    id: z.string().describe('The CRN.'),
    guid: z.uuid(),
    url: z.string(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    deleted_at: z.iso.datetime().nullable().describe('`null` until then.'),
    created_by: z.string(),
    updated_by: z.string(),
    deleted_by: z.string(),
    name: z.string(),
    resource_instance_id: z.string().describe('The CRN.'),
    target_crn: z.string(),
    account_id: z.string(),
    resource_id: z.string(),
    resource_group_id: z.string(),
    crn: z.string(),
    region_instance_id: z.string(),
    region_instance_crn: z.string(),
    state: z.enum(['active', 'pending_removal', 'removed']),
    migrated: z.literal(false),
    resource_instance_url: z.string(),
    resource_bindings_url: z.string(),
    resource_keys_url: z.string(),
  })
  .meta({ id: 'ResourceAlias' });

/** What stands in `ALIAS`. */
export type AliasRepresentation = z.input<typeof ALIAS>;

/** A page of aliases. */
export const ALIAS_LIST = pageOf(ALIAS, 'ResourceAliasList');
