import { Problem } from './problem.ts';
import type { ProblemCode } from './problem-codes.ts';

const OUTAGES: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'store_unavailable',
  'storage_full',
  'overloaded',
  'internal_error',
]);

/**
 * Whether it is a decision about the caller or the credential, and not an outage: what could not be decided must not be told
 * as "wrong", or clients stop trying what would work, and must not count as a failed attempt.
 */
export function isRefusal(failure: unknown): failure is Problem {
  return failure instanceof Problem && !OUTAGES.has(failure.code);
}
