import type { IncomingMessage } from 'node:http';
import { namedCredentialOf } from '../../http/authorization.ts';
import { queryStringOf } from '../../http/read-query.ts';
import { CredentialsConflicting } from '../../problems/credential-problems.ts';
import { ParameterRepeated } from '../../problems/request-problems.ts';

/** Where this door may look for a key. */
export interface RestApiKeyOptions {
  /** `?rest_api_key=`, as some clients send it. */
  readonly keysInUrl: boolean;
}

const NAME = 'rest_api_key';

/**
 * The key of a request: `Authorization: rest_api_key=<Reference ID>`, without a scheme; the case of the name does not matter, nor do spaces around the
 * equals sign. Where that is switched on, also in the query; that it may not be there, the door has asked.
 * @returns `undefined`: there is none
 * @throws CredentialsConflicting  beside the key in the query stands another credential
 * @throws CredentialsMissing      the name stands in the header without a key
 * @throws RequestMalformed        the header is repeated, too long, or has characters that no key has
 */
export function restApiKeyOf(request: IncomingMessage, { keysInUrl }: RestApiKeyOptions): string | undefined {
  const inHeader = namedCredentialOf(request, NAME);
  const inUrl = keysInUrl ? keyInUrl(request) : undefined;
  if (inUrl === undefined) return inHeader;
  // A filter in front of us may have looked at the other one (credential confusion).
  if (request.headers.authorization !== undefined && inHeader !== inUrl) {
    throw new CredentialsConflicting('The request carries two different credentials.', { details: 'Send one key.' });
  }
  return inUrl;
}

function keyInUrl(request: IncomingMessage): string | undefined {
  const query = queryStringOf(request);
  if (!query.toLowerCase().includes(NAME)) return undefined;
  const [key, another] = [...new URLSearchParams(query)].filter(([name]) => name.toLowerCase() === NAME);
  if (another !== undefined) throw new ParameterRepeated(NAME);
  const value = key?.[1].trim();
  return value === '' ? undefined : value;
}
