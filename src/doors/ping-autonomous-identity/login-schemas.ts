import { z } from 'zod';
import { PERSON } from './person-form.ts';

/** The body of a log-in. */
export const LOGIN = z
  .object({
    username: z.string().min(1).max(300).describe('The e-mail address.'),
    password: z.string().min(1).max(1_000),
  })
  .meta({ id: 'TenantLogin' });

/** Who has logged in. */
export const LOGGED_IN = z
  .object({ user: PERSON, token: z.string().describe('An access token; its `exp` says how long it is good.') })
  .meta({ id: 'TenantLoggedIn' });

/** Who has logged in, as it is written. */
export type LoggedInRepresentation = z.input<typeof LOGGED_IN>;

/** The headers by which a log-in says of which tenant it is. */
export const TENANT_HEADERS = z.object({
  'x-tenant-id': z.uuid().optional().describe('Of the tenant, where the host name does not say which it is.'),
});
