import type { ProblemCode } from '../../problems/problem-codes.ts';

/** How the authorization server says a problem. */
export interface OauthProblem {
  readonly status: number;
  readonly error: string;
}

const BAD_REQUEST = { status: 400, error: 'invalid_request' } as const;
const BAD_GRANT = { status: 400, error: 'invalid_grant' } as const;
const BAD_CLIENT = { status: 401, error: 'invalid_client' } as const;
const NO_SESSION = { status: 401, error: 'login_required' } as const;
const CONFLICT = { status: 409, error: 'invalid_request' } as const;
const UNAVAILABLE = { status: 503, error: 'temporarily_unavailable' } as const;

/** RFC 6749, sections 4.1.2.1 and 5.2. What the holder of a right key must hear of it is `invalid_grant`, with a sentence. */
export const OAUTH_PROBLEMS: Readonly<Record<ProblemCode, OauthProblem>> = {
  request_malformed: BAD_REQUEST,
  parameter_missing: BAD_REQUEST,
  parameter_invalid: BAD_REQUEST,
  parameter_repeated: BAD_REQUEST,
  body_too_large: { status: 413, error: 'invalid_request' },
  media_type_unsupported: { status: 415, error: 'invalid_request' },
  method_not_allowed: { status: 405, error: 'invalid_request' },
  route_unknown: { status: 404, error: 'invalid_request' },
  not_implemented: { status: 501, error: 'invalid_request' },
  secret_in_url: BAD_REQUEST,
  credentials_missing: NO_SESSION,
  credentials_conflicting: BAD_REQUEST,
  client_credentials_missing: BAD_CLIENT,
  client_unknown: BAD_CLIENT,
  token_invalid: NO_SESSION,
  token_expired: NO_SESSION,
  token_revoked: NO_SESSION,
  grant_unsupported: { status: 400, error: 'unsupported_grant_type' },
  api_key_unknown: BAD_GRANT,
  api_key_disabled: BAD_GRANT,
  api_key_expired: BAD_GRANT,
  identity_inactive: BAD_GRANT,
  account_mismatch: BAD_GRANT,
  address_not_allowed: { status: 401, error: 'access_denied' },
  refresh_token_invalid: BAD_GRANT,
  refresh_token_expired: BAD_GRANT,
  activation_code_invalid: BAD_GRANT,
  password_wrong: BAD_GRANT,
  assertion_invalid: BAD_GRANT,
  authorization_code_invalid: BAD_GRANT,
  access_denied: { status: 403, error: 'access_denied' },
  not_found: { status: 404, error: 'invalid_request' },
  gone: { status: 410, error: 'invalid_request' },
  already_exists: CONFLICT,
  entity_in_use: CONFLICT,
  limit_reached: CONFLICT,
  entity_locked: CONFLICT,
  entity_tag_missing: BAD_REQUEST,
  entity_tag_stale: { status: 412, error: 'invalid_request' },
  rate_limited: { status: 429, error: 'temporarily_unavailable' },
  overloaded: UNAVAILABLE,
  store_unavailable: UNAVAILABLE,
  storage_full: UNAVAILABLE,
  internal_error: { status: 500, error: 'server_error' },
};
