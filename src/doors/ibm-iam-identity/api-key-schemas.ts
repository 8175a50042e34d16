import { z } from 'zod';
import {
  ACCOUNT_ID,
  ACTION_WHEN_LEAKED,
  ACTIVITY,
  CHOSEN_VALUE,
  DATE,
  DESCRIPTION,
  FLAG,
  GROUP_ID,
  NAME,
  PAGE_MEMBERS,
  PAGE_PARAMETERS,
  TRACK_RECORD_MEMBERS,
} from './schemas.ts';

/** Parameters of `GET /v1/apikeys` (IBM Cloud IAM Identity API, "API keys"). */
export const API_KEY_LIST_PARAMETERS = z.object({
  account_id: ACCOUNT_ID.optional(),
  iam_id: z.string().max(200).optional().describe('Only the keys of this identity. Default: the caller, or see scope.'),
  scope: z
    .enum(['entity', 'account'])
    .default('entity')
    .describe('account: the keys of every identity of the account.'),
  type: z.enum(['user', 'serviceid']).optional().describe('Only the keys of users, or of service IDs.'),
  group_id: GROUP_ID.optional(),
  sort: z.enum(['name', 'description', 'created_at', 'created_by']).default('created_at'),
  ...PAGE_PARAMETERS,
});

/** The body of `POST /v1/apikeys`. */
export const NEW_API_KEY = z
  .object({
    name: NAME,
    iam_id: z.string().min(1).max(200).describe('The user or service ID as which the key acts.'),
    description: DESCRIPTION.optional(),
    account_id: ACCOUNT_ID.optional(),
    apikey: CHOSEN_VALUE.optional(),
    store_value: z
      .boolean()
      .optional()
      .describe('True: the value can be read again. Only for service IDs. Default: false.'),
    support_sessions: z.boolean().optional().describe('Only for users. Default: false.'),
    action_when_leaked: ACTION_WHEN_LEAKED.optional(),
    expires_at: DATE.optional(),
  })
  .meta({ id: 'NewApiKey' });

/** The headers of `POST /v1/apikeys`. */
export const NEW_API_KEY_HEADERS = z.object({
  'Entity-Lock': FLAG.describe('True: the key is locked from the start.'),
  'Entity-Disable': FLAG.describe('True: the key is disabled from the start.'),
});

/** The body of `PUT /v1/apikeys/{id}`: what is absent stays. */
export const API_KEY_CHANGE = z
  .object({
    name: NAME.optional(),
    description: DESCRIPTION.optional(),
    support_sessions: z.boolean().optional(),
    action_when_leaked: ACTION_WHEN_LEAKED.optional(),
    expires_at: DATE.optional(),
  })
  .meta({ id: 'ApiKeyChange' });

/** Headers of `GET /v1/apikeys/details`. */
export const API_KEY_DETAILS_HEADERS = z.object({
  'IAM-ApiKey': z.string().describe('The value of the key that is looked for.'),
});

/** Parameters of `GET /v1/apikeys/details`. */
export const API_KEY_DETAILS_PARAMETERS = z.object({ include_history: FLAG });

const SENT_LINES = z.object({ requests: z.int(), lines: z.int(), bytes: z.int(), last_used_at: z.string() });

const API_KEY_ACTIVITY = ACTIVITY.extend({
  log_lines: SENT_LINES.optional().describe(
    'What was sent with the key or its tokens; absent: nothing, as far as is known.',
  ),
});

/** An API key, as it is written. */
export const API_KEY = z
  .object({
    id: z.string(),
    entity_tag: z.string(),
    crn: z.string(),
    locked: z.boolean(),
    disabled: z.boolean(),
    created_at: z.string(),
    created_by: z.string(),
    modified_at: z.string(),
    name: z.string(),
    description: z.string().optional(),
    support_sessions: z.boolean(),
    action_when_leaked: z.enum(['none', 'disable', 'delete']),
    expires_at: z.string().optional(),
    iam_id: z.string(),
    account_id: z.string(),
    apikey: z.string().optional().describe('The value: in the answer that creates the key, and later only if stored.'),
    ...TRACK_RECORD_MEMBERS,
    activity: API_KEY_ACTIVITY.optional().describe('Only with include_activity.'),
  })
  .meta({ id: 'ApiKey' });

/** What stands in `API_KEY`. */
export type ApiKeyRepresentation = z.input<typeof API_KEY>;

/** `history` and `activity` of an API key, as they are written. */
export type ApiKeyRecordRepresentation = Pick<ApiKeyRepresentation, 'history' | 'activity'>;

/** A page of API keys. */
export const API_KEY_LIST = z.object({ ...PAGE_MEMBERS, apikeys: z.array(API_KEY) }).meta({ id: 'ApiKeyList' });
