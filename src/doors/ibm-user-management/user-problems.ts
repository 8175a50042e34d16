import type { ProblemCode } from '../../problems/problem-codes.ts';

/**
 * IBM's word for a problem, else it is the problem's own code, as in docs/errors.md (IBM Cloud User Management API, error responses:
 * of its words only this one is known from public answers).
 */
export const USER_WORDS: Readonly<Partial<Record<ProblemCode, string>>> = {
  already_exists: 'Conflict',
  entity_in_use: 'Conflict',
  entity_locked: 'Conflict',
  entity_tag_stale: 'Conflict',
};
