import type { Request, RequestHandler, Response } from 'express';
import type { Caller } from '../access/caller.ts';
import { refuseSecretsInUrl } from './read-query.ts';
import { type RequestNames, requestNamesOf } from './request-identity.ts';
import { NO_STORE_HEADERS, SECURITY_HEADERS } from './security-headers.ts';

/** What the doors of administrative APIs answer alike. */

/** Proves who makes the request. @throws CredentialsMissing, TokenInvalid, TokenExpired, TokenRevoked, AddressNotAllowed */
export type CallerOf = (request: Request) => Promise<Caller>;

/** Told of every failure that a door answers, with what only the log may know. */
export type OnFailure = (failure: unknown, status: number, request: Request, names: RequestNames) => void;

/** Sets the headers of every answer, also of failures: what is said of keys and rights is for no cache. */
export const commonHeaders: RequestHandler = (request, response, next) => {
  const { transactionId, requestId } = requestNamesOf(request);
  response.set(SECURITY_HEADERS).set(NO_STORE_HEADERS);
  response.set({ 'Transaction-Id': transactionId, 'X-Correlation-Id': transactionId, 'X-Request-Id': requestId });
  next();
};

/**
 * Refuses keys and tokens in the query string, of a request to any route.
 * @param parts.allowed the parameter for the next page, in lower case. It is sealed text in which three letters of a key
 *   can stand by chance; that it is no key, its seal tells. Default: none.
 */
export function secretsRefused({ allowed }: { readonly allowed?: string } = {}): RequestHandler {
  const names = allowed === undefined ? [] : [allowed];
  return (request, _response, next) => {
    refuseSecretsInUrl(request, { allowed: names });
    next();
  };
}

/** Writes an entity with its tag, raw: clients compare and send it byte for byte. */
export function writeEntity(response: Response, status: 200 | 201, entityTag: string, body: object): void {
  response.status(status).set('ETag', entityTag).json(body);
}

/** Writes "done", without a body and so without a type. */
export function writeNothing(response: Response): void {
  response.status(204).end();
}
