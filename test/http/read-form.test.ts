import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readForm } from '../../src/http/read-form.ts';
import { parseUrlEncoded } from '../../src/http/url-encoded.ts';
import { Problem } from '../../src/problems/problem.ts';
import { problemOf, requestOf, sendRaw, servingProblems } from './wire.ts';

const FORM = 'application/x-www-form-urlencoded';

describe('readForm', () => {
  let served: Awaited<ReturnType<typeof servingProblems>>;
  beforeEach(async () => {
    served = await servingProblems(async (request) => {
      const form = await readForm(request, { repeatable: ['audience'] });
      return Object.fromEntries(form.names().map((name) => [name, form.all(name)]));
    });
  });
  afterEach(() => served.close());

  const post = async (
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = { 'Content-Type': FORM },
  ) => {
    const answer = await fetch(served.url, { method: 'POST', body, headers });
    return answer.json();
  };

  describe('given a well-formed form', () => {
    it('when it is read, then names and values are decoded and a plus is a space', async () => {
      const answer = await post('grant_type=urn%3Aibm%3Aparams&scope=a+b%20c&%C3%A9=%E2%82%AC');

      expect(answer).toEqual({ body: { grant_type: ['urn:ibm:params'], scope: ['a b c'], é: ['€'] } });
    });

    it.each([`${FORM}; charset=utf-8`, `${FORM};charset="UTF-8"`, 'Application/X-WWW-Form-UrlEncoded', `${FORM}; q=1`])(
      'when its type is %s, then it is read',
      async (type) => {
        expect(await post('a=1', { 'Content-Type': type })).toEqual({ body: { a: ['1'] } });
      },
    );

    it('when a parameter has no value, then it is absent (RFC 6749, section 3.2)', async () => {
      expect(await post('a=&b&c=1&&')).toEqual({ body: { c: ['1'] } });
    });

    it('when a repeatable parameter is repeated, then every value is there', async () => {
      expect(await post('audience=x&audience=y')).toEqual({ body: { audience: ['x', 'y'] } });
    });

    it('when it comes in chunks without a length, then it is read', async () => {
      const answer = await sendRaw(
        served.port,
        `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: ${FORM}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na=\r\n2\r\n%3\r\n1\r\n1\r\n0\r\n\r\n`,
      );

      expect(answer.text).toContain('{"body":{"a":["1"]}}');
    });
  });

  describe('given no body', () => {
    it('when there is no type either, then the form is empty', async () => {
      expect(await (await fetch(served.url, { method: 'POST' })).json()).toEqual({ body: {} });
    });

    it('when a body of another type is announced, then the type is refused all the same', async () => {
      expect(await post('', { 'Content-Type': 'application/json' })).toMatchObject({ code: 'media_type_unsupported' });
    });
  });

  describe('given a body that is not such a form', () => {
    it.each([
      'application/json',
      'text/plain',
      'multipart/form-data; boundary=x',
      `${FORM}x`,
      `${FORM}; charset=latin1`,
    ])('when its type is %s, then it is refused', async (type) => {
      expect(await post('a=1', { 'Content-Type': type })).toMatchObject({ code: 'media_type_unsupported' });
    });

    /** A decompression bomb grows behind the limit. */
    it('when it is compressed, then it is refused', async () => {
      const answer = await post('a=1', { 'Content-Type': FORM, 'Content-Encoding': 'gzip' });

      expect(answer).toMatchObject({ code: 'media_type_unsupported' });
    });
  });

  describe('given a hostile form', () => {
    it.each([
      ['a repeated parameter', 'apikey=a&apikey=b', 'parameter_repeated'],
      ['a repeated parameter that is empty at first', 'apikey=&apikey=b', 'parameter_repeated'],
      ['a repeated name in two encodings', 'apikey=a&%61pikey=b', 'parameter_repeated'],
      ['a NUL', 'apikey=a%00b', 'request_malformed'],
      ['a raw NUL', 'apikey=a\0b', 'request_malformed'],
      ['a line break', 'apikey=a%0D%0Ab', 'request_malformed'],
      ['an escape', 'apikey=%1B[31m', 'request_malformed'],
      ['a control character in a name', 'api%00key=a', 'request_malformed'],
      ['a cut percent-encoding', 'apikey=%4', 'request_malformed'],
      ['a wrong percent-encoding', 'apikey=%zz', 'request_malformed'],
      ['bytes that are not UTF-8', 'apikey=%C3%28', 'request_malformed'],
      ['an overlong form', 'apikey=%C0%80', 'request_malformed'],
      ['a surrogate', 'apikey=%ED%A0%80', 'request_malformed'],
      ['21 parameters', Array.from({ length: 21 }, (_, n) => `p${n}=1`).join('&'), 'request_malformed'],
    ])('when it holds %s, then it is refused as such', async (_what, body, code) => {
      expect(await post(body)).toMatchObject({ code });
    });

    it('when it holds raw bytes that are not UTF-8, then it is refused', async () => {
      expect(await post(Uint8Array.from([0x61, 0x3d, 0xff, 0xfe]))).toMatchObject({ code: 'request_malformed' });
    });

    /** Operator injection and prototype pollution begin with names that a parser takes apart. */
    it('when names have brackets or dots or are those of prototypes, then they are only unknown names', async () => {
      const body = 'apikey[$ne]=1&apikey[]=2&__proto__[x]=3&__proto__=4&constructor.prototype=5';

      const form = await readForm(requestOf({ 'content-type': FORM }, Buffer.from(body)));

      expect(form.names()).toEqual(['apikey[$ne]', 'apikey[]', '__proto__[x]', '__proto__', 'constructor.prototype']);
      expect(form.get('apikey')).toBeUndefined();
      expect(form.get('toString')).toBeUndefined();
      expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    });

    /** A caller that sends a bare key twice has it as the name. */
    it('when a secret stands where a name belongs, then the problem does not repeat it', async () => {
      const secret = `lk_${'A1b2'.repeat(12)}`;

      expect(JSON.stringify(await post(`${secret}&${secret}`))).not.toContain(secret.slice(0, 16));
    });
  });

  describe('given a body over the limit', () => {
    it('when it is a little over, then the answer says so and the connection goes on', async () => {
      expect(await post(`a=${'x'.repeat(8191)}`)).toMatchObject({ code: 'body_too_large' });
      expect(await post(`a=${'x'.repeat(8190)}`)).toHaveProperty('body.a');
    });

    it('when much more is announced, then the answer comes at once and the connection ends', async () => {
      const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: ${FORM}\r\nContent-Length: 9000000\r\n\r\na=1`;

      const answer = await sendRaw(served.port, head);

      expect(answer).toMatchObject({ status: 400, closed: true });
      expect(answer.text).toContain('body_too_large');
    });

    /** A chunked body announces no length: it must be counted as it comes. */
    it('when it comes in endless chunks, then reading stops and the connection ends', async () => {
      const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
      const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: ${FORM}\r\nTransfer-Encoding: chunked\r\n\r\n`;

      const answer = await sendRaw(served.port, head + chunk.repeat(6));

      expect(answer).toMatchObject({ status: 400, closed: true });
    });
  });

  it('given a client that goes away in the middle, when the body is read, then that is a problem and no crash', async () => {
    const request = requestOf({ 'content-type': FORM, 'content-length': '10' }, Buffer.from('a=1'));
    const reading = problemOf(() => readForm(request));

    request.destroy(new Error('socket hang up'));

    expect((await reading).code).toBe('request_malformed');
  });

  describe('property: never anything but a form or a problem', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '=',
        '&',
        '%',
        '+',
        '%00',
        '%C3',
        '%ff',
        '[',
        ']',
        '.',
        '$ne',
        '__proto__',
        'apikey',
        'a=1&',
        '\u0000',
        '\r\n',
      ),
      fc.string(),
      fc.string({ unit: 'binary' }),
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 9000 }),
      fc.array(piece, { maxLength: 60 }).map((pieces) => new TextEncoder().encode(pieces.join(''))),
    );

    it('when random bytes are read, then nothing else is thrown', async () => {
      await fc.assert(
        fc.asyncProperty(bytes, async (body) => {
          const outcome = await readForm(requestOf({ 'content-type': FORM }, body)).catch((failure) => failure);
          expect(outcome instanceof Problem || typeof outcome.get === 'function').toBe(true);
        }),
        { numRuns: 1500 },
      );
    });

    it('when any parameters are encoded as the standard says, then they are read back', () => {
      const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((value) => !/\p{Cc}/u.test(value));
      const parameters = fc.uniqueArray(fc.tuple(text, text), { maxLength: 20, selector: ([name]) => name });
      fc.assert(
        fc.property(parameters, (pairs) => {
          const form = parseUrlEncoded(new URLSearchParams(pairs).toString(), { maximumFields: 20 });
          expect(form.names().map((name) => [name, form.get(name)])).toEqual(pairs);
        }),
        { numRuns: 500 },
      );
    });
  });
});
