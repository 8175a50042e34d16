import type { OnFailure } from '../../http/api-answers.ts';
import type { Respond } from '../../http/app.ts';
import { refusalHeaders } from '../../http/refusal-headers.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import { Problem } from '../../problems/problem.ts';
import { USER_PROBLEMS } from './user-problems.ts';

/** Writes failures in the user management API's form; of what is not a problem nothing is told. */
export function userFailures(onFailure: OnFailure): Respond {
  return (failure, request, response) => {
    const problem = failure instanceof Problem && failure.code !== 'internal_error' ? failure : undefined;
    const { status, code, message } = USER_PROBLEMS[problem?.code ?? 'internal_error'];
    const names = requestNamesOf(request);
    onFailure(failure, status, request, names);
    const error = { code, message: message ?? problem?.message, more_info: problem?.details };
    response
      .status(status)
      .set(refusalHeaders(problem, status, 'user-management'))
      .json({ trace: names.transactionId, errors: [error], status_code: status });
  };
}
