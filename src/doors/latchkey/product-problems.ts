import type { ProblemCode } from '../../problems/problem-codes.ts';

/**
 * The status of each problem in the product's own API. It has no words of its own: an answer carries the problem's code, as
 * it stands in docs/errors.md, and its sentence.
 */
export const PRODUCT_STATUSES: Readonly<Record<ProblemCode, number>> = {
  request_malformed: 400,
  parameter_missing: 400,
  parameter_invalid: 400,
  parameter_repeated: 400,
  body_too_large: 413,
  media_type_unsupported: 415,
  method_not_allowed: 405,
  route_unknown: 404,
  secret_in_url: 400,
  credentials_missing: 401,
  credentials_conflicting: 400,
  client_credentials_missing: 401,
  client_unknown: 401,
  token_invalid: 401,
  token_expired: 401,
  token_revoked: 401,
  grant_unsupported: 400,
  api_key_unknown: 400,
  api_key_disabled: 400,
  api_key_expired: 400,
  identity_inactive: 401,
  account_mismatch: 400,
  refresh_token_invalid: 400,
  refresh_token_expired: 400,
  activation_code_invalid: 400,
  access_denied: 403,
  not_found: 404,
  already_exists: 409,
  entity_locked: 409,
  entity_tag_missing: 400,
  entity_tag_stale: 409,
  rate_limited: 429,
  overloaded: 503,
  store_unavailable: 503,
  internal_error: 500,
};
