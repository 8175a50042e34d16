import { describe, expect, it } from '@jest/globals';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { expectTokenRefusal } from '../../harness/token-refusal.ts';

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const URN = 'urn:ibm:params:oauth:grant-type';

/** Requests that are refused for their form, whatever key they hold. */
describeOnEveryBackend('what POST /identity/token refuses of a request', (service) => {
  const posted = (raw: string | Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>> = FORM) =>
    service().call('POST', '/identity/token', { raw, headers });

  describe('given something missing', () => {
    it.each(['', 'grant_type=', 'apikey=abc', 'grant_type&apikey=abc', 'Grant_Type=apikey&apikey=abc'])(
      'when the form is "%s", then 0109E names grant_type',
      async (raw) => {
        expectTokenRefusal(await posted(raw), {
          status: 400,
          errorCode: 'BXNIM0109E',
          details: /^Property: grant_type\./,
        });
      },
    );

    it('when there is neither a body nor a content type, then 0109E names grant_type', async () => {
      const answer = await service().call('POST', '/identity/token');

      expectTokenRefusal(answer, { status: 400, errorCode: 'BXNIM0109E', details: /^Property: grant_type\./ });
      expect(answer.body.errorMessage).toBe('Property missing or empty.');
    });

    it.each([
      'grant_type=apikey',
      'grant_type=apikey&apikey=',
      'grant_type=apikey&apikey[$ne]=',
      'grant_type=apikey&apikey[]=abc',
      'grant_type=apikey&apikey[$gt]=a&apikey.x=1',
      'grant_type=apikey&APIKEY=abc',
      'grant_type=apikey&__proto__[apikey]=abc&constructor.prototype.apikey=abc',
      'grant_type=apikey&__proto__=abc&constructor=abc&hasOwnProperty=1',
    ])('when the form is "%s", then 0109E names apikey', async (raw) => {
      expectTokenRefusal(await posted(raw), { status: 400, errorCode: 'BXNIM0109E', details: /^Property: apikey\./ });
    });

    it('when a client asks to refresh without a refresh token, then 0109E names it', async () => {
      const answer = await service().exchange(
        { grant_type: 'refresh_token' },
        { Authorization: `Basic ${Buffer.from('bx:bx').toString('base64')}` },
      );

      expectTokenRefusal(answer, { status: 400, errorCode: 'BXNIM0109E', details: /^Property: refresh_token\./ });
    });
  });

  it.each([
    'password',
    `${URN}:passcode`,
    'authorization_code',
    `${URN}:cr-token`,
    `${URN}:assume`,
    `${URN}:iam-authz`,
    `${URN}:delegated-refresh-token`,
    `${URN}:identity-cookie`,
    `${URN}:derive`,
    'client_credentials',
    'urn:ietf:params:oauth:grant-type:token-exchange',
    'APIKEY',
    `${URN}:apikey `,
    '__proto__',
    'constructor',
    'x'.repeat(500),
  ])('when the grant is %s, then 0106E names the supported ones', async (grantType) => {
    const answer = await service().exchange({ grant_type: grantType, apikey: service().adminKey });

    expectTokenRefusal(answer, { status: 400, errorCode: 'BXNIM0106E', details: /Supported: apikey, refresh_token\./ });
  });

  describe('given a wrong method, type or size', () => {
    it.each([
      ['GET', '/identity/token'],
      ['PUT', '/identity/token'],
      ['DELETE', '/identity/token/'],
      ['PATCH', '/oidc/token'],
      ['OPTIONS', '/identity/identity/token'],
    ])('when the method is %s on %s, then 405 says what is allowed', async (method, path) => {
      expectTokenRefusal(await service().call(method, path), {
        status: 405,
        errorCode: 'BXNIM0060E',
        details: /^HTTP 405 Method Not Allowed\./,
        headers: { allow: 'POST' },
      });
    });

    it.each([
      ['application/json', '{"grant_type":"apikey"}'],
      ['text/plain', 'grant_type=apikey'],
      ['multipart/form-data; boundary=x', '--x--'],
      ['application/x-www-form-urlencoded; charset=utf-16', 'grant_type=apikey'],
      ['application/x-www-form-urlencoded; charset=iso-8859-1', 'grant_type=apikey'],
      ['application/x-www-form-urlencodedx', 'grant_type=apikey'],
    ])('when the type is %s, then 415', async (type, raw) => {
      expectTokenRefusal(await posted(raw, { 'Content-Type': type }), {
        status: 415,
        errorCode: 'BXNIM0060E',
        details: /^HTTP 415 Unsupported Media Type\./,
      });
    });

    it('when there is a body without a type, then 415', async () => {
      const answer = await posted(new TextEncoder().encode('grant_type=apikey'), {});

      expectTokenRefusal(answer, { status: 415, errorCode: 'BXNIM0060E', details: /^HTTP 415/ });
    });

    /** A compressed body could grow a thousandfold behind the limit (decompression bomb). */
    it('when the body is compressed, then 415', async () => {
      const answer = await posted('grant_type=apikey', { ...FORM, 'Content-Encoding': 'gzip' });

      expectTokenRefusal(answer, { status: 415, errorCode: 'BXNIM0060E', details: /^HTTP 415/ });
    });

    it('when the form has 8192 bytes, then it is read, and with one more it is 413', async () => {
      const start = `grant_type=apikey&apikey=${service().adminKey}&padding=`;
      const full = start + 'x'.repeat(8192 - start.length);

      expect((await posted(full)).status).toBe(200);
      expectTokenRefusal(await posted(`${full}x`), { status: 413, errorCode: 'BXNIM0106E' });
    });

    it('when the form has 20 fields, then it is read, and with one more it is refused', async () => {
      const fields = [
        `grant_type=apikey`,
        `apikey=${service().adminKey}`,
        ...Array.from({ length: 18 }, (_, i) => `f${i}=`),
      ];

      expect((await posted(fields.join('&'))).status).toBe(200);
      expectTokenRefusal(await posted([...fields, 'f19=1'].join('&')), { status: 400, errorCode: 'BXNIM0106E' });
    });
  });

  describe('given a form that two readers would read differently', () => {
    it.each([
      'grant_type=apikey&apikey=a&apikey=b',
      'grant_type=apikey&grant_type=apikey&apikey=a',
      'grant_type=apikey&apikey=&apikey=b',
      'grant_type=apikey&apikey=b&apikey',
      'grant_type=apikey&apikey=b&%61pikey=c',
      'grant_type=apikey&apikey=b&resource=1&resource=2',
    ])('when a parameter is repeated as in "%s", then 0106E', async (raw) => {
      const answer = await posted(raw);

      expectTokenRefusal(answer, { status: 400, errorCode: 'BXNIM0106E' });
      expect(answer.body.errorMessage).toMatch(/given more than once/);
    });

    it.each([
      ['invalid UTF-8', 'grant_type=apikey&apikey=%ff%fe'],
      ['an overlong form', 'grant_type=apikey&apikey=%c0%af'],
      ['half a surrogate', 'grant_type=apikey&apikey=%ed%a0%80'],
      ['a percent sign that encodes nothing', 'grant_type=apikey&apikey=%zz'],
      ['a percent sign at the end', 'grant_type=apikey&apikey=%'],
      ['a NUL', 'grant_type=apikey&apikey=abc%00'],
      ['a line break', 'grant_type=apikey&apikey=abc%0D%0ASet-Cookie:x'],
      ['a NUL in a name', 'grant_type=apikey&api%00key=abc'],
    ])('when a value holds %s, then 0106E', async (_name, raw) => {
      expectTokenRefusal(await posted(raw), {
        status: 400,
        errorCode: 'BXNIM0106E',
        ...(/%0/.test(raw) && { details: /newline/ }),
      });
    });

    it('when the bytes themselves are not UTF-8, then 0106E', async () => {
      const bytes = new Uint8Array([...new TextEncoder().encode('grant_type=apikey&apikey='), 0xff, 0xfe]);

      expectTokenRefusal(await posted(bytes), { status: 400, errorCode: 'BXNIM0106E' });
    });
  });

  describe('given a path that is not there', () => {
    it.each([
      ['POST', '/identity/tokens'],
      ['POST', '/identity/token/x'],
      ['GET', '/identity'],
      ['POST', '/oidc/authorize'],
      ['GET', '/identity/passcode'],
    ])('when %s %s is asked, then 404 says which path is right', async (method, path) => {
      expectTokenRefusal(await service().call(method, path), {
        status: 404,
        errorCode: 'BXNIM0060E',
        details: /^HTTP 404 Not Found\..*POST \/identity\/token\.$/,
      });
    });

    it('when the path is not valid percent-encoding, then it is refused, not failed', async () => {
      expect((await service().call('POST', '/identity/%zz', { form: {} })).status).toBeLessThan(500);
    });

    it('when the path belongs to no door, then 404 says which path is right', async () => {
      const { status, body } = await service().call('POST', '/iam/identity/token', { form: {} });

      expect([status, body.message]).toEqual([404, expect.stringContaining('POST /identity/token')]);
    });
  });
});
