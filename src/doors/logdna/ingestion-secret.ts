import type { IncomingMessage } from 'node:http';
import { basicPairOf } from '../../http/authorization.ts';
import { queryStringOf, refuseSecretsInUrl } from '../../http/read-query.ts';
import { CredentialsConflicting, CredentialsMissing } from '../../problems/credential-problems.ts';

/** Where this door may look for a key. */
export interface IngestionSecretOptions {
  /** `?apikey=`, as older clients send it. */
  readonly keysInUrl: boolean;
}

/** Of headers that hold nothing but the key: the loggers', and that of IBM's security pages. */
const KEY_HEADERS = ['apikey', 'ingestionkey'] as const;

/**
 * The ingestion key of a request, wherever a client puts it: Basic as the user's name or as the password, a header, or, where that is
 * switched on, the query. One client sends the same key in two places.
 * @throws CredentialsMissing      there is none
 * @throws CredentialsConflicting  there are two that differ
 * @throws SecretInUrl             there is one in the URL, and it may not be there
 * @throws RequestMalformed        Basic credentials that are none
 */
export function ingestionSecretOf(request: IncomingMessage, { keysInUrl }: IngestionSecretOptions): string {
  refuseSecretsInUrl(request, keysInUrl ? { allowed: ['apikey'] } : {});
  let secret = secretOfBasic(request);
  for (const name of KEY_HEADERS) {
    const given = request.headers[name];
    if (typeof given === 'string') secret = theOne(secret, given.trim());
  }
  if (keysInUrl) secret = theOne(secret, secretInUrl(request));
  if (secret !== '') return secret;
  throw new CredentialsMissing('The request carries no ingestion key.', {
    details: 'Send it as the user name of Basic credentials, or in the header apikey.',
  });
}

function secretOfBasic(request: IncomingMessage): string {
  const given = basicPairOf(request);
  return given === undefined ? '' : theOne(given.id, given.secret);
}

function secretInUrl(request: IncomingMessage): string {
  const query = queryStringOf(request);
  return query.includes('apikey') ? (new URLSearchParams(query).get('apikey') ?? '').trim() : '';
}

/** @throws CredentialsConflicting  a filter in front of us may have looked at the other one (credential confusion) */
function theOne(first: string, second: string): string {
  if (first === '' || second === '' || first === second) return first === '' ? second : first;
  throw new CredentialsConflicting('The request carries two different keys.', { details: 'Send one ingestion key.' });
}
