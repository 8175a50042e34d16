import type { IncomingMessage } from 'node:http';
import { queryStringOf } from '../../http/read-query.ts';
import { type Form, parseUrlEncoded } from '../../http/url-encoded.ts';
import { ParameterInvalid, RequestMalformed } from '../../problems/request-problems.ts';

/** What the query string says of the host from which all lines of a request come. */
export interface LogSender {
  readonly host: string | undefined;
  /** Its address, network card and tags, as far as it tells them. */
  readonly labels: Readonly<Record<string, unknown>> | undefined;
  /** Characters of all that, which stand in each line again. */
  readonly characters: number;
}

const LONGEST_HOST_NAME = 256;
const LONGEST_TAG = 80;
const LONGEST_TAGS = 1_024;
const LONGEST_ADDRESS = 80;
const MAXIMUM_FIELDS = 50;
const ASCII = /^[\x20-\x7e]*$/;

/**
 * Reads the query string of a request with lines. Empty parameters are as good as absent: clients send them. `now` is not believed:
 * some send milliseconds and some seconds, and lines have their own time.
 * @throws ParameterInvalid @throws ParameterRepeated @throws RequestMalformed
 */
export function logSenderOf(request: IncomingMessage): LogSender {
  const query = queryStringOf(request);
  // Node reads the request line as Latin-1, so a raw UTF-8 byte here would silently become another character.
  if (!ASCII.test(query)) throw new RequestMalformed('The query string is not percent-encoded.');
  const form = parseUrlEncoded(query, { maximumFields: MAXIMUM_FIELDS, repeatable: ['tags'] });
  const host = parameter(form, 'hostname', LONGEST_HOST_NAME);
  const labels = {
    tags: tagsOf(form),
    mac: parameter(form, 'mac', LONGEST_ADDRESS),
    ip: parameter(form, 'ip', LONGEST_ADDRESS),
  };
  const told = Object.values(labels).some((value) => value !== undefined);
  return { host, labels: told ? labels : undefined, characters: query.length };
}

/** Separated by commas, or one parameter each, as the logger for Python has it. */
function tagsOf(form: Form): readonly string[] | undefined {
  const text = form.all('tags').join();
  if (text.length > LONGEST_TAGS) throw new ParameterInvalid('tags', `must have at most ${LONGEST_TAGS} characters`);
  const tags = text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  if (tags.some(({ length }) => length > LONGEST_TAG)) {
    throw new ParameterInvalid('tags', `must have at most ${LONGEST_TAG} characters in each tag`);
  }
  return tags.length === 0 ? undefined : tags;
}

function parameter(form: Form, name: string, most: number): string | undefined {
  const value = form.get(name);
  if (value !== undefined && value.length > most)
    throw new ParameterInvalid(name, `must have at most ${most} characters`);
  return value;
}
