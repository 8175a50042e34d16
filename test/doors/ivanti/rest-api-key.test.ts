import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { restApiKeyOf } from '../../../src/doors/ivanti/rest-api-key.ts';
import { CredentialsConflicting, CredentialsMissing } from '../../../src/problems/credential-problems.ts';
import { ParameterRepeated, RequestMalformed } from '../../../src/problems/request-problems.ts';
import { withoutSecrets } from '../../../src/telemetry/redaction.ts';

const KEY = '0123456789ABCDEF0123456789ABCDEF';
const OTHER = 'FEDCBA9876543210FEDCBA9876543210';

function keyOf(authorization: string | undefined, query = '', keysInUrl = false): string | undefined {
  const request = new IncomingMessage(new Socket());
  if (authorization !== undefined) Object.assign(request.headers, { authorization });
  request.url = `/api/rest/whoami?${query}`;
  return restApiKeyOf(request, { keysInUrl });
}

describe('the REST API key of a request', () => {
  it.each([`rest_api_key=${KEY}`, `REST_API_KEY=${KEY}`, ` rest_api_key = ${KEY} `])(
    'when the header is %j, then it is found',
    (header) => {
      expect(keyOf(header)).toBe(KEY);
    },
  );

  it.each([undefined, '', KEY, `Bearer ${KEY}`, `Basic ${KEY}=`, `rest_api_key ${KEY}`, `xrest_api_key=${KEY}`])(
    'when the header is %j, then there is none',
    (header) => {
      expect(keyOf(header)).toBeUndefined();
    },
  );

  it.each([
    ['rest_api_key=', CredentialsMissing],
    [`rest_api_key=${KEY} ${KEY}`, RequestMalformed],
    [`rest_api_key={${KEY}}`, RequestMalformed],
    ['rest_api_key=\u00e9', RequestMalformed],
    [`rest_api_key=${'A'.repeat(11_000)}`, RequestMalformed],
  ])('when the header is %.40j, then it is refused', (header, problem) => {
    expect(() => keyOf(header)).toThrow(problem);
  });

  it('when it is in the query, then it is found only where that is switched on', () => {
    expect(keyOf(undefined, `rest_api_key=${KEY}`)).toBeUndefined();
    expect(keyOf(undefined, `a=b&Rest_Api_Key=${KEY}`, true)).toBe(KEY);
    expect(keyOf(undefined, `rest%5Fapi_key=${KEY}`, true)).toBeUndefined();
    expect(keyOf(`rest_api_key=${KEY}`, `rest_api_key=${KEY}`, true)).toBe(KEY);
  });

  /** Credential confusion: a filter in front may have checked the other one. */
  it('when there are two, then they are refused', () => {
    expect(() => keyOf(`rest_api_key=${OTHER}`, `rest_api_key=${KEY}`, true)).toThrow(CredentialsConflicting);
    expect(() => keyOf(`Bearer ${OTHER}`, `rest_api_key=${KEY}`, true)).toThrow(CredentialsConflicting);
    expect(() => keyOf(undefined, `rest_api_key=${KEY}&rest_api_key=${OTHER}`, true)).toThrow(ParameterRepeated);
  });

  it.each([`rest_api_key=${KEY}`, `/x?REST_API_KEY%3D${KEY}&a=b`, `rest_api_key = ${KEY}`])(
    'when a line with %s is logged, then the key is taken out',
    (line) => {
      expect(withoutSecrets(line)).not.toContain(KEY.slice(0, 8));
    },
  );
});
