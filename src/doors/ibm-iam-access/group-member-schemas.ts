import { z } from 'zod';
import { MOST_AT_ONCE } from '../../access-groups/group-members.ts';
import { textUpTo } from '../../http/text-schemas.ts';
import { OFFSET_MEMBERS, OFFSET_PARAMETERS } from './offset-pages.ts';
import { ACCOUNT_ID, FLAG, IAM_ID } from './texts.ts';

const KIND = z.enum(['user', 'service', 'profile']);
const MEMBER = z.object({ iam_id: IAM_ID, type: KIND });

/** The path of one member of one group. */
export const MEMBER_PATH_PARAMETERS = z.object({
  id: z.string().describe('`AccessGroupId-<uuid>`.'),
  iam_id: z.string(),
});

/** The path of what is done with one identity in all groups. */
export const IDENTITY_PATH_PARAMETERS = z.object({ iam_id: IAM_ID });

/** Parameters of what is done with one identity in all groups. */
export const ALL_GROUPS_PARAMETERS = z.object({ account_id: ACCOUNT_ID });

const MEMBER_ORDERS = ['id', 'name', 'email', '-id', '-name', '-email'] as const;

/** Parameters of the list of members. */
export const MEMBER_LIST_PARAMETERS = z.object({
  type: KIND.optional(),
  membership_type: z.enum(['static', 'dynamic', 'all']).default('static'),
  verbose: FLAG.describe('Also the names of those whom the account knows.'),
  sort: z
    .enum(MEMBER_ORDERS)
    .optional()
    .describe('For groups of up to 1,000 members. Default: the order in which they were added.'),
  ...OFFSET_PARAMETERS,
});

/** Who is to be added. */
export const NEW_MEMBERS = z
  .object({ members: z.array(MEMBER).min(1).max(MOST_AT_ONCE) })
  .meta({ id: 'NewAccessGroupMembers' });

/** Who is to be removed. */
export const LEAVING_MEMBERS = z
  .object({ members: z.array(IAM_ID).min(1).max(MOST_AT_ONCE) })
  .meta({ id: 'LeavingAccessGroupMembers' });

/** To which groups one identity is to be added. */
export const NEW_MEMBERSHIPS = z
  .object({ type: KIND, groups: z.array(textUpTo(100)).min(1).max(MOST_AT_ONCE) })
  .meta({ id: 'NewAccessGroupMemberships' });

/** What became of one of many. */
const OUTCOME = {
  status_code: z.int(),
  trace: z.string().optional(),
  errors: z.array(z.object({ code: z.string(), message: z.string() })).optional(),
} as const;

/** What came of adding members. */
export const ADDED_MEMBERS = z
  .object({
    members: z.array(
      z.object({
        iam_id: z.string(),
        type: KIND,
        created_at: z.string(),
        created_by_id: z.string(),
        status_code: z.int(),
      }),
    ),
  })
  .meta({ id: 'AddedAccessGroupMembers' });

/** What came of removing members. */
export const REMOVED_MEMBERS = z
  .object({ access_group_id: z.string(), members: z.array(z.object({ iam_id: z.string(), ...OUTCOME })) })
  .meta({ id: 'RemovedAccessGroupMembers' });

/** What came of adding an identity to many groups, or removing it from all. */
export const CHANGED_MEMBERSHIPS = z
  .object({ iam_id: z.string(), groups: z.array(z.object({ access_group_id: z.string(), ...OUTCOME })) })
  .meta({ id: 'ChangedAccessGroupMemberships' });

/** One member of a list. */
export const LISTED_MEMBER = z
  .object({
    iam_id: z.string(),
    type: KIND,
    membership_type: z.literal('static'),
    name: z.string().optional(),
    email: z.string().optional(),
    description: z.string().optional(),
    href: z.string(),
    created_at: z.string(),
    created_by_id: z.string(),
  })
  .meta({ id: 'AccessGroupMember' });

/** What stands in `LISTED_MEMBER`. */
export type ListedMember = z.input<typeof LISTED_MEMBER>;

/** A page of members. */
export const MEMBER_LIST = z
  .object({ ...OFFSET_MEMBERS, members: z.array(LISTED_MEMBER) })
  .meta({ id: 'AccessGroupMemberList' });
