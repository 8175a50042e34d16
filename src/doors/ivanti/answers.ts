import type { OnFailure } from '../../http/api-answers.ts';
import type { Respond } from '../../http/app.ts';
import { refusalHeaders } from '../../http/refusal-headers.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import { Problem } from '../../problems/problem.ts';
import type { FailureRepresentation } from './failure-answers.ts';
import { REST_PROBLEMS } from './rest-problems.ts';

/** Writes failures as `{code, description, message, help}`; of what is not a problem nothing is told. */
export function restFailures(onFailure: OnFailure): Respond {
  return (failure, request, response) => {
    const problem = failure instanceof Problem && failure.code !== 'internal_error' ? failure : undefined;
    const { status, code, description, message } = REST_PROBLEMS[problem?.code ?? 'internal_error'];
    onFailure(failure, status, request, requestNamesOf(request));
    // What is wrong with a key is told to nobody, and so is how it could be mended.
    const help = status === 401 ? undefined : problem?.details;
    response
      .status(status)
      .set(refusalHeaders(problem, status, 'latchkey'))
      .json({
        ...{ code, description, message: [message ?? problem?.message ?? ''] },
        ...(help !== undefined && { help }),
      } satisfies FailureRepresentation);
  };
}
