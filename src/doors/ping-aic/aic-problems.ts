import type { ProblemCode } from '../../problems/problem-codes.ts';
import { USUAL_STATUSES } from '../../problems/usual-statuses.ts';

/**
 * The status of each problem at Advanced Identity Cloud's paths. Whatever is wrong with a log key is 401, also that it comes from
 * a wrong address: its clients look at nothing finer.
 */
export const AIC_STATUSES: Readonly<Record<ProblemCode, number>> = {
  ...USUAL_STATUSES,
  api_key_unknown: 401,
  api_key_disabled: 401,
  api_key_expired: 401,
  account_mismatch: 401,
  address_not_allowed: 401,
  password_wrong: 401,
  assertion_invalid: 401,
  entity_tag_stale: 412,
};
