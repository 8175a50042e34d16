import type { Request } from 'express';
import type { OnFailure } from '../../http/api-answers.ts';
import type { Respond } from '../../http/app.ts';
import { refusalHeaders } from '../../http/refusal-headers.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import { Problem } from '../../problems/problem.ts';
import { conflictsWith } from './conflicts.ts';
import { saidOf } from './things.ts';

/**
 * Writes failures in the policy API's form; of what is not a problem nothing is told.
 * @param publicUrl without a last slash; addresses of shown things begin with it
 */
export function accessFailures(onFailure: OnFailure, publicUrl: string): Respond {
  return (failure, request, response) => {
    const problem = failure instanceof Problem && failure.code !== 'internal_error' ? failure : undefined;
    const { status, error: said } = errorOf(problem, request);
    const names = requestNamesOf(request);
    onFailure(failure, status, request, names);
    const error = { ...said, details: conflictsWith(problem, request, publicUrl) };
    response
      .status(status)
      .set(refusalHeaders(problem, status, 'access'))
      .json({ trace: names.transactionId, errors: [error], status_code: status });
  };
}

/** @returns how one problem is said to this request, by itself or as what became of one of many */
export function errorOf(problem: Problem | undefined, request: Request) {
  const { status, code, message } = saidOf(problem, request);
  return { status, error: { code, message: message ?? sentencesOf(problem) } };
}

/** In this API `details` is an object that tells of conflicts alone, so a second sentence follows the first. */
function sentencesOf(problem: Problem | undefined): string | undefined {
  return problem?.details === undefined ? problem?.message : `${problem.message} ${problem.details}`;
}
