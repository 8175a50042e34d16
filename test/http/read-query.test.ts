import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { pathOf, readQuery, refuseSecretsInUrl } from '../../src/http/read-query.ts';
import { problemOf } from './wire.ts';

const SCHEMA = z.object({
  account_id: z.string().optional(),
  pagesize: z.coerce.number().int().min(1).max(100).default(20),
  id: z.array(z.string()).optional(),
});
const read = (query: string) => readQuery({ url: `/v1/things${query}` }, SCHEMA, { repeatable: ['id'] });

describe('readQuery', () => {
  it.each([
    ['', { pagesize: 20 }],
    ['?', { pagesize: 20 }],
    ['?account_id=', { pagesize: 20 }],
    ['?account_id=a%2Fb+c&unknown=1', { pagesize: 20, account_id: 'a/b c' }],
    ['?pagesize=7&id=1&id=2', { pagesize: 7, id: ['1', '2'] }],
    ['?__proto__=1', { pagesize: 20 }],
  ])('given %j, when it is read, then it means %j', (query, meaning) => {
    expect(read(query)).toEqual(meaning);
  });

  it.each([
    ['?pagesize=1&pagesize=2', 'parameter_repeated'],
    ['?pagesize=x', 'parameter_invalid'],
    ['?pagesize=101', 'parameter_invalid'],
    ['?account_id=%', 'request_malformed'],
    ['?account_id=%ff', 'request_malformed'],
    ['?account_id=%00', 'request_malformed'],
    ['?account_id=\u00e9', 'request_malformed'],
    [`?${Array.from({ length: 51 }, (_, n) => `p${n}=1`).join('&')}`, 'request_malformed'],
  ])('given %j, when it is read, then the problem is %s', async (query, code) => {
    expect((await problemOf(() => read(query))).code).toBe(code);
  });
});

/** Proxies, browsers and logs keep URLs (R27; RFC 9700, section 4.3.2). */
describe('refuseSecretsInUrl', () => {
  const key = `lk_${'Ab1_'.repeat(12)}`;

  it.each([
    '?apikey=x',
    '?APIKEY=x',
    '?api_key=x',
    '?access_token=x',
    '?token=x',
    '?refresh_token=x',
    '?password=x',
    '?client_secret=x',
    '?%61pikey=x',
    '?a=1&token=x',
    `?name=${key}`,
    `?name=${key.replace('lk_', 'lk%5F')}`,
    `?${key}`,
    '?name=%ff&token=x',
    '?filter=eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.e30.x',
  ])('given %s, when it is checked, then it is refused', async (query) => {
    expect((await problemOf(() => refuseSecretsInUrl({ url: `/x${query}` }))).code).toBe('secret_in_url');
  });

  it.each(['', '?', '?pagetoken=abc&token=', '?account=1', '?start=lk_short', '?apikey_id=ApiKey-1'])(
    'given %j, when it is checked, then it passes',
    (query) => {
      expect(() => refuseSecretsInUrl({ url: `/x${query}` })).not.toThrow();
    },
  );

  it('given a door whose contract sends one name, when that is used, then it passes and others do not', async () => {
    const allowed = ['apikey'];

    expect(() => refuseSecretsInUrl({ url: `/logs/ingest?apikey=${key}` }, { allowed })).not.toThrow();
    await expect(problemOf(() => refuseSecretsInUrl({ url: '/x?token=1' }, { allowed }))).resolves.toBeDefined();
  });

  it('given a URL, when only its path is wanted, then the query is gone', () => {
    expect(pathOf({ url: '/a/b?apikey=x?y' })).toBe('/a/b');
    expect(pathOf({ url: '/a/b' })).toBe('/a/b');
  });
});
