import type { OnFailure } from '../../http/api-answers.ts';
import type { Respond } from '../../http/app.ts';
import { refusalHeaders } from '../../http/refusal-headers.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import { Problem } from '../../problems/problem.ts';
import { USUAL_STATUSES } from '../../problems/usual-statuses.ts';
import { USER_WORDS } from './user-problems.ts';

/** Writes failures in the user management API's form; of what is not a problem nothing is told. */
export function userFailures(onFailure: OnFailure): Respond {
  return (failure, request, response) => {
    const problem = failure instanceof Problem && failure.code !== 'internal_error' ? failure : undefined;
    const code = problem?.code ?? 'internal_error';
    const status = USUAL_STATUSES[code];
    const names = requestNamesOf(request);
    onFailure(failure, status, request, names);
    const message = problem?.message ?? 'An internal error occurred.';
    const error = { code: USER_WORDS[code] ?? code, message, more_info: problem?.details };
    response
      .status(status)
      .set(refusalHeaders(problem, status, 'user-management'))
      .json({ trace: names.transactionId, errors: [error], status_code: status });
  };
}
