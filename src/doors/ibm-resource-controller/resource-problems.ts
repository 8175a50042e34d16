import type { ProblemCode } from '../../problems/problem-codes.ts';

/** How IBM's Resource Controller says a problem. */
export interface ResourceProblem {
  readonly status: number;
  /** IBM's word where one is known from public answers, else one of ours in its form. */
  readonly errorCode: string;
  /** Said in the place of the problem's own sentence. */
  readonly message?: string;
}

const IAM = 'RC-IamErrorResponse';
const REQUEST = 'RC-InvalidRequest';
const CONFLICT = 'RC-Conflict';
const UNAVAILABLE = 'RC-ServiceUnavailable';

/** IBM Cloud Resource Controller API, error responses: of its words only `RC-IamErrorResponse` is known from public answers. */
export const RESOURCE_PROBLEMS: Readonly<Record<ProblemCode, ResourceProblem>> = {
  request_malformed: { status: 400, errorCode: REQUEST },
  parameter_missing: { status: 400, errorCode: REQUEST },
  parameter_invalid: { status: 400, errorCode: REQUEST },
  parameter_repeated: { status: 400, errorCode: REQUEST },
  body_too_large: { status: 413, errorCode: 'RC-RequestTooLarge' },
  media_type_unsupported: { status: 415, errorCode: 'RC-UnsupportedMediaType' },
  method_not_allowed: { status: 405, errorCode: 'RC-MethodNotAllowed' },
  route_unknown: { status: 404, errorCode: 'RC-RouteNotFound' },
  not_implemented: { status: 501, errorCode: REQUEST },
  secret_in_url: { status: 400, errorCode: REQUEST },
  credentials_missing: { status: 401, errorCode: IAM },
  credentials_conflicting: { status: 400, errorCode: REQUEST },
  client_credentials_missing: { status: 401, errorCode: IAM },
  client_unknown: { status: 401, errorCode: IAM },
  token_invalid: { status: 401, errorCode: IAM },
  token_expired: { status: 401, errorCode: IAM },
  token_revoked: { status: 401, errorCode: IAM },
  grant_unsupported: { status: 400, errorCode: REQUEST },
  api_key_unknown: { status: 400, errorCode: REQUEST },
  api_key_disabled: { status: 400, errorCode: REQUEST },
  api_key_expired: { status: 400, errorCode: REQUEST },
  identity_inactive: { status: 401, errorCode: IAM },
  account_mismatch: { status: 400, errorCode: REQUEST },
  refresh_token_invalid: { status: 400, errorCode: REQUEST },
  refresh_token_expired: { status: 400, errorCode: REQUEST },
  activation_code_invalid: { status: 400, errorCode: REQUEST },
  password_wrong: { status: 400, errorCode: REQUEST },
  assertion_invalid: { status: 400, errorCode: REQUEST },
  authorization_code_invalid: { status: 400, errorCode: REQUEST },
  address_not_allowed: { status: 403, errorCode: IAM },
  access_denied: { status: 403, errorCode: IAM },
  not_found: { status: 404, errorCode: 'RC-NotFound' },
  gone: { status: 410, errorCode: 'RC-AlreadyDeleted' },
  already_exists: { status: 409, errorCode: CONFLICT },
  // Not 409: IBM's page of the API says 400 where something still hangs on what is to be deleted.
  entity_in_use: { status: 400, errorCode: 'RC-HasDependents' },
  limit_reached: { status: 409, errorCode: 'RC-LimitReached' },
  entity_locked: { status: 422, errorCode: 'RC-Locked' },
  entity_tag_missing: { status: 400, errorCode: REQUEST },
  entity_tag_stale: { status: 409, errorCode: CONFLICT },
  rate_limited: { status: 429, errorCode: 'RC-TooManyRequests' },
  overloaded: { status: 503, errorCode: UNAVAILABLE },
  store_unavailable: { status: 503, errorCode: UNAVAILABLE },
  storage_full: { status: 503, errorCode: UNAVAILABLE },
  internal_error: { status: 500, errorCode: 'RC-InternalError', message: 'An internal error occurred.' },
};
