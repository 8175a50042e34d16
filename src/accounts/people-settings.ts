import { ParameterInvalid } from '../problems/request-problems.ts';
import type { AccountSettings } from './account-settings.ts';
import { matchesEmailPattern } from './email-patterns.ts';

/**
 * @returns whether every active user of the account may see the others, without a right to; else who has the right by a
 * role, which is also what holds when nothing is set
 */
export const showsUsersToUsers = ({ userListVisibility }: AccountSettings): boolean =>
  userListVisibility === 'NOT_RESTRICTED';

/** @returns whether a user of the realm with this e-mail address may be invited into an account with these settings */
export function mayBeInvited({ userDomains = [] }: AccountSettings, realmId: string, email: string): boolean {
  const restriction = userDomains.find((candidate) => candidate.realmId === realmId);
  if (restriction?.restrictInvitation !== true) return true;
  return (restriction.invitationPatterns ?? []).some((pattern) => matchesEmailPattern(pattern, email));
}

/** Who is to be invited. */
export interface InvitedAddress {
  readonly realmId: string;
  readonly email: string;
  /** Where the address stands in what was sent. */
  readonly parameter: string;
}

/**
 * Refuses an invitation that goes to a domain to which the account does not let anybody invite.
 * @throws ParameterInvalid
 */
export function requireInvitable(settings: AccountSettings, { realmId, email, parameter }: InvitedAddress): void {
  if (mayBeInvited(settings, realmId, email)) return;
  throw new ParameterInvalid(parameter, 'must be an address to which the account allows invitations', {
    details: 'The patterns are in restrict_user_domains of the identity settings of the account.',
  });
}
