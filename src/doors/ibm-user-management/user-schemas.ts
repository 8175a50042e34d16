import { z } from 'zod';
import { textUpTo } from '../../http/text-schemas.ts';
import { GROUP_ID, INVITED_POLICY, MOST_GIVEN } from './invited-rights.ts';

/** Names that the user has in every account. */
const NAME = textUpTo(100, 0);

/** Parameters of every path of an account. */
export const ACCOUNT_PARAMETERS = z.object({
  account_id: z.string().describe('The account of the token; every other one is missing.'),
});

/** Parameters of every path that names one user. */
export const USER_PARAMETERS = ACCOUNT_PARAMETERS.extend({
  iam_id: z.string().describe('The iam id of the user: `IBMid-…`.'),
});

const MOST_ROWS = 100;

/** More than a page holds is a full page, as at IBM. */
const ROWS = z
  .string()
  .refine((text) => /^[0-9]{1,9}$/.test(text) && Number(text) > 0, 'must be a number from 1 on')
  .transform((text) => Math.min(Number(text), MOST_ROWS));

/** Parameters of `GET /v2/accounts/{account_id}/users` (IBM Cloud User Management API, "List users"). */
export const USER_LIST_PARAMETERS = z.object({
  limit: ROWS.optional().meta({ type: 'integer', description: `Default, and at most: ${MOST_ROWS}.` }),
  first: ROWS.optional().meta({ type: 'integer', description: 'The same as `limit`.' }),
  _start: z.string().optional().describe('As it stands in `next_url`.'),
  user_id: z.string().max(300).optional().describe('Only the user of this e-mail address or iam id.'),
  include_settings: z.enum(['true', 'false']).optional().describe('Tolerated: no user has settings that differ.'),
  search: z
    .string()
    .refine(() => false, 'is not supported: use user_id')
    .optional()
    .describe('Refused: use `user_id`.'),
});

/** @returns how many rows a page is to have */
export const rowsOf = ({ limit, first }: z.output<typeof USER_LIST_PARAMETERS>): number => limit ?? first ?? MOST_ROWS;

/** The body of `POST /v2/accounts/{account_id}/users` ("Invite users"). */
export const INVITED_USERS = z
  .object({
    users: z
      .array(
        z.object({
          email: z.string().min(1).max(300),
          account_role: z
            .string()
            .refine((role) => role.toLowerCase() === 'member', 'must be MEMBER: it is given rights by policies')
            .optional(),
        }),
      )
      .min(1),
    iam_policy: z.array(INVITED_POLICY).max(MOST_GIVEN).optional().describe('Who invites must hold what it gives.'),
    access_groups: z.array(GROUP_ID).max(MOST_GIVEN).optional().describe('Who invites must hold what they are given.'),
  })
  .meta({ id: 'InvitedUsers' });

const STATE = z.enum(['PENDING', 'ACTIVE', 'SUSPENDED']);

/** The answer to an invitation. */
export const INVITATION_LIST = z
  .object({
    resources: z.array(
      z.object({
        email: z.string(),
        id: z.string(),
        iam_id: z.string(),
        state: STATE,
        activation_code: z.string().optional().describe('For `POST /latchkey/v1/users/activate`; shown this once.'),
      }),
    ),
  })
  .meta({ id: 'InvitationList' });

/** The body of `PATCH /v2/accounts/{account_id}/users/{iam_id}` ("Partially update user profile"). */
export const USER_CHANGE = z
  .object({
    state: z.enum(['ACTIVE', 'SUSPENDED']).optional(),
    firstname: NAME.optional().describe('The user alone may change it.'),
    lastname: NAME.optional().describe('The user alone may change it.'),
    email: z
      .string()
      .refine(() => false, 'cannot be changed')
      .optional(),
    phonenumber: notKept(),
    altphonenumber: notKept(),
    photo: notKept(),
  })
  .meta({ id: 'UserChange' });

/** What IBM keeps and nobody here reads: taking it and forgetting it would be a lie. */
function notKept() {
  return z
    .string()
    .refine((text) => text === '', 'is not kept here')
    .optional();
}

/** A user of an account, as it is written. */
export const USER_PROFILE = z
  .object({
    id: z.string(),
    iam_id: z.string(),
    realm: z.string(),
    user_id: z.string(),
    firstname: z.string(),
    lastname: z.string(),
    state: STATE,
    email: z.string(),
    phonenumber: z.literal(''),
    altphonenumber: z.literal(''),
    photo: z.literal(''),
    account_id: z.string(),
    added_on: z.iso.datetime(),
  })
  .meta({ id: 'UserProfile' });

/** What stands in `USER_PROFILE`. */
export type UserProfileRepresentation = z.input<typeof USER_PROFILE>;

/** A page of users. */
export const USER_LIST = z
  .object({
    total_results: z.int().describe('Users of this page.'),
    limit: z.int(),
    first_url: z.string(),
    next_url: z.string().optional().describe('Absent on the last page.'),
    resources: z.array(USER_PROFILE),
  })
  .meta({ id: 'UserList' });

/** What stands in `USER_LIST`. */
export type UserListRepresentation = z.input<typeof USER_LIST>;

/** The settings of a user, which are the same for everybody. */
export const USER_SETTINGS = z
  .object({
    language: z.literal(''),
    notification_language: z.literal(''),
    allowed_ip_addresses: z.literal(''),
    self_manage: z.literal(false),
  })
  .meta({ id: 'UserSettings' });

/** What stands in `USER_SETTINGS`. */
export const FIXED_USER_SETTINGS: z.input<typeof USER_SETTINGS> = {
  language: '',
  notification_language: '',
  allowed_ip_addresses: '',
  self_manage: false,
};
