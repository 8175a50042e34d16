import { hash } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { Caller } from '../../access/caller.ts';
import type { Respond } from '../../http/app.ts';
import { refusalHeaders } from '../../http/refusal-headers.ts';
import { type RequestNames, requestNamesOf } from '../../http/request-identity.ts';
import { NO_STORE_HEADERS, SECURITY_HEADERS } from '../../http/security-headers.ts';
import { Problem } from '../../problems/problem.ts';
import { RESOURCE_PROBLEMS } from './resource-problems.ts';

/** Proves who makes the request. @throws CredentialsMissing, TokenInvalid, TokenExpired, TokenRevoked */
export type CallerOf = (request: Request) => Promise<Caller>;

/** Told of every failure that this door answers, with what only the log may know. */
export type OnFailure = (failure: unknown, status: number, request: Request, names: RequestNames) => void;

/** Sets the headers of every answer of this door, also of failures: credential bundles are for no cache. */
export const commonHeaders: RequestHandler = (request, response, next) => {
  const { transactionId, requestId } = requestNamesOf(request);
  response.set(SECURITY_HEADERS).set(NO_STORE_HEADERS);
  response.set({ 'Transaction-Id': transactionId, 'X-Request-Id': requestId });
  next();
};

/** Writes "done", without a body and so without a type. */
export function writeNothing(response: Response): void {
  response.status(204).end();
}

/** Writes failures in the Resource Controller's form; of what is not a problem nothing is told. */
export function resourceFailures(onFailure: OnFailure): Respond {
  return (failure, request, response) => {
    const problem = failure instanceof Problem && failure.code !== 'internal_error' ? failure : undefined;
    const { status, errorCode, message } = RESOURCE_PROBLEMS[problem?.code ?? 'internal_error'];
    const names = requestNamesOf(request);
    onFailure(failure, status, request, names);
    const body = {
      error_code: errorCode,
      message: message ?? problem?.message,
      status_code: status,
      transaction_id: errorTransactionId(names),
      details: problem?.details,
    };
    response
      .status(status)
      .set(refusalHeaders(problem, status, 'resource-controller'))
      .json(body);
  };
}

/** `bss-` and 16 hexadecimal digits, as in IBM's answers; they follow from the id of the request, which the log has too. */
const errorTransactionId = ({ requestId }: RequestNames): string =>
  `bss-${hash('sha256', requestId, 'hex').slice(0, 16)}`;
