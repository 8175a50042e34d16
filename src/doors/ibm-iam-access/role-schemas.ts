import { z } from 'zod';
import { linesUpTo, textUpTo } from '../../http/text-schemas.ts';
import { ACCOUNT_ID } from './texts.ts';

const DISPLAY_NAME = textUpTo(100).describe('As it is shown; no name of a role that the service has.');
const DESCRIPTION = linesUpTo(250);
const ACTIONS = z.array(textUpTo(200)).min(1).max(300).describe('Actions of the service; its roles have them.');

/** The path of one custom role. */
export const ROLE_PATH_PARAMETERS = z.object({ id: z.string().describe('32 hexadecimal digits.') });

/** Parameters of the list of roles. */
export const ROLE_LIST_PARAMETERS = z.object({
  account_id: ACCOUNT_ID.optional().describe('With it, also the custom roles of the account.'),
  service_name: textUpTo(100).optional().describe('Only roles of this service.'),
  source_service_name: textUpTo(100).optional().describe('Of authorizations: the service that is given rights.'),
  policy_type: z.enum(['access', 'authorization']).optional().describe('Accepted; roles fit both.'),
  service_group_id: textUpTo(100).optional().describe('Only roles of services of this group, `IAM`.'),
});

/** The body of a new custom role. */
export const NEW_CUSTOM_ROLE = z
  .object({
    name: z
      .string()
      .max(100)
      .refine((name) => /^[A-Z][A-Za-z0-9]*$/.test(name), 'must be letters and digits, beginning with a capital')
      .describe('Letters and digits, beginning with a capital; the last part of the CRN. Unique for the service.'),
    display_name: DISPLAY_NAME,
    description: DESCRIPTION.optional(),
    actions: ACTIONS,
    account_id: ACCOUNT_ID,
    service_name: textUpTo(100),
  })
  .meta({ id: 'NewCustomRole' });

/** The body that replaces a custom role. */
export const CUSTOM_ROLE_CHANGE = z
  .object({ display_name: DISPLAY_NAME, description: DESCRIPTION.optional(), actions: ACTIONS })
  .meta({ id: 'CustomRoleChange' });

/** A custom role, as it is answered. */
export const CUSTOM_ROLE = z
  .object({
    id: z.string(),
    name: z.string(),
    display_name: z.string(),
    description: z.string(),
    actions: z.array(z.string()),
    crn: z.string(),
    account_id: z.string(),
    service_name: z.string(),
    created_at: z.string(),
    created_by_id: z.string(),
    last_modified_at: z.string(),
    last_modified_by_id: z.string(),
    href: z.string(),
  })
  .meta({ id: 'CustomRole' });

/** What stands in `CUSTOM_ROLE`. */
export type CustomRoleRepresentation = z.input<typeof CUSTOM_ROLE>;

const ROLE = z
  .object({ crn: z.string(), display_name: z.string(), description: z.string(), actions: z.array(z.string()) })
  .meta({ id: 'Role' });

/** What stands in a list of roles that services have. */
export type RoleRepresentation = z.input<typeof ROLE>;

/** All roles that were asked for. */
export const ROLE_LIST = z
  .object({ custom_roles: z.array(CUSTOM_ROLE), service_roles: z.array(ROLE), system_roles: z.array(ROLE) })
  .meta({ id: 'RoleList' });
