import type { ProblemCode } from '../../problems/problem-codes.ts';

/** How IBM's policy API says a problem. */
export interface AccessProblem {
  readonly status: number;
  /** IBM's word where one is known, else the problem's own code, as in docs/errors.md. */
  readonly code: string;
  /** Said in the place of the problem's own sentence. */
  readonly message?: string;
}

const INVALID_BODY = 'invalid_body';
const INVALID_TOKEN = 'invalid_token';

/**
 * IBM Cloud IAM Policy Management API, error codes. `insufficent_permissions` is spelled as IBM spells it. What is said
 * in other words on some paths (`policy_not_found`) stands in `things.ts`.
 */
export const ACCESS_PROBLEMS: Readonly<Record<ProblemCode, AccessProblem>> = {
  request_malformed: { status: 400, code: INVALID_BODY },
  parameter_missing: { status: 400, code: INVALID_BODY },
  parameter_invalid: { status: 400, code: INVALID_BODY },
  parameter_repeated: { status: 400, code: INVALID_BODY },
  body_too_large: { status: 413, code: INVALID_BODY },
  media_type_unsupported: { status: 415, code: 'unsupported_content_type' },
  method_not_allowed: { status: 405, code: 'method_not_allowed' },
  route_unknown: { status: 404, code: 'not_found' },
  not_implemented: { status: 501, code: 'not_implemented' },
  secret_in_url: { status: 400, code: 'secret_in_url' },
  credentials_missing: { status: 401, code: INVALID_TOKEN },
  credentials_conflicting: { status: 400, code: 'credentials_conflicting' },
  client_credentials_missing: { status: 401, code: INVALID_TOKEN },
  client_unknown: { status: 401, code: INVALID_TOKEN },
  token_invalid: { status: 401, code: INVALID_TOKEN },
  token_expired: { status: 401, code: INVALID_TOKEN },
  token_revoked: { status: 401, code: INVALID_TOKEN },
  grant_unsupported: { status: 400, code: 'grant_unsupported' },
  api_key_unknown: { status: 400, code: 'api_key_unknown' },
  api_key_disabled: { status: 400, code: 'api_key_disabled' },
  api_key_expired: { status: 400, code: 'api_key_expired' },
  identity_inactive: { status: 401, code: INVALID_TOKEN },
  account_mismatch: { status: 400, code: 'account_mismatch' },
  address_not_allowed: { status: 403, code: 'address_not_allowed' },
  refresh_token_invalid: { status: 400, code: 'refresh_token_invalid' },
  refresh_token_expired: { status: 400, code: 'refresh_token_expired' },
  activation_code_invalid: { status: 400, code: 'activation_code_invalid' },
  password_wrong: { status: 400, code: 'password_wrong' },
  assertion_invalid: { status: 400, code: 'assertion_invalid' },
  authorization_code_invalid: { status: 400, code: 'authorization_code_invalid' },
  access_denied: { status: 403, code: 'insufficent_permissions' },
  not_found: { status: 404, code: 'not_found' },
  gone: { status: 410, code: 'gone' },
  already_exists: { status: 409, code: 'conflict' },
  entity_in_use: { status: 409, code: 'conflict' },
  limit_reached: { status: 409, code: 'limit_reached' },
  entity_locked: { status: 409, code: 'request_not_processed' },
  entity_tag_missing: { status: 400, code: 'entity_tag_missing' },
  entity_tag_stale: { status: 412, code: 'conflict' },
  rate_limited: { status: 429, code: 'too_many_requests' },
  overloaded: { status: 503, code: 'unable_to_process' },
  store_unavailable: { status: 503, code: 'unable_to_process' },
  storage_full: { status: 503, code: 'unable_to_process' },
  internal_error: { status: 500, code: 'unable_to_process', message: 'An internal error occurred.' },
};
