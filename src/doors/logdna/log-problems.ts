import type { ProblemCode } from '../../problems/problem-codes.ts';

/** How LogDNA's API says a problem. */
export interface LogProblem {
  readonly status: number;
  /** LogDNA's word where one is known, else one of ours in its form. */
  readonly code: string;
  /** Said in the place of the problem's own sentence. */
  readonly message?: string;
}

const BAD = 'BadRequest';
const REFUSED = 'NotAuthorized';
const UNAVAILABLE = 'ServiceUnavailable';

const BAD_KEY = { status: 403, code: REFUSED } as const;

/**
 * LogDNA API, error responses. A missing credential is 401, a key that is bad or was taken back 403: the probe of one agent takes
 * 401 for "alive", and no client sends again what was answered 403. Never 429: agents throw their lines away on it, and
 * who is behind the same address as somebody who guesses keys would lose them.
 */
export const LOG_PROBLEMS: Readonly<Record<ProblemCode, LogProblem>> = {
  request_malformed: { status: 400, code: BAD },
  parameter_missing: { status: 400, code: BAD },
  parameter_invalid: { status: 400, code: BAD },
  parameter_repeated: { status: 400, code: BAD },
  body_too_large: { status: 413, code: 'PayloadTooLarge' },
  media_type_unsupported: { status: 415, code: 'UnsupportedMediaType' },
  method_not_allowed: { status: 405, code: 'MethodNotAllowed' },
  route_unknown: { status: 404, code: 'NotFound' },
  not_implemented: { status: 501, code: 'NotImplemented' },
  secret_in_url: { status: 400, code: BAD },
  credentials_missing: { status: 401, code: REFUSED },
  credentials_conflicting: { status: 400, code: BAD },
  client_credentials_missing: { status: 401, code: REFUSED },
  client_unknown: { status: 401, code: REFUSED },
  token_invalid: { status: 401, code: REFUSED },
  token_expired: { status: 401, code: REFUSED },
  token_revoked: { status: 401, code: REFUSED },
  grant_unsupported: { status: 400, code: BAD },
  api_key_unknown: { ...BAD_KEY, message: 'Key Validation Error: Invalid or deactivated key' },
  api_key_disabled: BAD_KEY,
  api_key_expired: BAD_KEY,
  identity_inactive: BAD_KEY,
  account_mismatch: { status: 400, code: BAD },
  address_not_allowed: { status: 403, code: REFUSED },
  refresh_token_invalid: { status: 400, code: BAD },
  refresh_token_expired: { status: 400, code: BAD },
  activation_code_invalid: { status: 400, code: BAD },
  password_wrong: { status: 400, code: BAD },
  assertion_invalid: { status: 400, code: BAD },
  authorization_code_invalid: { status: 400, code: BAD },
  access_denied: { status: 403, code: REFUSED },
  not_found: { status: 404, code: 'NotFound' },
  gone: { status: 410, code: 'Gone' },
  already_exists: { status: 409, code: 'Conflict' },
  entity_in_use: { status: 409, code: 'Conflict' },
  limit_reached: { status: 409, code: 'LimitReached' },
  entity_locked: { status: 409, code: 'Conflict' },
  entity_tag_missing: { status: 400, code: BAD },
  entity_tag_stale: { status: 409, code: 'Conflict' },
  rate_limited: { status: 503, code: UNAVAILABLE },
  overloaded: { status: 503, code: UNAVAILABLE },
  store_unavailable: { status: 503, code: UNAVAILABLE },
  storage_full: { status: 503, code: UNAVAILABLE },
  internal_error: { status: 500, code: 'InternalServerError', message: 'An internal error occurred.' },
};
