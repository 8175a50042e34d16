import { STATUS_CODES } from 'node:http';
import type { RequestHandler } from 'express';
import type { OnFailure } from '../../http/api-answers.ts';
import type { Respond } from '../../http/app.ts';
import { refusalHeaders } from '../../http/refusal-headers.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import { NO_STORE_HEADERS, SECURITY_HEADERS } from '../../http/security-headers.ts';
import { Problem } from '../../problems/problem.ts';
import { AIC_STATUSES } from './aic-problems.ts';

const TRANSACTION_HEADER = 'X-ForgeRock-TransactionId';

/** Sets the headers of every answer, and reads what clients call the request: both have a name of their own at this system. */
export const aicHeaders: RequestHandler = (request, response, next) => {
  const named = request.get(TRANSACTION_HEADER);
  // Before anything has asked for the names of the request, which stay what they are from then on.
  if (named !== undefined) request.headers['transaction-id'] ??= named;
  const { transactionId, requestId } = requestNamesOf(request);
  response.set(SECURITY_HEADERS).set(NO_STORE_HEADERS);
  response.set({ [TRANSACTION_HEADER]: transactionId, 'X-Request-Id': requestId });
  next();
};

/** Writes failures as `{code, reason, message, detail}`; of what is not a problem nothing is told. */
export function aicFailures(onFailure: OnFailure): Respond {
  return (failure, request, response) => {
    const problem = failure instanceof Problem && failure.code !== 'internal_error' ? failure : undefined;
    const status = AIC_STATUSES[problem?.code ?? 'internal_error'];
    onFailure(failure, status, request, requestNamesOf(request));
    response
      .status(status)
      .set(refusalHeaders(problem, status, 'latchkey'))
      .json({
        code: status,
        reason: STATUS_CODES[status] ?? 'Error',
        message: problem?.message ?? 'An internal error occurred.',
        detail: {
          code: problem?.code ?? 'internal_error',
          ...(problem?.details !== undefined && { hint: problem.details }),
        },
      });
  };
}
