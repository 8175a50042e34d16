import type { ProblemCode } from '../../problems/problem-codes.ts';

/** How IBM's token endpoint says a problem. The message is the problem's own unless one stands here. */
export interface TokenProblem {
  readonly status: number;
  readonly errorCode: string;
  readonly errorMessage?: string;
}

const MISSING = 'BXNIM0109E';
const MALFORMED = 'BXNIM0106E';
const WEB_APPLICATION = 'BXNIM0060E';
const NOT_ALLOWED = 'BXNIM0501E';

/**
 * IBM Cloud IAM Identity API, token operations: error codes. Key problems are 400, never 401 or 403: on those two IBM's
 * SDKs throw the message away.
 */
export const TOKEN_PROBLEMS: Readonly<Record<ProblemCode, TokenProblem>> = {
  request_malformed: { status: 400, errorCode: MALFORMED },
  parameter_missing: { status: 400, errorCode: MISSING, errorMessage: 'Property missing or empty.' },
  parameter_invalid: { status: 400, errorCode: MALFORMED },
  parameter_repeated: { status: 400, errorCode: MALFORMED },
  body_too_large: { status: 413, errorCode: MALFORMED },
  media_type_unsupported: { status: 415, errorCode: WEB_APPLICATION },
  method_not_allowed: { status: 405, errorCode: WEB_APPLICATION },
  route_unknown: { status: 404, errorCode: WEB_APPLICATION },
  not_implemented: { status: 501, errorCode: WEB_APPLICATION },
  secret_in_url: { status: 400, errorCode: MALFORMED },
  credentials_missing: { status: 401, errorCode: 'BXNIM0308E' },
  credentials_conflicting: { status: 400, errorCode: MALFORMED },
  client_credentials_missing: { status: 401, errorCode: 'BXNIM0308E' },
  client_unknown: { status: 400, errorCode: 'BXNIM0310E' },
  token_invalid: { status: 401, errorCode: 'BXNIM0407E' },
  token_expired: { status: 401, errorCode: 'BXNIM0408E' },
  token_revoked: { status: 401, errorCode: 'BXNIM0439E' },
  grant_unsupported: { status: 400, errorCode: MALFORMED },
  api_key_unknown: { status: 400, errorCode: 'BXNIM0415E' },
  api_key_disabled: { status: 400, errorCode: 'BXNIM0462E' },
  api_key_expired: { status: 400, errorCode: 'BXNIM0462E' },
  identity_inactive: { status: 401, errorCode: 'BXNIM0436E' },
  account_mismatch: { status: 400, errorCode: 'BXNIM0141E' },
  address_not_allowed: { status: 401, errorCode: 'BXNIM0430E' },
  refresh_token_invalid: { status: 400, errorCode: 'BXNIM0407E' },
  refresh_token_expired: { status: 400, errorCode: 'BXNIM0408E' },
  activation_code_invalid: { status: 400, errorCode: MALFORMED },
  password_wrong: { status: 400, errorCode: MALFORMED },
  assertion_invalid: { status: 400, errorCode: MALFORMED },
  authorization_code_invalid: { status: 400, errorCode: MALFORMED },
  access_denied: { status: 403, errorCode: NOT_ALLOWED },
  not_found: { status: 404, errorCode: 'BXNIM0102E' },
  gone: { status: 410, errorCode: NOT_ALLOWED },
  already_exists: { status: 409, errorCode: NOT_ALLOWED },
  entity_in_use: { status: 409, errorCode: NOT_ALLOWED },
  limit_reached: { status: 409, errorCode: NOT_ALLOWED },
  entity_locked: { status: 409, errorCode: NOT_ALLOWED },
  entity_tag_missing: { status: 400, errorCode: MISSING },
  entity_tag_stale: { status: 409, errorCode: NOT_ALLOWED },
  rate_limited: { status: 429, errorCode: 'BXNIM0429E' },
  overloaded: { status: 503, errorCode: 'BXNIM0050E' },
  store_unavailable: { status: 503, errorCode: 'BXNIM0050E' },
  storage_full: { status: 503, errorCode: 'BXNIM0050E' },
  internal_error: { status: 500, errorCode: 'BXNIM0050E', errorMessage: 'An internal error occurred.' },
};
