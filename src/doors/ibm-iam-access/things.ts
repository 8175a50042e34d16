import type { Request } from 'express';
import { pathOf } from '../../http/read-query.ts';
import type { Problem } from '../../problems/problem.ts';
import type { ProblemCode } from '../../problems/problem-codes.ts';
import { ParameterMissing } from '../../problems/request-problems.ts';
import { ACCESS_PROBLEMS, type AccessProblem } from './access-problems.ts';

/** How problems with one kind of thing are said, where the policy API has words of its own for it. */
interface Thing {
  readonly prefix: string;
  readonly missing: string;
  readonly conflict: string;
}

const THINGS: readonly Thing[] = [
  { prefix: '/v1/policies', missing: 'policy_not_found', conflict: 'policy_conflict_error' },
  { prefix: '/v2/policies', missing: 'policy_not_found', conflict: 'policy_conflict_error' },
  { prefix: '/v2/roles', missing: 'role_not_found', conflict: 'role_conflict_error' },
];

const CONFLICTS: ReadonlySet<ProblemCode> = new Set(['already_exists', 'entity_in_use', 'entity_tag_stale']);

/** @returns how this door says the problem to this request. @param problem `undefined`: an internal error */
export function saidOf(problem: Problem | undefined, request: Request): AccessProblem {
  const row = ACCESS_PROBLEMS[problem?.code ?? 'internal_error'];
  if (problem === undefined) return row;
  if (problem instanceof ParameterMissing && request.method === 'GET') {
    return { ...row, code: 'missing_required_query_parameter' };
  }
  const path = pathOf(request);
  const thing = THINGS.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));
  if (thing === undefined) return row;
  if (problem.code === 'not_found') return { ...row, code: thing.missing };
  if (CONFLICTS.has(problem.code)) return { ...row, code: thing.conflict };
  return row;
}
