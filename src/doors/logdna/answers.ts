import type { Request, RequestHandler } from 'express';
import type { Caller } from '../../access/caller.ts';
import type { Respond } from '../../http/app.ts';
import { refusalHeaders } from '../../http/refusal-headers.ts';
import { type RequestNames, requestNamesOf } from '../../http/request-identity.ts';
import { NO_STORE_HEADERS, SECURITY_HEADERS } from '../../http/security-headers.ts';
import { Problem } from '../../problems/problem.ts';
import { LOG_PROBLEMS } from './log-problems.ts';

/** Proves who makes the request. @throws CredentialsMissing, TokenInvalid, TokenExpired, TokenRevoked */
export type CallerOf = (request: Request) => Promise<Caller>;

/** Told of every failure that this door answers, with what only the log may know. */
export type OnFailure = (failure: unknown, status: number, request: Request, names: RequestNames) => void;

/** Sets the headers of every answer of this door, also of failures: keys are for no cache. */
export const commonHeaders: RequestHandler = (request, response, next) => {
  const { transactionId, requestId } = requestNamesOf(request);
  response.set(SECURITY_HEADERS).set(NO_STORE_HEADERS);
  response.set({ 'Transaction-Id': transactionId, 'X-Request-Id': requestId });
  next();
};

/** Writes failures in LogDNA's form; of what is not a problem nothing is told. */
export function logFailures(onFailure: OnFailure): Respond {
  return (failure, request, response) => {
    const problem = failure instanceof Problem && failure.code !== 'internal_error' ? failure : undefined;
    const { status, code, message } = LOG_PROBLEMS[problem?.code ?? 'internal_error'];
    const names = requestNamesOf(request);
    onFailure(failure, status, request, names);
    const details = detailsOf(problem);
    response
      .status(status)
      .set(refusalHeaders(problem, status, 'logdna'))
      .json({ error: message ?? problem?.message, code, status: 'error', ...(details !== undefined && { details }) });
  };
}

/** As in LogDNA's own answers: a list, of which each may name the parameter that it is about. */
function detailsOf(problem: Problem | undefined): readonly { message: string; key?: string }[] | undefined {
  if (problem === undefined) return undefined;
  const key = 'parameter' in problem && typeof problem.parameter === 'string' ? problem.parameter : undefined;
  if (problem.details === undefined && key === undefined) return undefined;
  return [{ message: problem.details ?? problem.message, ...(key !== undefined && { key }) }];
}
