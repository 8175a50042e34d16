import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { basicCredentialsOf, bearerTokenOf, requiredBearerTokenOf } from '../../src/http/authorization.ts';
import { Problem } from '../../src/problems/problem.ts';
import { problemOf } from './wire.ts';

const withHeaders = (...values: string[]): IncomingMessage =>
  // Safe: the functions look at these two members only.
  ({
    headers: values.length === 0 ? {} : { authorization: values[0] },
    rawHeaders: ['Host', 'a', ...values.flatMap((value) => ['Authorization', value])],
  }) as IncomingMessage;
const basic = (text: string): IncomingMessage => withHeaders(`Basic ${Buffer.from(text).toString('base64')}`);

describe('bearerTokenOf', () => {
  it.each([
    ['Bearer a.b-c_d~e+f/g==', 'a.b-c_d~e+f/g=='],
    ['bearer abc', 'abc'],
    ['Bearer   abc ', 'abc'],
    ['Bearer Bearer abc', 'abc'],
    ['Bearer bearer  abc', 'abc'],
  ])('given %j, when it is read, then the token is %s', (header, token) => {
    expect(bearerTokenOf(withHeaders(header))).toBe(token);
  });

  it.each(['Basic Yng6Yng=', 'Bearerabc', 'eyJhbGciOi', '', 'Digest x'])(
    'given %j, when it is read, then there is no bearer token',
    async (header) => {
      expect(bearerTokenOf(withHeaders(header))).toBeUndefined();
      expect((await problemOf(() => requiredBearerTokenOf(withHeaders(header)))).code).toBe('credentials_missing');
    },
  );

  it.each([
    ['Bearer', 'credentials_missing'],
    ['Bearer ', 'credentials_missing'],
    ['Bearer Bearer', 'credentials_missing'],
    ['Bearer Bearer Bearer abc', 'request_malformed'],
    ['Bearer a b', 'request_malformed'],
    ['Bearer \u00e9', 'request_malformed'],
    ['Bearer "abc"', 'request_malformed'],
    ['Bearer =', 'request_malformed'],
    ['Bearer a,b', 'request_malformed'],
    [`Bearer ${'a'.repeat(10_240)}`, 'request_malformed'],
  ])('given %j, when it is read, then the problem is %s', async (header, code) => {
    expect((await problemOf(() => bearerTokenOf(withHeaders(header)))).code).toBe(code);
  });

  /** Header confusion: a proxy may have checked the header that Node drops. */
  it('given two Authorization headers, when one is read, then both are refused', async () => {
    expect((await problemOf(() => bearerTokenOf(withHeaders('Bearer a', 'Bearer b')))).code).toBe('request_malformed');
    expect((await problemOf(() => basicCredentialsOf(withHeaders('Basic YTpi', 'Bearer b')))).code).toBe(
      'request_malformed',
    );
  });
});

describe('basicCredentialsOf', () => {
  it.each([
    ['bx:bx', 'bx', 'bx'],
    ['id:', 'id', ''],
    ['id:a:b', 'id', 'a:b'],
    ['a%3Ab:%2B%25', 'a:b', '+%'],
    ['id:a+b', 'id', 'a+b'],
    ['id:100%', 'id', '100%'],
    ['é:€', 'é', '€'],
  ])('given %j in Base64, when it is read, then id and secret are %j and %j', (text, id, secret) => {
    expect(basicCredentialsOf(basic(text))).toEqual({ id, secret });
  });

  it('given a bearer token or nothing, when Basic is read, then there is none', () => {
    expect(basicCredentialsOf(withHeaders('Bearer abc'))).toBeUndefined();
    expect(basicCredentialsOf(withHeaders())).toBeUndefined();
  });

  it.each([
    ['Basic', 'credentials_missing'],
    ['Basic ', 'credentials_missing'],
    ['Basic !!!', 'request_malformed'],
    ['Basic YTpi YTpi', 'request_malformed'],
    [`Basic ${Buffer.from('nocolon').toString('base64')}`, 'request_malformed'],
    [`Basic ${Buffer.from(':secret').toString('base64')}`, 'request_malformed'],
    [`Basic ${Buffer.from([0xff, 0x3a, 0x61]).toString('base64')}`, 'request_malformed'],
    [`Basic ${Buffer.from('a:b\r\n').toString('base64')}`, 'request_malformed'],
    [`Basic ${Buffer.from('a%00:b').toString('base64')}`, 'request_malformed'],
    [`Basic ${'A'.repeat(11_000)}`, 'request_malformed'],
  ])('given %j, when it is read, then the problem is %s', async (header, code) => {
    expect((await problemOf(() => basicCredentialsOf(withHeaders(header)))).code).toBe(code);
  });
});

it('property: any header gives credentials, nothing, or a problem', () => {
  const scheme = fc.constantFrom('', 'Bearer', 'Bearer ', 'Basic', 'basic ', 'Bearer Bearer ');
  fc.assert(
    fc.property(scheme, fc.string({ unit: 'binary' }), (start, rest) => {
      for (const read of [bearerTokenOf, basicCredentialsOf, requiredBearerTokenOf]) {
        try {
          read(withHeaders(start + rest));
        } catch (failure) {
          expect(failure).toBeInstanceOf(Problem);
        }
      }
    }),
    { numRuns: 2000 },
  );
});
