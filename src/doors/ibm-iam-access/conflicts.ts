import type { Request } from 'express';
import { pathOf } from '../../http/read-query.ts';
import { CustomRoleExists } from '../../policies/custom-role-problems.ts';
import { PolicyExists } from '../../policies/policy-problems.ts';
import type { Problem } from '../../problems/problem.ts';
import { policyRepresentation } from './policy-representations.ts';
import { customRoleRepresentation } from './role-representations.ts';

/** The `details` of an error: what is in the way, as a whole, so that it can be taken instead; absent of other problems. */
export function conflictsWith(problem: Problem | undefined, request: Request, publicUrl: string): object | undefined {
  if (problem instanceof CustomRoleExists) {
    const role = customRoleRepresentation(problem.existing, publicUrl);
    return { conflicts_with: { etag: problem.existing.entityTag, role } };
  }
  if (!(problem instanceof PolicyExists)) return undefined;
  const version = pathOf(request).startsWith('/v2') ? 'v2' : 'v1';
  const policy = policyRepresentation(problem.existing, version, { publicUrl });
  return { conflicts_with: { etag: problem.existing.entityTag, policy } };
}
