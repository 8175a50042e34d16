import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { readJson } from '../../src/http/read-json.ts';
import { Problem } from '../../src/problems/problem.ts';
import { problemOf, requestOf } from './wire.ts';

const SCHEMA = z.object({
  name: z.string().min(1).max(10),
  size: z.number().int().min(1).optional(),
  kind: z.enum(['a', 'b']).optional(),
  owner: z.object({ id: z.string() }).optional(),
  roles: z.array(z.object({ id: z.string() })).optional(),
});

const read = (body: string | Uint8Array, type = 'application/json', limits = {}) =>
  readJson(requestOf({ 'content-type': type }, Buffer.from(body)), SCHEMA, limits);

describe('readJson', () => {
  it.each(['application/json', 'application/json; charset=UTF-8', 'application/merge-patch+json'])(
    'given a right body, when its type is %s, then the schema’s reading of it comes back',
    async (type) => {
      expect(await read('{"name":"é","unknown":1}', type)).toEqual({ name: 'é' });
    },
  );

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16', 'text/x+json'])(
    'given a body, when its type is %s, then it is refused',
    async (type) => {
      expect((await problemOf(() => read('{"name":"x"}', type))).code).toBe('media_type_unsupported');
    },
  );

  describe('given an empty body', () => {
    it('when the schema needs nothing, then it counts as an empty object, with a type or without', async () => {
      const schema = z.object({ note: z.string().optional() });

      expect(await readJson(requestOf({ 'content-type': 'application/json' }), schema)).toEqual({});
      expect(await readJson(requestOf({}), schema)).toEqual({});
    });

    it('when the schema needs a member, then that is missing', async () => {
      expect(await problemOf(() => read(''))).toMatchObject({ code: 'parameter_missing', parameter: 'name' });
    });
  });

  it.each([
    ['{"name":""}', 'parameter_missing', 'name'],
    ['{}', 'parameter_missing', 'name'],
    ['{"name":null}', 'parameter_invalid', 'name'],
    ['{"name":"12345678901"}', 'parameter_invalid', 'name'],
    ['{"name":"x","size":"1"}', 'parameter_invalid', 'size'],
    ['{"name":"x","size":0}', 'parameter_invalid', 'size'],
    ['{"name":"x","kind":"c"}', 'parameter_invalid', 'kind'],
    ['{"name":"x","owner":{}}', 'parameter_missing', 'owner.id'],
    ['{"name":"x","roles":[{"id":"y"},{"id":1}]}', 'parameter_invalid', 'roles.1.id'],
    ['[]', 'parameter_invalid', 'body'],
    ['null', 'parameter_invalid', 'body'],
    ['"text"', 'parameter_invalid', 'body'],
  ])('given %s, when it is read, then the problem is %s and names %s', async (body, code, parameter) => {
    expect(await problemOf(() => read(body))).toMatchObject({ code, parameter });
  });

  it.each([
    ['what is not JSON', '{"name":'],
    ['two values', '{"name":"x"}{}'],
    ['white space only', ' '],
    /** Prototype pollution. */
    ['__proto__', '{"name":"x","__proto__":{"admin":true}}'],
    ['constructor deep inside', '{"name":"x","owner":{"id":"y","z":[{"constructor":{"prototype":1}}]}}'],
    ['an escaped __proto__', '{"name":"x","\\u005f_proto__":1}'],
    ['deep nesting', `{"name":${'['.repeat(33)}${']'.repeat(33)}}`],
    ['very deep nesting', '['.repeat(130_000) + ']'.repeat(130_000)],
  ])('given %s, when it is read, then it is refused', async (_what, body) => {
    expect((await problemOf(() => read(body))).code).toBe('request_malformed');
  });

  it('given bytes that are not UTF-8, when they are read, then they are refused', async () => {
    const body = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff]), Buffer.from('"}')]);

    expect((await problemOf(() => read(body))).code).toBe('request_malformed');
  });

  it('given a body over the limit, when it is read, then it is too large', async () => {
    expect((await problemOf(() => read('{"name":"x"}', 'application/json', { limitBytes: 11 }))).code).toBe(
      'body_too_large',
    );
    expect(await read('{"name":"x"}', 'application/json', { limitBytes: 12 })).toEqual({ name: 'x' });
  });

  /** V8 quotes the text around a fault in its message, and the log would keep it. */
  it('given broken JSON around a secret, when it is refused, then neither the problem nor its cause repeats it', async () => {
    const problem = await problemOf(() => read('{"name":lk_SECRETSECRET}'));

    expect(`${problem.message} ${problem.details} ${problem.diagnostic} ${problem.cause}`).not.toContain('SECRET');
  });

  it('property: random JSON gives the schema’s reading or a problem, nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (body) => {
        const outcome = await read(body).catch((failure) => failure);
        expect(outcome instanceof Problem || typeof outcome.name === 'string').toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
