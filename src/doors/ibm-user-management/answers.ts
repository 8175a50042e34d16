import type { Request, RequestHandler, Response } from 'express';
import type { Caller } from '../../access/caller.ts';
import type { Respond } from '../../http/app.ts';
import { refusalHeaders } from '../../http/refusal-headers.ts';
import { type RequestNames, requestNamesOf } from '../../http/request-identity.ts';
import { NO_STORE_HEADERS, SECURITY_HEADERS } from '../../http/security-headers.ts';
import { Problem } from '../../problems/problem.ts';
import { USER_PROBLEMS } from './user-problems.ts';

/** Proves who makes the request. @throws CredentialsMissing, TokenInvalid, TokenExpired, TokenRevoked */
export type CallerOf = (request: Request) => Promise<Caller>;

/** Told of every failure that this door answers, with what only the log may know. */
export type OnFailure = (failure: unknown, status: number, request: Request, names: RequestNames) => void;

/** Sets the headers of every answer of this door, also of failures: who is in an account is for no cache. */
export const commonHeaders: RequestHandler = (request, response, next) => {
  const { transactionId, requestId } = requestNamesOf(request);
  response.set(SECURITY_HEADERS).set(NO_STORE_HEADERS);
  response.set({ 'Transaction-Id': transactionId, 'X-Correlation-Id': transactionId, 'X-Request-Id': requestId });
  next();
};

/** Writes "done", without a body and so without a type. */
export function writeNothing(response: Response): void {
  response.status(204).end();
}

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
