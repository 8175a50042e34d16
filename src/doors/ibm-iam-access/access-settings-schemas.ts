import { z } from 'zod';
import { textUpTo } from '../../http/text-schemas.ts';
import { EXTERNAL_KINDS } from '../../policies/access-settings.ts';

const STATE = z.enum(['enabled', 'limited', 'monitor']);
const ACCOUNTS = z.array(textUpTo(100)).max(100);

const INTERACTION = z.object({ state: STATE, external_allowed_accounts: ACCOUNTS });
const INTERACTION_CHANGE = z.strictObject({ state: STATE.optional(), external_allowed_accounts: ACCOUNTS.optional() });

const ofEveryKind = <Schema extends z.ZodType>(schema: Schema) => {
  const [user, serviceId, service] = EXTERNAL_KINDS;
  return { [user]: schema, [serviceId]: schema, [service]: schema } as const;
};

/** The access management settings of an account (IBM Cloud IAM Policy Management API, "Settings"). */
export const ACCESS_MANAGEMENT = z
  .object({ external_account_identity_interaction: z.object({ identity_types: z.object(ofEveryKind(INTERACTION)) }) })
  .meta({ id: 'AccessManagementSettings' });

/** What stands in `ACCESS_MANAGEMENT`. */
export type AccessManagementRepresentation = z.input<typeof ACCESS_MANAGEMENT>;

/** The body of `PATCH`: what is absent stays. */
export const ACCESS_MANAGEMENT_CHANGE = z
  .object({
    external_account_identity_interaction: z
      .strictObject({ identity_types: z.strictObject(ofEveryKind(INTERACTION_CHANGE.optional())).optional() })
      .optional(),
  })
  .meta({ id: 'AccessManagementSettingsChange' });

/** The account in the path. */
export const ACCOUNT_PATH_PARAMETERS = z.object({ id: z.string().describe('The id of the account.') });
