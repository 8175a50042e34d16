import type { Account } from '../accounts/account.ts';

/** How long a log-in with a password can be gone on with, where the account has not said, in seconds: 12 hours. */
export const SESSION_SECONDS = 12 * 3_600;

/**
 * @param authenticatedAt when the user proved a password, in seconds since the epoch
 * @returns the first second at which no token of the log-in is good any more, however often it was renewed
 */
export const sessionEnd = ({ settings }: Pick<Account, 'settings'>, authenticatedAt: number): number =>
  authenticatedAt + (settings.sessionExpirationSeconds ?? SESSION_SECONDS);
