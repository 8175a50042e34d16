import type { IncomingMessage } from 'node:http';
import type { ZodType } from 'zod';
import { RequestMalformed, SecretInUrl } from '../problems/request-problems.ts';
import { parsedBySchema } from './schema-problems.ts';
import { parseUrlEncoded } from './url-encoded.ts';

/** Most parameters in a query string. */
const MAXIMUM_FIELDS = 50;

/** Names under which secrets are commonly sent; compared without case. */
const SECRET_NAMES: ReadonlySet<string> = new Set([
  'apikey',
  'api_key',
  'rest_api_key',
  'access_token',
  'token',
  'refresh_token',
  'password',
  'client_secret',
]);

// Both are linear: a fixed beginning, then one class a bounded number of times.
const OWN_KEY = /lk_[A-Za-z0-9_]{20}/;
const SIGNED_TOKEN = /^eyJ[A-Za-z0-9_-]{16}/;

/** How a query string is read. */
export interface ReadQueryOptions {
  /** Names that may stand more than once; the schema gets an array for them. Default: none. */
  readonly repeatable?: readonly string[];
}

/** The query string of a request without its `?`, or an empty string. */
export function queryStringOf({ url = '' }: Pick<IncomingMessage, 'url'>): string {
  const mark = url.indexOf('?');
  return mark === -1 ? '' : url.slice(mark + 1);
}

/** The path of a request without its query string: what may be logged. */
export function pathOf({ url = '' }: Pick<IncomingMessage, 'url'>): string {
  const mark = url.indexOf('?');
  return mark === -1 ? url : url.slice(0, mark);
}

/**
 * Reads the query string by the schema. Parameters that the schema does not name are tolerated, empty ones are absent,
 * and every value is text (or an array of text where `repeatable`).
 * @throws ParameterRepeated  a name stands twice
 * @throws ParameterMissing   the schema needs a parameter that is absent
 * @throws ParameterInvalid   a value is not what the schema allows
 * @throws RequestMalformed   too many parameters, bad encoding, control characters, raw bytes that are not ASCII
 */
export function readQuery<Output>(
  request: Pick<IncomingMessage, 'url'>,
  schema: ZodType<Output>,
  { repeatable = [] }: ReadQueryOptions = {},
): Output {
  const query = queryStringOf(request);
  // Node reads the request line as Latin-1, so a raw UTF-8 byte here would silently become another character.
  if (!isAscii(query)) throw new RequestMalformed('The query string is not percent-encoded.');
  const form = parseUrlEncoded(query, { maximumFields: MAXIMUM_FIELDS, repeatable });
  // fromEntries defines own members, also for a name like `__proto__`: no prototype is reached.
  const fields = Object.fromEntries(
    form.names().map((name) => [name, repeatable.includes(name) ? form.all(name) : form.get(name)]),
  );
  return parsedBySchema(schema, fields, 'query');
}

/** The contracts that need a secret in the URL name it here; a door without such a contract leaves it out. */
export interface SecretsInUrlOptions {
  /** Lower-case names that this door's contract sends in the URL. Default: none. */
  readonly allowed?: readonly string[];
}

/**
 * Refuses keys and tokens in the query string: proxies, browsers and logs keep URLs (RFC 9700, section 4.3.2).
 * @throws SecretInUrl  a parameter is named like a secret and has a value, or a value looks like a key or a token
 */
export function refuseSecretsInUrl(
  request: Pick<IncomingMessage, 'url'>,
  { allowed = [] }: SecretsInUrlOptions = {},
): void {
  const query = queryStringOf(request);
  if (query === '') return;
  for (const field of query.split('&')) {
    const equals = field.indexOf('=');
    const name = leniently(equals === -1 ? field : field.slice(0, equals));
    const value = equals === -1 ? '' : leniently(field.slice(equals + 1));
    const plainName = name.toLowerCase();
    if (allowed.includes(plainName)) continue;
    const namesSecret = SECRET_NAMES.has(plainName) && value !== '';
    if (namesSecret || OWN_KEY.test(value) || OWN_KEY.test(name) || SIGNED_TOKEN.test(value)) {
      throw new SecretInUrl('Keys and tokens must not be sent in the URL.', {
        details: 'Send it in the body or in the Authorization header, and replace it: URLs are kept in logs.',
      });
    }
  }
}

/** Byte by byte and without refusing anything: what a strict reader would refuse may still hold a secret. */
function leniently(encoded: string): string {
  if (!encoded.includes('%')) return encoded;
  return encoded.replace(/%([0-9A-Fa-f]{2})/g, (_all, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) > 0x7e) return false;
  }
  return true;
}
