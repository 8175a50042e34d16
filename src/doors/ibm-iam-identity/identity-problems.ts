import type { ProblemCode } from '../../problems/problem-codes.ts';

/** How IBM's identity API says a problem. */
export interface IdentityProblem {
  readonly status: number;
  /** IBM's word where one is known (`not_found`, `conflict`), else the problem's own code, as in docs/errors.md. */
  readonly code: string;
  readonly messageCode: string;
  /** Said in the place of the problem's own sentence. */
  readonly message?: string;
}

const MISSING = 'BXNIM0109E';
const MALFORMED = 'BXNIM0106E';
const WEB_APPLICATION = 'BXNIM0060E';
const NOT_ALLOWED = 'BXNIM0501E';
const INTERNAL = 'BXNIM0050E';

/**
 * IBM Cloud IAM Identity API, error responses. The message codes are those that IBM's own answers are known to carry for
 * the same situation at the token endpoint. Only a bearer token that is no good is 401: on 401 and 403 IBM's SDKs
 * throw the message away, and on 401 some log in again, which helps nobody who asks from the wrong address.
 */
export const IDENTITY_PROBLEMS: Readonly<Record<ProblemCode, IdentityProblem>> = {
  request_malformed: { status: 400, code: 'request_malformed', messageCode: MALFORMED },
  parameter_missing: { status: 400, code: 'parameter_missing', messageCode: MISSING },
  parameter_invalid: { status: 400, code: 'parameter_invalid', messageCode: MALFORMED },
  parameter_repeated: { status: 400, code: 'parameter_repeated', messageCode: MALFORMED },
  body_too_large: { status: 413, code: 'body_too_large', messageCode: MALFORMED },
  media_type_unsupported: { status: 415, code: 'media_type_unsupported', messageCode: WEB_APPLICATION },
  method_not_allowed: { status: 405, code: 'method_not_allowed', messageCode: WEB_APPLICATION },
  route_unknown: { status: 404, code: 'not_found', messageCode: WEB_APPLICATION },
  not_implemented: { status: 501, code: 'not_implemented', messageCode: WEB_APPLICATION },
  secret_in_url: { status: 400, code: 'secret_in_url', messageCode: MALFORMED },
  credentials_missing: { status: 401, code: 'credentials_missing', messageCode: 'BXNIM0308E' },
  credentials_conflicting: { status: 400, code: 'credentials_conflicting', messageCode: MALFORMED },
  client_credentials_missing: { status: 401, code: 'client_credentials_missing', messageCode: 'BXNIM0308E' },
  client_unknown: { status: 401, code: 'client_unknown', messageCode: 'BXNIM0310E' },
  token_invalid: { status: 401, code: 'token_invalid', messageCode: 'BXNIM0407E' },
  token_expired: { status: 401, code: 'token_expired', messageCode: 'BXNIM0408E' },
  token_revoked: { status: 401, code: 'token_revoked', messageCode: 'BXNIM0439E' },
  grant_unsupported: { status: 400, code: 'grant_unsupported', messageCode: MALFORMED },
  api_key_unknown: { status: 400, code: 'api_key_unknown', messageCode: 'BXNIM0415E' },
  api_key_disabled: { status: 400, code: 'api_key_disabled', messageCode: 'BXNIM0462E' },
  api_key_expired: { status: 400, code: 'api_key_expired', messageCode: 'BXNIM0462E' },
  identity_inactive: { status: 401, code: 'identity_inactive', messageCode: 'BXNIM0436E' },
  account_mismatch: { status: 400, code: 'account_mismatch', messageCode: 'BXNIM0141E' },
  address_not_allowed: { status: 403, code: 'address_not_allowed', messageCode: 'BXNIM0430E' },
  refresh_token_invalid: { status: 400, code: 'refresh_token_invalid', messageCode: 'BXNIM0407E' },
  refresh_token_expired: { status: 400, code: 'refresh_token_expired', messageCode: 'BXNIM0408E' },
  activation_code_invalid: { status: 400, code: 'activation_code_invalid', messageCode: MALFORMED },
  password_wrong: { status: 400, code: 'password_wrong', messageCode: MALFORMED },
  assertion_invalid: { status: 400, code: 'assertion_invalid', messageCode: MALFORMED },
  authorization_code_invalid: { status: 400, code: 'authorization_code_invalid', messageCode: MALFORMED },
  access_denied: { status: 403, code: 'access_denied', messageCode: NOT_ALLOWED },
  not_found: { status: 404, code: 'not_found', messageCode: 'BXNIM0102E' },
  gone: { status: 410, code: 'gone', messageCode: NOT_ALLOWED },
  already_exists: { status: 409, code: 'already_exists', messageCode: NOT_ALLOWED },
  entity_in_use: { status: 409, code: 'entity_in_use', messageCode: NOT_ALLOWED },
  limit_reached: { status: 409, code: 'limit_reached', messageCode: NOT_ALLOWED },
  entity_locked: { status: 409, code: 'entity_locked', messageCode: NOT_ALLOWED },
  entity_tag_missing: { status: 400, code: 'entity_tag_missing', messageCode: MISSING },
  entity_tag_stale: { status: 409, code: 'conflict', messageCode: NOT_ALLOWED },
  rate_limited: { status: 429, code: 'rate_limited', messageCode: 'BXNIM0429E' },
  overloaded: { status: 503, code: 'overloaded', messageCode: INTERNAL },
  store_unavailable: { status: 503, code: 'store_unavailable', messageCode: INTERNAL },
  storage_full: { status: 503, code: 'storage_full', messageCode: INTERNAL },
  internal_error: {
    status: 500,
    code: 'internal_error',
    messageCode: INTERNAL,
    message: 'An internal error occurred.',
  },
};
