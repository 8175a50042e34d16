import type { Request, RequestHandler, Response } from 'express';
import type { Caller } from '../../access/caller.ts';
import type { Respond } from '../../http/app.ts';
import { refusalHeaders } from '../../http/refusal-headers.ts';
import { type RequestNames, requestNamesOf } from '../../http/request-identity.ts';
import { NO_STORE_HEADERS, SECURITY_HEADERS } from '../../http/security-headers.ts';
import { Problem } from '../../problems/problem.ts';
import { conflictsWith } from './conflicts.ts';
import { saidOf } from './things.ts';

/** Proves who makes the request. @throws CredentialsMissing, TokenInvalid, TokenExpired, TokenRevoked */
export type CallerOf = (request: Request) => Promise<Caller>;

/** Told of every failure that this door answers, with what only the log may know. */
export type OnFailure = (failure: unknown, status: number, request: Request, names: RequestNames) => void;

/** Sets the headers of every answer of this door, also of failures: who may do what is for no cache. */
export const commonHeaders: RequestHandler = (request, response, next) => {
  const { transactionId, requestId } = requestNamesOf(request);
  response.set(SECURITY_HEADERS).set(NO_STORE_HEADERS);
  response.set({ 'Transaction-Id': transactionId, 'X-Correlation-Id': transactionId, 'X-Request-Id': requestId });
  next();
};

/** Writes an entity with its tag, raw: clients compare and send it byte for byte. */
export function writeEntity(response: Response, status: 200 | 201, entityTag: string, body: object): void {
  response.status(status).set('ETag', entityTag).json(body);
}

/** Writes "done", without a body and so without a type. */
export function writeNothing(response: Response): void {
  response.status(204).end();
}

/**
 * Writes failures in the policy API's form; of what is not a problem nothing is told.
 * @param publicUrl without a last slash; addresses of shown things begin with it
 */
export function accessFailures(onFailure: OnFailure, publicUrl: string): Respond {
  return (failure, request, response) => {
    const problem = failure instanceof Problem && failure.code !== 'internal_error' ? failure : undefined;
    const { status, error: said } = errorOf(problem, request);
    const names = requestNamesOf(request);
    onFailure(failure, status, request, names);
    const error = { ...said, details: conflictsWith(problem, request, publicUrl) };
    response
      .status(status)
      .set(refusalHeaders(problem, status, 'access'))
      .json({ trace: names.transactionId, errors: [error], status_code: status });
  };
}

/** @returns how one problem is said to this request, by itself or as what became of one of many */
export function errorOf(problem: Problem | undefined, request: Request) {
  const { status, code, message } = saidOf(problem, request);
  return { status, error: { code, message: message ?? sentencesOf(problem) } };
}

/** In this API `details` is an object that tells of conflicts alone, so a second sentence follows the first. */
function sentencesOf(problem: Problem | undefined): string | undefined {
  return problem?.details === undefined ? problem?.message : `${problem.message} ${problem.details}`;
}
