import type { Request } from 'express';
import type { Problem } from '../../problems/problem.ts';

/** The `details` of an error: what is in the way, as a whole, so that it can be taken instead; absent of other problems. */
export function conflictsWith(
  _problem: Problem | undefined,
  _request: Request,
  _publicUrl: string,
): object | undefined {
  return undefined;
}
