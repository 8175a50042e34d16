import { z } from 'zod';
import { textUpTo } from '../../http/text-schemas.ts';
import { ACCOUNT_ID, DESCRIPTION } from './schemas.ts';

const NAME = textUpTo(255).describe('Unique in the account.');

/** Parameters of `GET /v1/serviceid_groups` (IBM Cloud IAM Identity API, "Service ID groups"). */
export const SERVICE_ID_GROUP_LIST_PARAMETERS = z.object({ account_id: ACCOUNT_ID.optional() });

/** The body of `POST /v1/serviceid_groups`. */
export const NEW_SERVICE_ID_GROUP = z
  .object({ account_id: ACCOUNT_ID.optional(), name: NAME, description: DESCRIPTION.optional() })
  .meta({ id: 'NewServiceIdGroup' });

/** The body of `PUT /v1/serviceid_groups/{id}`. */
export const SERVICE_ID_GROUP_CHANGE = z
  .object({ name: NAME, description: DESCRIPTION.optional().describe('Absent: stays. Empty: is taken away.') })
  .meta({ id: 'ServiceIdGroupChange' });

/** A service ID group, as it is written. */
export const SERVICE_ID_GROUP = z
  .object({
    id: z.string(),
    entity_tag: z.string(),
    account_id: z.string(),
    crn: z.string(),
    name: z.string(),
    description: z.string().optional(),
    created_at: z.string(),
    created_by: z.string(),
    modified_at: z.string(),
  })
  .meta({ id: 'ServiceIdGroup' });

/** What stands in `SERVICE_ID_GROUP`. */
export type ServiceIdGroupRepresentation = z.input<typeof SERVICE_ID_GROUP>;

/** All service ID groups of an account. */
export const SERVICE_ID_GROUP_LIST = z
  .object({ serviceid_groups: z.array(SERVICE_ID_GROUP) })
  .meta({ id: 'ServiceIdGroupList' });
