import { z } from 'zod';
import { SHORTEST_LIFE_SECONDS } from '../../accounts/accounts.ts';
import { ACCESS_TOKEN_LIMIT_SECONDS, REFRESH_TOKEN_LIMIT_SECONDS } from '../../token-format/token-types.ts';
import { FLAG, TRACK_RECORD_MEMBERS } from './schemas.ts';

/** How IBM's identity API says that the default holds. */
export const NOT_SET = 'NOT_SET';

/** Parameters of `GET /v1/accounts/{id}/settings/identity` (IBM Cloud IAM Identity API, "Identity Account Settings"). */
export const ACCOUNT_SETTINGS_PARAMETERS = z.object({ include_history: FLAG, resolve_user_mfa: FLAG });

/** The account in the path. */
export const ACCOUNT_PATH_PARAMETERS = z.object({ id: z.string().describe('The id of the account.') });

/** What IBM documents and this service does not have: what stands there, always, and the one value that may be sent. */
export const FIXED_SETTINGS = {
  restrict_create_service_id: NOT_SET,
  restrict_create_platform_apikey: NOT_SET,
  restrict_user_list_visibility: NOT_SET,
  allowed_ip_addresses: '',
  mfa: 'NONE',
  session_expiration_in_seconds: NOT_SET,
  session_invalidation_in_seconds: NOT_SET,
  max_sessions_per_identity: NOT_SET,
} as const;

const life = (longest: number) =>
  z
    .string()
    .refine(
      (text) => text === NOT_SET || (/^[0-9]{3,6}$/.test(text) && isLife(Number(text), longest)),
      `must be ${NOT_SET}, or seconds from ${SHORTEST_LIFE_SECONDS} to ${longest} as text`,
    )
    .transform((text): number | 'default' => (text === NOT_SET ? 'default' : Number(text)))
    .meta({ type: 'string', description: `Seconds from ${SHORTEST_LIFE_SECONDS} to ${longest}, or ${NOT_SET}.` });

const isLife = (seconds: number, longest: number): boolean => seconds >= SHORTEST_LIFE_SECONDS && seconds <= longest;

/** Refused unless it is what stands there: a setting that is taken and has no effect would be believed. */
const fixed = (value: string) =>
  z
    .string()
    .refine((text) => text === value, `must be left out or '${value}': this service does not have this setting`)
    .describe(`Always '${value}'.`);
const fixedList = z
  .array(z.unknown())
  .refine((values) => values.length === 0, 'must be left out or empty: this service does not have this setting')
  .meta({ description: 'Always empty.' });

/** The body of `PUT /v1/accounts/{id}/settings/identity`: what is absent stays. */
export const ACCOUNT_SETTINGS_CHANGE = z
  .object({
    system_access_token_expiration_in_seconds: life(ACCESS_TOKEN_LIMIT_SECONDS).optional(),
    system_refresh_token_expiration_in_seconds: life(REFRESH_TOKEN_LIMIT_SECONDS).optional(),
    allow_chosen_apikey_values: z
      .boolean()
      .optional()
      .describe('True: a new API key may have a value that its maker chose. Not in IBM Cloud. Default: false.'),
    restrict_create_service_id: fixed(FIXED_SETTINGS.restrict_create_service_id).optional(),
    restrict_create_platform_apikey: fixed(FIXED_SETTINGS.restrict_create_platform_apikey).optional(),
    restrict_user_list_visibility: fixed(FIXED_SETTINGS.restrict_user_list_visibility).optional(),
    allowed_ip_addresses: fixed(FIXED_SETTINGS.allowed_ip_addresses).optional(),
    mfa: fixed(FIXED_SETTINGS.mfa).optional(),
    session_expiration_in_seconds: fixed(FIXED_SETTINGS.session_expiration_in_seconds).optional(),
    session_invalidation_in_seconds: fixed(FIXED_SETTINGS.session_invalidation_in_seconds).optional(),
    max_sessions_per_identity: fixed(FIXED_SETTINGS.max_sessions_per_identity).optional(),
    user_mfa: fixedList.optional(),
    restrict_user_domains: fixedList.optional(),
  })
  .meta({ id: 'AccountSettingsChange' });

/** The identity settings of an account, as they are written. */
export const ACCOUNT_SETTINGS = z
  .object({
    account_id: z.string(),
    entity_tag: z.string(),
    system_access_token_expiration_in_seconds: z.string(),
    system_refresh_token_expiration_in_seconds: z.string(),
    allow_chosen_apikey_values: z.boolean(),
    restrict_create_service_id: z.string(),
    restrict_create_platform_apikey: z.string(),
    restrict_user_list_visibility: z.string(),
    allowed_ip_addresses: z.string(),
    mfa: z.string(),
    session_expiration_in_seconds: z.string(),
    session_invalidation_in_seconds: z.string(),
    max_sessions_per_identity: z.string(),
    user_mfa: z.array(z.unknown()),
    restrict_user_domains: z.array(z.unknown()),
    history: TRACK_RECORD_MEMBERS.history,
  })
  .meta({ id: 'AccountSettings' });

/** What stands in `ACCOUNT_SETTINGS`. */
export type AccountSettingsRepresentation = z.input<typeof ACCOUNT_SETTINGS>;
