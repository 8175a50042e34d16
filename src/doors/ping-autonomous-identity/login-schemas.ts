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

/** Whose token it is. */
export const VERIFIED = z
  .object({
    user: PERSON.extend({
      email: z.string().describe('Empty of what is no user.'),
      iat: z.int().describe('Seconds since the epoch.'),
      exp: z.int().describe('Seconds since the epoch.'),
      aud: z.union([z.string(), z.array(z.string())]),
      sub: z.string(),
    }),
  })
  .meta({ id: 'TenantToken' });

/** Whose token it is, as it is written. */
export type VerifiedRepresentation = z.input<typeof VERIFIED>;

/** What may be done in pages that are not here. */
export const PERMITTED = z
  .object({ userActions: z.array(z.string()), roleTitle: z.enum(['Admin', 'User']), homepage: z.string() })
  .meta({ id: 'TenantActions' });

/** What may be done, as it is written. */
export type PermittedRepresentation = z.input<typeof PERMITTED>;
