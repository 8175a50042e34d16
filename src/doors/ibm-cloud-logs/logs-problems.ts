import type { ProblemCode } from '../../problems/problem-codes.ts';
import { USUAL_STATUSES } from '../../problems/usual-statuses.ts';

/**
 * The status of each problem at this door. It has no words of IBM's, of which none are public: an answer carries the problem's
 * code, as it stands in docs/errors.md, and its sentence. Keys that are bad are 401, as tokens are. Never 429: agents throw their lines
 * away on it.
 */
export const LOGS_STATUSES: Readonly<Record<ProblemCode, number>> = {
  ...USUAL_STATUSES,
  api_key_unknown: 401,
  api_key_disabled: 401,
  api_key_expired: 401,
  account_mismatch: 404,
  refresh_token_invalid: 401,
  refresh_token_expired: 401,
  gone: 404,
  rate_limited: 503,
};

/** How a stream ends; the product's own codes stand in the range for applications (RFC 6455, section 7.4.2). */
export const CLOSE_CODES = {
  stopping: 1001,
  failed: 1011,
  /** What cannot be decided or kept at the moment: the frame is to be sent again. */
  tryAgain: 1013,
  badFrame: 4400,
  /** The token or key is no longer good. */
  unproven: 4401,
  /** It is, and may not send here any more. */
  refused: 4403,
  tooLarge: 4413,
} as const;

const CODES_BY_STATUS: Readonly<Record<number, number>> = {
  400: CLOSE_CODES.badFrame,
  401: CLOSE_CODES.unproven,
  403: CLOSE_CODES.refused,
  404: CLOSE_CODES.refused,
  413: CLOSE_CODES.tooLarge,
  503: CLOSE_CODES.tryAgain,
};

/** @returns the code with which a stream ends for a problem */
export const closeCodeOf = (code: ProblemCode): number => CODES_BY_STATUS[LOGS_STATUSES[code]] ?? CLOSE_CODES.failed;
