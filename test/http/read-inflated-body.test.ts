import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { bodyBudget, withInflatedBody } from '../../src/http/read-inflated-body.ts';
import { problemOf, requestOf } from './wire.ts';

const LIMIT = 1024 * 1024;
const GZIP = { 'content-encoding': 'gzip' };

describe('withInflatedBody', () => {
  const read = (body: Uint8Array, headers = {}, { limitBytes = LIMIT, budget = bodyBudget(8 * LIMIT) } = {}) =>
    withInflatedBody(requestOf(headers, Buffer.from(body)), { limitBytes, budget }, async (bytes) => bytes.toString());

  it.each([
    ['as it is', {}, Buffer.from('hello')],
    ['as identity', { 'content-encoding': 'identity' }, Buffer.from('hello')],
    ['as gzip', GZIP, gzipSync('hello')],
    ['as gzip under its old name', { 'content-encoding': 'X-GZIP' }, gzipSync('hello')],
    ['as gzip in two parts', GZIP, Buffer.concat([gzipSync('hel'), gzipSync('lo')])],
  ])('when a body comes %s, then it is read', async (_form, headers, body) => {
    expect(await read(body, headers)).toBe('hello');
  });

  it('when a body of gzip is large, then it is read as well', async () => {
    const text = 'line '.repeat(100_000);

    expect(await read(gzipSync(text), GZIP)).toBe(text);
  });

  it.each([
    ['no gzip', Buffer.from('hello, hello, hello, hello')],
    ['nothing', Buffer.alloc(0)],
    ['cut off', gzipSync('x'.repeat(5_000)).subarray(0, -12)],
    ['changed', gzipSync('hello').fill(7, 12, 15)],
  ])('when a body that should be gzip is %s, then it is malformed', async (_form, body) => {
    expect((await problemOf(() => read(body, GZIP))).code).toBe('request_malformed');
  });

  it('when a body is encoded in another way, then that is refused', async () => {
    const problem = await problemOf(() => read(Buffer.from('x'), { 'content-encoding': 'br' }));

    expect(problem.code).toBe('media_type_unsupported');
  });

  it('when a body has the limit as it is and inflated, then it is read; when one byte more, then not', async () => {
    const most = 'a'.repeat(LIMIT);

    expect(await read(Buffer.from(most))).toHaveLength(LIMIT);
    expect(await read(gzipSync(most), GZIP)).toHaveLength(LIMIT);
    expect((await problemOf(() => read(Buffer.from(`${most}a`)))).code).toBe('body_too_large');
    expect((await problemOf(() => read(gzipSync(`${most}a`), GZIP))).code).toBe('body_too_large');
  });

  /** Decompression bomb: 300 kB that would be 300 MB must end at the limit, whatever size they tell. */
  it.each([
    ['its own', undefined],
    ['a small', 1_000],
  ])('when a bomb tells %s size, then it is too large, and was not inflated', async (_kind, told) => {
    const bomb = Buffer.concat(Array<Buffer>(300).fill(gzipSync(Buffer.alloc(1024 * 1024))));
    if (told !== undefined) bomb.writeUInt32LE(told, bomb.length - 4);
    const before = process.memoryUsage().arrayBuffers;

    const problem = await problemOf(() => read(bomb, GZIP));

    expect(problem.code).toBe('body_too_large');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * LIMIT);
  });

  describe('given a budget for all bodies', () => {
    it.each([
      ['as it is', {}, Buffer.alloc(6_000)],
      ['as gzip that tells its size', GZIP, gzipSync(Buffer.alloc(6_000))],
    ])(
      'when a body %s has no room beside another, then it is shed, and room comes back',
      async (_form, headers, body) => {
        const options = { budget: bodyBudget(10_000), limitBytes: 8_000 };
        const request = () => requestOf(headers, Buffer.from(body));

        const shed = await withInflatedBody(request(), options, () => problemOf(() => read(body, headers, options)));

        expect(shed.code).toBe('overloaded');
        expect(await read(body, headers, options)).toHaveLength(6_000);
      },
    );
  });
});
