import type { IncomingMessage } from 'node:http';
import { CredentialsMissing } from '../problems/credential-problems.ts';
import { RequestMalformed } from '../problems/request-problems.ts';
import { hasControlCharacter, utf8TextOf } from './text.ts';

/** A client's own name and secret (RFC 6749, section 2.3.1). */
export interface BasicCredentials {
  readonly id: string;
  /** Empty when the client sent none. */
  readonly secret: string;
}

/** Longest `Authorization` header, in characters. */
const LONGEST = 10 * 1024;

// Both are linear: one class, then only `=`, which the class does not hold (RFC 9110, section 11.2, token68).
const TOKEN68 = /^[A-Za-z0-9\-._~+/]+=*$/;
const BASE64 = /^[A-Za-z0-9+/\-_]+={0,2}$/;

/**
 * The bearer token of the request (RFC 6750, section 2.1); `undefined` without an `Authorization` header or with another
 * scheme. The word `Bearer` may stand twice: some clients store it as a part of the token.
 * @throws RequestMalformed    the header is repeated, too long, or not of the scheme's form
 * @throws CredentialsMissing  the scheme stands there without a token
 */
export function bearerTokenOf(request: IncomingMessage): string | undefined {
  let token = credentialsOf(request, 'bearer');
  if (token === undefined) return undefined;
  if (token.slice(0, 7).toLowerCase() === 'bearer ') token = token.slice(7).trimStart();
  if (token === '' || token.toLowerCase() === 'bearer') throw missing();
  if (!TOKEN68.test(token)) throw new RequestMalformed('The bearer token has characters that no token has.');
  return token;
}

/**
 * The bearer token of the request.
 * @throws CredentialsMissing  there is none
 * @throws RequestMalformed    as `bearerTokenOf`
 */
export function requiredBearerTokenOf(request: IncomingMessage): string {
  const token = bearerTokenOf(request);
  if (token === undefined) throw missing();
  return token;
}

/**
 * The key of a request whose scheme is followed by nothing else, such as `Token`; `undefined` without an `Authorization` header or
 * with another scheme.
 * @param scheme in lower case
 * @throws RequestMalformed    the header is repeated, too long, or holds more than a key
 * @throws CredentialsMissing  the scheme stands there without a key
 */
export function credentialOfScheme(request: IncomingMessage, scheme: string): string | undefined {
  const key = credentialsOf(request, scheme);
  if (key === '') throw missing();
  if (key !== undefined && !TOKEN68.test(key)) throw new RequestMalformed('The key has characters that no key has.');
  return key;
}

/**
 * The key of a request whose `Authorization` header is a name, an equals sign and a key, as one system has it in the place of a scheme;
 * `undefined` without the header, or with another name.
 * @param name in lower case
 * @throws RequestMalformed    the header is repeated, too long, or has characters that no key has
 * @throws CredentialsMissing  the name stands there without a key
 */
export function namedCredentialOf(request: IncomingMessage, name: string): string | undefined {
  const header = headerOf(request) ?? '';
  const equals = header.indexOf('=');
  if (equals === -1 || header.slice(0, equals).trim().toLowerCase() !== name) return undefined;
  const key = header.slice(equals + 1).trim();
  if (key === '') throw missing();
  if (!TOKEN68.test(key)) throw new RequestMalformed('The key has characters that no key has.');
  return key;
}

/**
 * The key of a request whose `Authorization` header is a key and nothing else, as some systems have it; `undefined` without the
 * header, or with a scheme.
 * @throws RequestMalformed  the header is repeated, too long, or has characters that no key has
 */
export function bareCredentialOf(request: IncomingMessage): string | undefined {
  const key = headerOf(request)?.trim();
  if (key === undefined || key === '' || key.includes(' ')) return undefined;
  if (!TOKEN68.test(key)) throw new RequestMalformed('The key has characters that no key has.');
  return key;
}

/**
 * The client's id and secret (RFC 7617); `undefined` without an `Authorization` header or with another scheme. Both are
 * percent-decoded as RFC 6749, section 2.3.1 wants; a client that does not encode is understood too, because a `+` and
 * a lone `%` stay what they are.
 * @throws RequestMalformed    the header is repeated, too long, not Base64, not UTF-8, or without a colon or an id
 * @throws CredentialsMissing  the scheme stands there without credentials
 */
export function basicCredentialsOf(request: IncomingMessage): BasicCredentials | undefined {
  const given = basicPairOf(request);
  if (given?.id === '') throw malformedBasic();
  return given;
}

/**
 * The same where a client may leave out either: some systems take a key as the user's name, and some as the password.
 * @throws as `basicCredentialsOf`, but without an id
 */
export function basicPairOf(request: IncomingMessage): BasicCredentials | undefined {
  const encoded = credentialsOf(request, 'basic');
  if (encoded === undefined) return undefined;
  if (encoded === '') throw missing();
  if (!BASE64.test(encoded)) throw malformedBasic();
  const text = utf8TextOf(Buffer.from(encoded, 'base64'));
  const colon = text.indexOf(':');
  if (colon === -1) throw malformedBasic();
  const id = percentDecoded(text.slice(0, colon));
  const secret = percentDecoded(text.slice(colon + 1));
  if (hasControlCharacter(id) || hasControlCharacter(secret)) throw malformedBasic();
  return { id, secret };
}

/** What stands after the scheme, trimmed; `undefined` when the header is absent or of another scheme. */
function credentialsOf(request: IncomingMessage, scheme: string): string | undefined {
  const header = headerOf(request);
  if (header === undefined) return undefined;
  if (header.slice(0, scheme.length).toLowerCase() !== scheme) return undefined;
  if (header.length === scheme.length) return '';
  return header[scheme.length] === ' ' ? header.slice(scheme.length).trim() : undefined;
}

function headerOf(request: IncomingMessage): string | undefined {
  const header = request.headers.authorization;
  if (header === undefined) return undefined;
  if (header.length > LONGEST) throw new RequestMalformed(`The Authorization header is longer than ${LONGEST} bytes.`);
  // Node keeps the first of several and drops the rest; a proxy may have checked another one (header confusion).
  if (isRepeated(request)) throw new RequestMalformed('The Authorization header is given more than once.');
  return header;
}

function isRepeated({ rawHeaders }: IncomingMessage): boolean {
  let found = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 13 && name.toLowerCase() === 'authorization') found += 1;
  }
  return found > 1;
}

function percentDecoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function missing(): CredentialsMissing {
  return new CredentialsMissing('The request carries no credentials.', {
    details: 'Send the header Authorization: Bearer followed by a token.',
  });
}

function malformedBasic(): RequestMalformed {
  return new RequestMalformed('The Basic credentials are not Base64 of id:secret.');
}
