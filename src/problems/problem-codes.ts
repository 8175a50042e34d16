/**
 * Every reason for which the service refuses on purpose. Stable, lower snake case, never reused; each has one heading in
 * docs/errors.md and a row in the table of every door, or in that of the usual statuses.
 */
export const PROBLEM_CODES = [
  // What was sent could not be read.
  'request_malformed',
  'parameter_missing',
  'parameter_invalid',
  'parameter_repeated',
  'body_too_large',
  'media_type_unsupported',
  'method_not_allowed',
  'route_unknown',
  'not_implemented',
  'secret_in_url',
  // Who asks.
  'credentials_missing',
  'credentials_conflicting',
  'client_credentials_missing',
  'client_unknown',
  'token_invalid',
  'token_expired',
  'token_revoked',
  'grant_unsupported',
  'api_key_unknown',
  'api_key_disabled',
  'api_key_expired',
  'identity_inactive',
  'account_mismatch',
  'address_not_allowed',
  'refresh_token_invalid',
  'refresh_token_expired',
  'activation_code_invalid',
  'password_wrong',
  'assertion_invalid',
  'authorization_code_invalid',
  // What may be done.
  'access_denied',
  'not_found',
  'gone',
  'already_exists',
  'entity_in_use',
  'limit_reached',
  'entity_locked',
  'entity_tag_missing',
  'entity_tag_stale',
  // When.
  'rate_limited',
  'overloaded',
  'store_unavailable',
  'storage_full',
  'internal_error',
] as const;

/** The stable name of a problem. */
export type ProblemCode = (typeof PROBLEM_CODES)[number];
