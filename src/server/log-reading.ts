import { type AccountLogParts, accountLogIn } from '../account-log/account-log.ts';
import { requestQuota } from '../limits/request-quota.ts';

/** What reading the logs of accounts is joined from. */
export interface LogReadingParts extends AccountLogParts {
  /** Requests for the log of one account. */
  readonly perMinute: number;
}

/** Loaded with the first log that is read. */
export function logReadingIn(parts: LogReadingParts) {
  return { accountLog: accountLogIn(parts), logReads: requestQuota(parts), clock: parts.clock };
}
