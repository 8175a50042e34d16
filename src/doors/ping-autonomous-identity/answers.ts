import type { OnFailure } from '../../http/api-answers.ts';
import type { Respond } from '../../http/app.ts';
import { refusalHeaders } from '../../http/refusal-headers.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import { Problem } from '../../problems/problem.ts';
import { TENANT_STATUSES } from './tenant-problems.ts';

/** Writes failures as `{message}`, with the problem's code beside it; of what is not a problem nothing is told. */
export function tenantFailures(onFailure: OnFailure): Respond {
  return (failure, request, response) => {
    const problem = failure instanceof Problem && failure.code !== 'internal_error' ? failure : undefined;
    const code = problem?.code ?? 'internal_error';
    const status = TENANT_STATUSES[code];
    onFailure(failure, status, request, requestNamesOf(request));
    const message = problem?.message ?? 'An internal error occurred.';
    const details = problem?.details;
    response
      .status(status)
      .set(refusalHeaders(problem, status, 'latchkey'))
      .json({ message, code, ...(details !== undefined && { details }) });
  };
}
