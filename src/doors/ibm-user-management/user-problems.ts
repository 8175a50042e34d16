import type { ProblemCode } from '../../problems/problem-codes.ts';

/** How IBM's user management API says a problem. */
export interface UserProblem {
  readonly status: number;
  /** IBM's word where one is known, else the problem's own code, as in docs/errors.md. */
  readonly code: string;
  /** Said in the place of the problem's own sentence. */
  readonly message?: string;
}

/** IBM Cloud User Management API, error responses: of its words only `Conflict` is known from public answers. */
export const USER_PROBLEMS: Readonly<Record<ProblemCode, UserProblem>> = {
  request_malformed: { status: 400, code: 'request_malformed' },
  parameter_missing: { status: 400, code: 'parameter_missing' },
  parameter_invalid: { status: 400, code: 'parameter_invalid' },
  parameter_repeated: { status: 400, code: 'parameter_repeated' },
  body_too_large: { status: 413, code: 'body_too_large' },
  media_type_unsupported: { status: 415, code: 'media_type_unsupported' },
  method_not_allowed: { status: 405, code: 'method_not_allowed' },
  route_unknown: { status: 404, code: 'route_unknown' },
  not_implemented: { status: 501, code: 'not_implemented' },
  secret_in_url: { status: 400, code: 'secret_in_url' },
  credentials_missing: { status: 401, code: 'credentials_missing' },
  credentials_conflicting: { status: 400, code: 'credentials_conflicting' },
  client_credentials_missing: { status: 401, code: 'client_credentials_missing' },
  client_unknown: { status: 401, code: 'client_unknown' },
  token_invalid: { status: 401, code: 'token_invalid' },
  token_expired: { status: 401, code: 'token_expired' },
  token_revoked: { status: 401, code: 'token_revoked' },
  grant_unsupported: { status: 400, code: 'grant_unsupported' },
  api_key_unknown: { status: 400, code: 'api_key_unknown' },
  api_key_disabled: { status: 400, code: 'api_key_disabled' },
  api_key_expired: { status: 400, code: 'api_key_expired' },
  identity_inactive: { status: 401, code: 'identity_inactive' },
  account_mismatch: { status: 400, code: 'account_mismatch' },
  refresh_token_invalid: { status: 400, code: 'refresh_token_invalid' },
  refresh_token_expired: { status: 400, code: 'refresh_token_expired' },
  activation_code_invalid: { status: 400, code: 'activation_code_invalid' },
  password_wrong: { status: 400, code: 'password_wrong' },
  assertion_invalid: { status: 400, code: 'assertion_invalid' },
  authorization_code_invalid: { status: 400, code: 'authorization_code_invalid' },
  address_not_allowed: { status: 403, code: 'address_not_allowed' },
  access_denied: { status: 403, code: 'access_denied' },
  not_found: { status: 404, code: 'not_found' },
  gone: { status: 410, code: 'gone' },
  already_exists: { status: 409, code: 'Conflict' },
  entity_in_use: { status: 409, code: 'Conflict' },
  limit_reached: { status: 409, code: 'limit_reached' },
  entity_locked: { status: 409, code: 'Conflict' },
  entity_tag_missing: { status: 400, code: 'entity_tag_missing' },
  entity_tag_stale: { status: 409, code: 'Conflict' },
  rate_limited: { status: 429, code: 'rate_limited' },
  overloaded: { status: 503, code: 'overloaded' },
  store_unavailable: { status: 503, code: 'store_unavailable' },
  storage_full: { status: 503, code: 'storage_full' },
  internal_error: { status: 500, code: 'internal_error', message: 'An internal error occurred.' },
};
