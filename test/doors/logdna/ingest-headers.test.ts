import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { ingestionSecretOf } from '../../../src/doors/logdna/ingestion-secret.ts';
import { logSenderOf } from '../../../src/doors/logdna/log-sender.ts';
import { CredentialsConflicting, CredentialsMissing } from '../../../src/problems/credential-problems.ts';
import {
  ParameterInvalid,
  ParameterRepeated,
  RequestMalformed,
  SecretInUrl,
} from '../../../src/problems/request-problems.ts';

const KEY = '0123456789abcdef0123456789abcdef';
const OTHER = 'fedcba9876543210fedcba9876543210';
const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` });

function requestWith(headers: Readonly<Record<string, string>>, query = ''): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  Object.assign(request.headers, headers);
  request.url = `/logs/ingest?${query}`;
  return request;
}

describe('the ingestion key of a request', () => {
  const secretOf = (headers: Readonly<Record<string, string>>, query = '', keysInUrl = false) =>
    ingestionSecretOf(requestWith(headers, query), { keysInUrl });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['as the user of Basic', basic(`${KEY}:`)],
    ['as the password of Basic', basic(`:${KEY}`)],
    ['as both of Basic', basic(`${KEY}:${KEY}`)],
    ['in apikey', { apikey: KEY }],
    ['in ingestionkey', { ingestionkey: KEY }],
    ['in several places', { ...basic(`${KEY}:`), apikey: KEY, ingestionkey: KEY }],
    ['beside an empty header', { ...basic(`${KEY}:`), apikey: '' }],
  ])('when it is sent %s, then it is found', (_where, headers) => {
    expect(secretOf(headers)).toBe(KEY);
  });

  it('given the switch, when it is sent in the query, then it is found', () => {
    expect(secretOf({}, `hostname=a&apikey=${KEY}`, true)).toBe(KEY);
  });

  it.each([
    ['none', {}],
    ['an empty one', { apikey: '' }],
    ['empty Basic credentials', basic(':')],
    ['a bearer', { authorization: 'Bearer x' }],
  ])('when there is %s, then it is missing', (_kind, headers) => {
    expect(() => secretOf(headers)).toThrow(CredentialsMissing);
  });

  /** Credential confusion: a filter in front may have checked the other one. */
  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['the parts of Basic', basic(`${KEY}:${OTHER}`), ''],
    ['Basic and a header', { ...basic(`${KEY}:`), apikey: OTHER }, ''],
    ['two headers', { apikey: KEY, ingestionkey: OTHER }, ''],
    ['a header and the query', { apikey: KEY }, `apikey=${OTHER}`],
  ])('when %s differ, then both are refused', (_where, headers, query) => {
    expect(() => secretOf(headers, query, true)).toThrow(CredentialsConflicting);
  });

  it('without the switch, when it is sent in the query, then it is refused, also beside a header', () => {
    expect(() => secretOf({ apikey: KEY }, `apikey=${KEY}`)).toThrow(SecretInUrl);
  });

  it('when Basic is not Base64, then it is refused', () => {
    expect(() => secretOf({ authorization: 'Basic ???' })).toThrow(RequestMalformed);
  });
});

describe('what a query says of the sender', () => {
  const senderOf = (query: string) => logSenderOf(requestWith({}, query));

  it('when it says all, then it is read', () => {
    const query = 'hostname=web-1&mac=C0%3AFF&ip=10.0.0.1&now=1700000000&tags=a,%20b,,c';

    expect(senderOf(query)).toEqual({
      host: 'web-1',
      labels: { tags: ['a', 'b', 'c'], mac: 'C0:FF', ip: '10.0.0.1' },
      characters: query.length,
    });
  });

  it('when there is a parameter for each tag, as the logger for Python sends them, then all are read', () => {
    expect(senderOf('tags=a&tags=b')).toMatchObject({ labels: { tags: ['a', 'b'] } });
  });

  it('when all of it is empty, as loggers send it, then it says nothing', () => {
    expect(senderOf('hostname=&mac=&ip=&tags=&now=')).toMatchObject({ host: undefined, labels: undefined });
  });

  it.each([
    ['a long host name', `hostname=${'a'.repeat(257)}`, ParameterInvalid],
    ['a long tag', `tags=a,${'a'.repeat(81)}`, ParameterInvalid],
    ['many tags', `tags=${'a,'.repeat(600)}`, ParameterInvalid],
    ['two host names', 'hostname=a&hostname=b', ParameterRepeated],
    ['a line end', 'hostname=a%0Ab', RequestMalformed],
    ['broken encoding', 'hostname=%ff', RequestMalformed],
    ['raw bytes', 'hostname=\u00e4', RequestMalformed],
  ])('when it has %s, then it is refused', (_kind, query, problem) => {
    expect(() => senderOf(query)).toThrow(problem);
  });
});
