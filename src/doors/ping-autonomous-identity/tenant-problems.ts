import type { ProblemCode } from '../../problems/problem-codes.ts';
import { USUAL_STATUSES } from '../../problems/usual-statuses.ts';

/** The status of each problem at Autonomous Identity's paths: 401 for a bad log-in, token or key, 403 for one of another tenant. */
export const TENANT_STATUSES: Readonly<Record<ProblemCode, number>> = {
  ...USUAL_STATUSES,
  api_key_unknown: 401,
  api_key_disabled: 401,
  api_key_expired: 401,
  account_mismatch: 403,
  password_wrong: 401,
  assertion_invalid: 401,
  entity_tag_stale: 412,
};
