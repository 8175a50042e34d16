import type { Account } from '../accounts/account.ts';
import { secondFactorOf } from '../accounts/second-factor.ts';
import { AccessDenied } from '../problems/entity-problems.ts';

/** How long a log-in with a password can be gone on with, where the account has not said, in seconds: 12 hours. */
const SESSION_SECONDS = 12 * 3_600;

/**
 * @param authenticatedAt when the user proved a password, in seconds since the epoch
 * @returns the first second at which no token of the log-in is good any more, however often it was renewed
 */
export const sessionEnd = ({ settings }: Pick<Account, 'settings'>, authenticatedAt: number): number =>
  authenticatedAt + (settings.sessionExpirationSeconds ?? SESSION_SECONDS);

/**
 * A password is one factor, and there is no second one here: an account that asks for more must not be opened with it.
 * @throws AccessDenied
 */
export function requirePasswordEnough({ settings }: Pick<Account, 'settings'>, iamId: string): void {
  if (secondFactorOf(settings, iamId) === 'NONE') return;
  throw new AccessDenied('The account asks log-ins for a second factor, which this service does not have.', {
    details: 'Use an API key, or ask who administers the account to set mfa to NONE for the user.',
  });
}
