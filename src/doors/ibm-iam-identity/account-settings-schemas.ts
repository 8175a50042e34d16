import { type ZodType, z } from 'zod';
import { MFA_TRAITS, NUMBER_BOUNDS } from '../../accounts/account-settings.ts';
import { SETTING_LIMITS } from '../../accounts/setting-bounds.ts';
import { textUpTo } from '../../http/text-schemas.ts';
import { FLAG, TRACK_RECORD_MEMBERS } from './schemas.ts';

/** How IBM's identity API says that the default holds. */
export const NOT_SET = 'NOT_SET';

/** Parameters of `GET /v1/accounts/{id}/settings/identity` (IBM Cloud IAM Identity API, "Identity Account Settings"). */
export const ACCOUNT_SETTINGS_PARAMETERS = z.object({ include_history: FLAG, resolve_user_mfa: FLAG });

/** The account in the path. */
export const ACCOUNT_PATH_PARAMETERS = z.object({ id: z.string().describe('The id of the account.') });

const RESTRICTIONS = ['RESTRICTED', 'NOT_RESTRICTED'] as const;

/** One of the words, or the default. */
const restriction = (meaning: string) =>
  z
    .enum([...RESTRICTIONS, NOT_SET])
    .transform((word) => (word === NOT_SET ? 'default' : word))
    .meta({ type: 'string', enum: [...RESTRICTIONS, NOT_SET], description: meaning });

/** A whole number as text, as all numbers are written here, or the default. */
const numberText = (name: keyof typeof NUMBER_BOUNDS, meaning: string): ZodType<number | 'default'> => {
  const [least, most] = NUMBER_BOUNDS[name];
  const isInside = (text: string): boolean =>
    /^[0-9]{1,7}$/.test(text) && Number(text) >= least && Number(text) <= most;
  return z
    .string()
    .refine((text) => text === NOT_SET || isInside(text), `must be ${NOT_SET}, or from ${least} to ${most} as text`)
    .transform((text): number | 'default' => (text === NOT_SET ? 'default' : Number(text)))
    .meta({ type: 'string', description: `${meaning} From ${least} to ${most}, or ${NOT_SET}.` });
};

const SHORT_TEXT = textUpTo(255);

const USER_MFA = z.array(
  z.object({ iam_id: SHORT_TEXT.max(100), mfa: z.enum(MFA_TRAITS), description: SHORT_TEXT.optional() }),
);

const PATTERN = SHORT_TEXT.refine(
  (pattern) => (pattern.match(/\*+/g) ?? []).length <= SETTING_LIMITS.wildcards,
  `must have at most ${SETTING_LIMITS.wildcards} wildcards`,
);

const USER_DOMAINS = z.array(
  z.object({
    realm_id: SHORT_TEXT.max(100),
    invitation_email_allow_patterns: z.array(PATTERN).max(SETTING_LIMITS.invitationPatterns).optional(),
    restrict_invitation: z.boolean().optional(),
  }),
);

/** The body of `PUT /v1/accounts/{id}/settings/identity`: what is absent stays. */
export const ACCOUNT_SETTINGS_CHANGE = z
  .object({
    system_access_token_expiration_in_seconds: numberText('accessTokenSeconds', 'Life of access tokens.').optional(),
    system_refresh_token_expiration_in_seconds: numberText('refreshTokenSeconds', 'Life of refresh tokens.').optional(),
    allow_chosen_apikey_values: z
      .boolean()
      .optional()
      .describe('True: a new API key may have a value that its maker chose. Not in IBM Cloud. Default: false.'),
    restrict_create_service_id: restriction(
      'NOT_SET: who has the right by a role; NOT_RESTRICTED: every user; RESTRICTED: role Service ID creator only.',
    ).optional(),
    restrict_create_platform_apikey: restriction(
      'RESTRICTED: only users with the role User API key creator make keys of their own.',
    ).optional(),
    restrict_user_list_visibility: restriction(
      'NOT_RESTRICTED: every user of the account sees the others; else only who has the right.',
    ).optional(),
    allowed_ip_addresses: z
      .string()
      .transform((text) => (text.trim() === '' || text === NOT_SET ? 'default' : text))
      .meta({ type: 'string', description: 'Addresses and networks, separated by commas; empty: from everywhere.' })
      .optional(),
    mfa: z
      .enum(MFA_TRAITS)
      .transform((trait) => (trait === 'NONE' ? 'default' : trait))
      .meta({ type: 'string', enum: [...MFA_TRAITS], description: 'Of log-ins; exchanges of API keys need none.' })
      .optional(),
    session_expiration_in_seconds: numberText(
      'sessionExpirationSeconds',
      'Of log-ins with a password; not set: 12 hours.',
    ).optional(),
    session_invalidation_in_seconds: numberText('sessionInvalidationSeconds', 'Kept, without effect.').optional(),
    max_sessions_per_identity: numberText('maxSessionsPerIdentity', 'Kept, without effect.').optional(),
    user_mfa: USER_MFA.max(SETTING_LIMITS.userMfa).optional().describe('Takes the place of the whole list.'),
    restrict_user_domains: USER_DOMAINS.max(SETTING_LIMITS.userDomains)
      .optional()
      .describe('Realm by realm; one with its realm_id alone is taken away, others stay.'),
  })
  .meta({ id: 'AccountSettingsChange' });

/** What is asked to be set. */
export type AccountSettingsRequest = z.output<typeof ACCOUNT_SETTINGS_CHANGE>;

const EFFECTIVE_MEMBERS = {
  system_access_token_expiration_in_seconds: z.string(),
  system_refresh_token_expiration_in_seconds: z.string(),
  restrict_create_service_id: z.string(),
  restrict_create_platform_apikey: z.string(),
  restrict_user_list_visibility: z.string(),
  allowed_ip_addresses: z.string().describe('As it was sent.'),
  mfa: z.string(),
  session_expiration_in_seconds: z.string(),
  session_invalidation_in_seconds: z.string(),
  max_sessions_per_identity: z.string(),
  user_mfa: z.array(
    z.object({
      iam_id: z.string(),
      mfa: z.string(),
      name: z.string().optional().describe('With resolve_user_mfa, of a member of the account.'),
      userName: z.string().optional(),
      email: z.string().optional(),
      description: z.string().optional(),
    }),
  ),
} as const;

/** The identity settings of an account, as they are written. */
export const ACCOUNT_SETTINGS = z
  .object({
    account_id: z.string(),
    entity_tag: z.string(),
    ...EFFECTIVE_MEMBERS,
    allow_chosen_apikey_values: z.boolean(),
    restrict_user_domains: USER_DOMAINS,
    history: TRACK_RECORD_MEMBERS.history,
  })
  .meta({ id: 'AccountSettings' });

/** What stands in `ACCOUNT_SETTINGS`. */
export type AccountSettingsRepresentation = z.input<typeof ACCOUNT_SETTINGS>;

const EFFECTIVE = z.object(EFFECTIVE_MEMBERS).meta({ id: 'EffectiveAccountSettingsSection' });

/** What holds in place of what is not set. */
export type EffectiveSettingsRepresentation = z.input<typeof EFFECTIVE>;

/** The settings, and what holds in an account; there are no templates that could change it. */
export const EFFECTIVE_ACCOUNT_SETTINGS = z
  .object({
    account_id: z.string(),
    effective: EFFECTIVE.describe('With the default in the place of NOT_SET.'),
    account: ACCOUNT_SETTINGS,
    assigned_templates: z.array(z.never()).meta({ type: 'array', items: {}, description: 'Always empty.' }),
  })
  .meta({ id: 'EffectiveAccountSettings' });
