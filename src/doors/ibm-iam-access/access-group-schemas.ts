import { z } from 'zod';
import { GROUP_ORDERS } from '../../access-groups/sort-groups.ts';
import { linesUpTo, textUpTo } from '../../http/text-schemas.ts';
import { OFFSET_MEMBERS, OFFSET_PARAMETERS } from './offset-pages.ts';
import { ACCOUNT_ID, FLAG, IAM_ID } from './texts.ts';

const NAME = textUpTo(100).describe('Unique in the account, without regard to case.');
const DESCRIPTION = linesUpTo(250);

/** The account of a call that names nothing else. */
export const ACCOUNT_PARAMETERS = z.object({ account_id: ACCOUNT_ID });

/** The path of one group. */
export const GROUP_PATH_PARAMETERS = z.object({ id: z.string().describe('`AccessGroupId-<uuid>`.') });

/** Parameters of reading one group. */
export const GROUP_READ_PARAMETERS = z.object({ show_federated: FLAG });

/** Parameters of deleting one group. */
export const GROUP_DELETION_PARAMETERS = z.object({ force: FLAG });

const orders = GROUP_ORDERS.flatMap((order) => [order, `-${order}` as const]);

/** Parameters of the list of groups. */
export const GROUP_LIST_PARAMETERS = z.object({
  account_id: ACCOUNT_ID,
  iam_id: IAM_ID.optional().describe('Only groups in which this identity is.'),
  membership_type: z.enum(['static', 'dynamic', 'all']).default('all'),
  search: textUpTo(300)
    .optional()
    .describe('Text that the id, name or description contains, or `id:`, `name:`, `description:` and the text.'),
  sort: z.enum(orders).default('created_at').describe('With `-` in front, from the largest to the smallest.'),
  show_federated: FLAG,
  hide_public_access: FLAG,
  ...OFFSET_PARAMETERS,
});

/** The body of a new group. */
export const NEW_ACCESS_GROUP = z
  .object({ name: NAME, description: DESCRIPTION.optional() })
  .meta({ id: 'NewAccessGroup' });

/** The body of a change: what is absent stays as it is. */
export const ACCESS_GROUP_CHANGE = z
  .object({ name: NAME.optional(), description: DESCRIPTION.optional() })
  .meta({ id: 'AccessGroupChange' });

/** A group, as it is answered. */
export const ACCESS_GROUP = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    account_id: z.string(),
    created_at: z.string(),
    created_by_id: z.string(),
    last_modified_at: z.string(),
    last_modified_by_id: z.string(),
    href: z.string(),
    is_federated: z.boolean().optional().describe('Whether it has rules; in a list only with show_federated.'),
  })
  .meta({ id: 'AccessGroup' });

/** What stands in `ACCESS_GROUP`. */
export type AccessGroupRepresentation = z.input<typeof ACCESS_GROUP>;

/** A page of groups. */
export const ACCESS_GROUP_LIST = z
  .object({ ...OFFSET_MEMBERS, groups: z.array(ACCESS_GROUP) })
  .meta({ id: 'AccessGroupList' });

/** The body of a change of the account's settings. */
export const GROUP_SETTINGS_CHANGE = z
  .object({ public_access_enabled: z.boolean().optional() })
  .meta({ id: 'AccessGroupSettingsChange' });

/** The account's settings, as they are answered. */
export const GROUP_SETTINGS_ANSWER = z
  .object({
    account_id: z.string(),
    last_modified_at: z.string().optional().describe('Absent: never changed.'),
    last_modified_by_id: z.string().optional(),
    public_access_enabled: z.boolean().describe('Kept and served; it opens nothing here.'),
  })
  .meta({ id: 'AccessGroupSettings' });

/** What stands in `GROUP_SETTINGS_ANSWER`. */
export type GroupSettingsRepresentation = z.input<typeof GROUP_SETTINGS_ANSWER>;
