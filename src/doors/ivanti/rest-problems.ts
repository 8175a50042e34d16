import type { ProblemCode } from '../../problems/problem-codes.ts';

/** How this system's REST API says a problem. */
export interface RestProblem {
  readonly status: number;
  /** `ISM_` and a number: its own where one is known, else one of ours in its form. */
  readonly code: string;
  readonly description: string;
  /** Said in the place of the problem's own sentence. */
  readonly message?: string;
}

const BAD = { status: 400, code: 'ISM_4000', description: 'Invalid Request Payload' } as const;
/** One answer for whatever is wrong with a key: clients look at nothing finer, and who guesses learns nothing. */
const REFUSED = {
  ...{ status: 401, code: 'ISM_4001', description: 'invalid session key or session timed out' },
  message: 'Authentication required',
} as const;
const CONFLICT = { status: 409, code: 'ISM_4009', description: 'conflicts with what is there' } as const;
const UNAVAILABLE = { status: 503, code: 'ISM_5003', description: 'service unavailable' } as const;

/** Ivanti Service Manager, REST API, "Error codes": 400, 401, 404 and 500 are its own; the others are ours in its form. */
export const REST_PROBLEMS: Readonly<Record<ProblemCode, RestProblem>> = {
  request_malformed: BAD,
  parameter_missing: BAD,
  parameter_invalid: BAD,
  parameter_repeated: BAD,
  body_too_large: { ...BAD, status: 413 },
  media_type_unsupported: { ...BAD, status: 415 },
  method_not_allowed: { ...BAD, status: 405 },
  route_unknown: {
    ...{ status: 404, code: 'ISM_4004', description: 'requested resource does not exist' },
    message: 'Invalid Path',
  },
  not_implemented: { status: 501, code: 'ISM_5001', description: 'not implemented' },
  secret_in_url: BAD,
  credentials_missing: REFUSED,
  credentials_conflicting: BAD,
  client_credentials_missing: REFUSED,
  client_unknown: REFUSED,
  token_invalid: REFUSED,
  token_expired: REFUSED,
  token_revoked: REFUSED,
  grant_unsupported: BAD,
  api_key_unknown: REFUSED,
  api_key_disabled: REFUSED,
  api_key_expired: REFUSED,
  identity_inactive: REFUSED,
  account_mismatch: REFUSED,
  address_not_allowed: REFUSED,
  refresh_token_invalid: BAD,
  refresh_token_expired: BAD,
  activation_code_invalid: BAD,
  password_wrong: REFUSED,
  assertion_invalid: REFUSED,
  authorization_code_invalid: BAD,
  access_denied: { status: 403, code: 'ISM_4003', description: 'not permitted' },
  not_found: BAD,
  gone: { status: 410, code: 'ISM_4010', description: 'requested resource was deleted' },
  already_exists: CONFLICT,
  entity_in_use: CONFLICT,
  limit_reached: CONFLICT,
  entity_locked: CONFLICT,
  entity_tag_missing: BAD,
  entity_tag_stale: CONFLICT,
  rate_limited: { status: 429, code: 'ISM_4029', description: 'too many failures' },
  overloaded: UNAVAILABLE,
  store_unavailable: UNAVAILABLE,
  storage_full: UNAVAILABLE,
  internal_error: { status: 500, code: 'ISM_5000', description: 'internal server error', message: '' },
};
