import { z } from 'zod';

/** The path of what is asked for an account. */
export const REPORT_ACCOUNT_PARAMETERS = z.object({ account_id: z.string().describe('The id of the account.') });

/** The path of one report. */
export const REPORT_PARAMETERS = REPORT_ACCOUNT_PARAMETERS.extend({
  reference: z.string().describe('What the POST answered, or `latest` for the newest that is ready.'),
});

const LONGEST_HOURS = 87_600;
const USUAL_HOURS = 720;

/** Parameters of `POST /v1/activity/accounts/{account_id}/report`. */
export const NEW_ACTIVITY_REPORT = z.object({
  type: z.literal('inactive').default('inactive').describe('The one kind there is.'),
  duration: z
    .string()
    .refine((text) => /^[1-9][0-9]{0,4}$/.test(text) && Number(text) <= LONGEST_HOURS, 'must be a number of hours')
    .transform(Number)
    .default(USUAL_HOURS)
    .meta({ type: 'string', description: `Hours, up to ${LONGEST_HOURS}. Default: ${USUAL_HOURS}.` }),
});

/** Parameters of `POST /v1/mfa/accounts/{account_id}/report`. */
export const NEW_MFA_REPORT = z.object({
  type: z.literal('mfa_status').default('mfa_status').describe('The one kind there is.'),
});

/** Parameters of `GET /v1/mfa/accounts/{account_id}/status`. */
export const MFA_STATUS_PARAMETERS = z.object({ iam_id: z.string().min(1).max(100) });

/** What a request for a report is answered. */
export const REPORT_REFERENCE = z.object({ reference: z.string() }).meta({ id: 'ReportReference' });

const LAST_AUTHN = z.string().optional().describe('Absent: not yet, as far as is known.');
const PERSON = { name: z.string().optional(), username: z.string(), email: z.string().optional() } as const;
const THING = z.object({ id: z.string(), name: z.string().optional(), last_authn: LAST_AUTHN });

const ACTIVE_USER = z.object({ iam_id: z.string(), ...PERSON, last_authn: LAST_AUTHN });
const ACTIVE_KEY = z.object({
  ...{ id: z.string(), name: z.string().optional(), type: z.enum(['user', 'serviceid']) },
  serviceid: z.object({ id: z.string(), name: z.string().optional() }).optional(),
  user: z.object({ iam_id: z.string(), ...PERSON, username: z.string().optional() }).optional(),
  last_authn: LAST_AUTHN,
});

/** Who was not seen within the hours of an activity report. */
export const ACTIVITY_REPORT = z
  .object({
    created_by: z.string(),
    reference: z.string(),
    report_duration: z.string().describe('Hours.'),
    report_start_time: z.string(),
    report_end_time: z.string(),
    users: z.array(ACTIVE_USER),
    apikeys: z.array(ACTIVE_KEY),
    serviceids: z.array(THING),
    profiles: z.array(THING).describe('Always empty: there are no trusted profiles.'),
  })
  .meta({ id: 'ActivityReport' });

const FACTOR = z.object({ required: z.boolean(), enrolled: z.boolean() });
const MFA = {
  effective_mfa_type: z.string(),
  id_based_mfa: z.object({
    trait_account_default: z.string(),
    trait_user_specific: z.string().optional(),
    trait_effective: z.string(),
    complies: z.boolean(),
  }),
  account_based_mfa: z.object({
    ...{ security_questions: FACTOR, totp: FACTOR, verisign: FACTOR },
    complies: z.boolean(),
  }),
} as const;

/** Which second factor one user needs, and has. */
export const MFA_STATUS = z.object({ iam_id: z.string(), ...MFA }).meta({ id: 'MfaStatus' });

/** The same of every user. */
export const MFA_REPORT = z
  .object({
    created_by: z.string(),
    reference: z.string(),
    report_time: z.string(),
    account_id: z.string(),
    users: z.array(z.object({ iam_id: z.string(), ...PERSON, ...MFA })),
  })
  .meta({ id: 'MfaReport' });

/** What stands of the second factors of one user. */
export type MfaRepresentation = Omit<z.input<typeof MFA_STATUS>, 'iam_id'>;

/** One user of an activity report. */
export type ActiveUserRepresentation = z.input<typeof ACTIVE_USER>;

/** One API key of an activity report. */
export type ActiveKeyRepresentation = z.input<typeof ACTIVE_KEY>;

/** One service ID of an activity report. */
export type ActiveThingRepresentation = z.input<typeof THING>;
