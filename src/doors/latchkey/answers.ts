import type { Request, RequestHandler } from 'express';
import type { Caller } from '../../access/caller.ts';
import type { Respond } from '../../http/app.ts';
import { refusalHeaders } from '../../http/refusal-headers.ts';
import { type RequestNames, requestNamesOf } from '../../http/request-identity.ts';
import { NO_STORE_HEADERS, SECURITY_HEADERS } from '../../http/security-headers.ts';
import { Problem } from '../../problems/problem.ts';
import { PRODUCT_STATUSES } from './product-problems.ts';

/** Proves who makes the request. @throws CredentialsMissing, TokenInvalid, TokenExpired, TokenRevoked */
export type CallerOf = (request: Request) => Promise<Caller>;

/** Told of every failure that this door answers, with what only the log may know. */
export type OnFailure = (failure: unknown, status: number, request: Request, names: RequestNames) => void;

/** Sets the headers of every answer of this door, also of failures. */
export const commonHeaders: RequestHandler = (request, response, next) => {
  const { transactionId, requestId } = requestNamesOf(request);
  response.set(SECURITY_HEADERS).set(NO_STORE_HEADERS);
  response.set({ 'Transaction-Id': transactionId, 'X-Request-Id': requestId });
  next();
};

/** Writes failures in the product's own form; of what is not a problem nothing is told. */
export function productFailures(onFailure: OnFailure): Respond {
  return (failure, request, response) => {
    const problem = failure instanceof Problem && failure.code !== 'internal_error' ? failure : undefined;
    const code = problem?.code ?? 'internal_error';
    const status = PRODUCT_STATUSES[code];
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
