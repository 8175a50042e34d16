import type { Request, RequestHandler, Response } from 'express';
import type { Respond } from '../../http/app.ts';
import { refusalHeaders } from '../../http/refusal-headers.ts';
import { type RequestNames, requestNamesOf } from '../../http/request-identity.ts';
import { NO_STORE_HEADERS, SECURITY_HEADERS } from '../../http/security-headers.ts';
import { Problem } from '../../problems/problem.ts';
import { IDENTITY_PROBLEMS } from './identity-problems.ts';

/** Sets the headers of every answer of this door, also of failures: what it says of keys is for no cache. */
export const commonHeaders: RequestHandler = (request, response, next) => {
  const { transactionId, requestId } = requestNamesOf(request);
  response.set(SECURITY_HEADERS).set(NO_STORE_HEADERS);
  response.set({ 'Transaction-Id': transactionId, 'X-Correlation-Id': transactionId, 'X-Request-Id': requestId });
  next();
};

/** Writes an entity with its tag, raw: clients compare it byte for byte with `entity_tag`. */
export function writeEntity(response: Response, status: 200 | 201, entityTag: string, body: object): void {
  response.status(status).set('ETag', entityTag).json(body);
}

/** Writes "done", without a body and so without a type. */
export function writeNothing(response: Response): void {
  response.status(204).end();
}

/** Told of every failure that this door answers, with what only the log may know. */
export type OnFailure = (failure: unknown, status: number, request: Request, names: RequestNames) => void;

/** Writes failures in the identity API's form; of what is not a problem nothing is told. */
export function identityFailures(onFailure: OnFailure): Respond {
  return (failure, request, response) => {
    const problem = failure instanceof Problem ? failure : undefined;
    const row = IDENTITY_PROBLEMS[problem?.code ?? 'internal_error'];
    const names = requestNamesOf(request);
    onFailure(failure, row.status, request, names);
    const error = {
      code: row.code,
      message_code: row.messageCode,
      message: row.message ?? problem?.message,
      details: row.message === undefined ? problem?.details : undefined,
    };
    // No `context.url`: IBM's Node SDK hides the message of an error whose `context.url` holds the letters "iam".
    const body = {
      context: { transaction_id: names.transactionId },
      trace: names.requestId,
      status_code: row.status,
      errors: [error],
    };
    response
      .status(row.status)
      .set(refusalHeaders(problem, row.status, 'identity'))
      .json(body);
  };
}
