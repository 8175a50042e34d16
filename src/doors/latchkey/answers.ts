import type { OnFailure } from '../../http/api-answers.ts';
import type { Respond } from '../../http/app.ts';
import { refusalHeaders } from '../../http/refusal-headers.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import { Problem } from '../../problems/problem.ts';
import { USUAL_STATUSES } from '../../problems/usual-statuses.ts';

/** Writes failures in the product's own form: the problem's code, as it stands in docs/errors.md, and its sentence. Of what is not a problem nothing is told. */
export function productFailures(onFailure: OnFailure): Respond {
  return (failure, request, response) => {
    const problem = failure instanceof Problem && failure.code !== 'internal_error' ? failure : undefined;
    const code = problem?.code ?? 'internal_error';
    const status = USUAL_STATUSES[code];
    const names = requestNamesOf(request);
    onFailure(failure, status, request, names);
    const body = {
      code,
      message: problem?.message ?? 'An internal error occurred.',
      details: problem?.details,
      transaction_id: names.transactionId,
      request_id: names.requestId,
    };
    response
      .status(status)
      .set(refusalHeaders(problem, status, 'latchkey'))
      .json(body);
  };
}
