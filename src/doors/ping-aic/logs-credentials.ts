import type { IncomingMessage } from 'node:http';
import { basicPairOf } from '../../http/authorization.ts';
import { CredentialsConflicting, CredentialsMissing } from '../../problems/credential-problems.ts';
import { RequestMalformed } from '../../problems/request-problems.ts';

/** A log API key, as it was sent. */
export interface LogKeyPair {
  readonly id: string;
  readonly secret: string;
}

/** Longer than any key; longer ones are not looked up. */
const LONGEST = 1_024;

/**
 * The log API key of a request: in the headers `x-api-key` and `x-api-secret`, or as Basic credentials, as some collectors send it. Both
 * at once only if they say the same.
 * @throws CredentialsMissing      neither, or half of it; a bearer token reads no log
 * @throws CredentialsConflicting  two different credentials
 * @throws RequestMalformed        a header is repeated, too long or cannot be read
 */
export function logKeyPairOf(request: IncomingMessage): LogKeyPair {
  const id = singleHeader(request, 'x-api-key');
  const secret = singleHeader(request, 'x-api-secret');
  const basic = basicPairOf(request);
  if (basic === undefined) {
    if (request.headers.authorization === undefined) return wholePair(id, secret);
    // Credential confusion: what stands before us may have looked at the one, and we at the other.
    if (id !== undefined || secret !== undefined) throw conflicting();
    throw missing();
  }
  if ((id !== undefined && id !== basic.id) || (secret !== undefined && secret !== basic.secret)) throw conflicting();
  return wholePair(basic.id, basic.secret);
}

function wholePair(id: string | undefined, secret: string | undefined): LogKeyPair {
  if (id === undefined || id === '' || secret === undefined || secret === '') throw missing();
  return { id, secret };
}

function singleHeader({ headers, rawHeaders }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  if (value === undefined) return undefined;
  const times = rawHeaders.filter((each, index) => index % 2 === 0 && each.toLowerCase() === name).length;
  // Node joins what is repeated; a proxy may have looked at the first or at the last (header confusion).
  if (times > 1 || typeof value !== 'string') throw new RequestMalformed(`The header ${name} is given more than once.`);
  if (value.length > LONGEST) throw new RequestMalformed(`The header ${name} is longer than ${LONGEST} bytes.`);
  return value;
}

const missing = (): CredentialsMissing =>
  new CredentialsMissing('The request carries no log API key.', {
    details: 'Send its id as x-api-key and its secret as x-api-secret, or both as Basic credentials.',
  });

const conflicting = (): CredentialsConflicting =>
  new CredentialsConflicting('The request carries two different credentials.', {
    details: 'Send the log API key alone, and once.',
  });
