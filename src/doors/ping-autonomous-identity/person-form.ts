import { z } from 'zod';
import type { Access } from '../../access/access.ts';
import type { Caller } from '../../access/caller.ts';

/** How this system writes a user, as an entry of a directory. */
export const PERSON = z.object({
  dn: z.string(),
  controls: z.array(z.string()).describe('Always empty.'),
  displayName: z.string(),
  gidNumber: z.literal('999').describe('A text, and the same for everybody.'),
  uid: z.string().describe('What stands before the `@` of the e-mail address; the e-mail address is what is unique.'),
  _groups: z.array(z.enum(['Zoran User', 'Zoran Admin'])),
});

/** A user, as it is written. */
export type PersonRepresentation = z.input<typeof PERSON>;

/** Who is to be written. */
export interface Person {
  /** What the person logs in with. */
  readonly email: string;
  readonly name: string;
  readonly isAdministrator: boolean;
}

/** @returns the entry of a user, member by member */
export function personRepresentation({ email, name, isAdministrator }: Person): PersonRepresentation {
  return {
    dn: `cn=${escapedInName(email)},ou=People,dc=zoran,dc=com`,
    controls: [],
    displayName: name,
    gidNumber: '999',
    uid: email.split('@', 1)[0] ?? email,
    _groups: isAdministrator ? ['Zoran User', 'Zoran Admin'] : ['Zoran User'],
  };
}

/** What would divide a distinguished name (RFC 4514, section 2.4): a plus, of all that may stand in an e-mail address, and a first `#`. */
const escapedInName = (email: string): string => email.replaceAll(/[+]|^#/g, '\\$&');

/** Whether the caller counts as an administrator of its tenant: whoever may make the tenant's keys. */
export const isAdministrator = (access: Pick<Access, 'allows'>, caller: Caller): Promise<boolean> =>
  access.allows(caller, 'iam-identity.tenantkey.create', {
    accountId: caller.accountId,
    service: 'iam-identity',
    resourceType: 'tenantkey',
  });
