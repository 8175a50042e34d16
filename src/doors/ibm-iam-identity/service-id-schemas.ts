import { z } from 'zod';
import { parseCrn } from '../../crn/crn.ts';
import { isText } from '../../http/text.ts';
import { API_KEY, NEW_API_KEY } from './api-key-schemas.ts';
import {
  ACCOUNT_ID,
  DESCRIPTION,
  FLAG,
  GROUP_ID,
  NAME,
  PAGE_MEMBERS,
  PAGE_PARAMETERS,
  READ_PARAMETERS,
  TRACK_RECORD_MEMBERS,
} from './schemas.ts';

/** Parameters of `GET /v1/serviceids` (IBM Cloud IAM Identity API, "Service IDs"). */
export const SERVICE_ID_LIST_PARAMETERS = z.object({
  account_id: ACCOUNT_ID.optional(),
  name: z.string().max(255).optional().describe('Only service IDs of exactly this name; then sort says nothing.'),
  group_id: GROUP_ID.optional(),
  show_group_id: FLAG,
  sort: z.enum(['name', 'description', 'created_at', 'modified_at']).default('created_at'),
  ...PAGE_PARAMETERS,
});

/** Tokens carry them, so there are few and they are short. */
const UNIQUE_INSTANCE_CRNS = z
  .array(
    z
      .string()
      .max(300)
      .refine(
        (text) => isText(text) && parseCrn(text) !== undefined,
        'must be a CRN, such as crn:v1:bluemix:public:logs:…',
      ),
  )
  .max(10)
  .describe('The service instances for which the service ID was made.');

/** The body of `POST /v1/serviceids`. */
export const NEW_SERVICE_ID = z
  .object({
    account_id: ACCOUNT_ID.optional(),
    name: NAME,
    description: DESCRIPTION.optional(),
    group_id: GROUP_ID.optional(),
    unique_instance_crns: UNIQUE_INSTANCE_CRNS.optional(),
    apikey: NEW_API_KEY.pick({
      name: true,
      description: true,
      apikey: true,
      store_value: true,
      action_when_leaked: true,
      expires_at: true,
    })
      .optional()
      .describe('A first key, made with the service ID or not at all.'),
  })
  .meta({ id: 'NewServiceId' });

/** Parameters of `POST /v1/serviceids`. */
export const NEW_SERVICE_ID_PARAMETERS = z.object({ show_group_id: FLAG });

/** Parameters of reading one service ID. */
export const SERVICE_ID_READ_PARAMETERS = READ_PARAMETERS.extend({ show_group_id: FLAG });

/** The headers of `POST /v1/serviceids`. */
export const NEW_SERVICE_ID_HEADERS = z.object({
  'Entity-Lock': FLAG.describe('True: the service ID is locked from the start.'),
});

/** The body of `PUT /v1/serviceids/{id}`: what is absent stays. */
export const SERVICE_ID_CHANGE = z
  .object({
    name: NAME.optional(),
    description: DESCRIPTION.optional(),
    unique_instance_crns: UNIQUE_INSTANCE_CRNS.optional(),
  })
  .meta({ id: 'ServiceIdChange' });

/** A service ID, as it is written. */
export const SERVICE_ID = z
  .object({
    id: z.string(),
    iam_id: z.string(),
    entity_tag: z.string(),
    crn: z.string(),
    locked: z.boolean(),
    created_at: z.string(),
    modified_at: z.string(),
    account_id: z.string(),
    group_id: z.string().optional().describe('Only with show_group_id.'),
    name: z.string(),
    description: z.string().optional(),
    unique_instance_crns: z.array(z.string()).optional(),
    apikey: API_KEY.optional().describe('Only in the answer that creates the service ID with a key.'),
    ...TRACK_RECORD_MEMBERS,
  })
  .meta({ id: 'ServiceId' });

/** What stands in `SERVICE_ID`. */
export type ServiceIdRepresentation = z.input<typeof SERVICE_ID>;

/** A page of service IDs. */
export const SERVICE_ID_LIST = z
  .object({ ...PAGE_MEMBERS, serviceids: z.array(SERVICE_ID) })
  .meta({ id: 'ServiceIdList' });
