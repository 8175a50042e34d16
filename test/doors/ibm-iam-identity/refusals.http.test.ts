import { beforeAll, describe, expect, it } from '@jest/globals';
import { type GivenServiceId, givenServiceId } from '../../harness/given-credentials.ts';
import type { Sent } from '../../harness/http-call.ts';
import { expectIdentityRefusal } from '../../harness/identity-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const LIMIT_BYTES = 256 * 1024;
const UNKNOWN_KEY = `lk_${'Ab0'.repeat(16)}`;

/** Every route with a body: its method, its path and a body that is right. */
const ROUTES_WITH_BODIES = [
  ['POST', '/v1/apikeys'],
  ['PUT', '/v1/apikeys/:id'],
  ['POST', '/v1/serviceids'],
  ['PUT', '/v1/serviceids/:id'],
] as const;

describeOnEveryBackend(
  'bad requests to the identity API',
  (service) => {
    let given: GivenServiceId;
    let token: string;

    beforeAll(async () => {
      given = await givenServiceId(service());
      token = await service().ownerToken();
    });

    const pathOf = (path: string): string =>
      path.replace(':id', path.startsWith('/v1/apikeys') ? given.key.id : given.id);
    const send = (method: string, path: string, { headers, ...sent }: Sent = {}) =>
      service().call(method, pathOf(path), { token, headers: { 'If-Match': '*', ...headers }, ...sent });
    const rightBody = () => ({ name: 'right', iam_id: given.iamId });

    describe.each(ROUTES_WITH_BODIES)('%s %s', (method, path) => {
      it.each([
        ['a form', 'application/x-www-form-urlencoded', 'name=right'],
        ['text', 'text/plain;charset=UTF-8', '{}'],
        ['JSON in Latin-1', 'application/json; charset=iso-8859-1', '{}'],
        ['no type that is one', 'json', '{}'],
      ])('given %s, when it is sent, then it is refused with 415', async (_words, type, raw) => {
        const refused = await send(method, path, { raw, headers: { 'Content-Type': type } });

        expectIdentityRefusal(refused, 415, 'media_type_unsupported');
      });

      /** Decompression bomb: a small body could become a large one behind the limit. */
      it('given a compressed body, when it is sent, then it is refused with 415', async () => {
        const refused = await send(method, path, { raw: '{}', headers: { ...JSON_TYPE, 'Content-Encoding': 'gzip' } });

        expectIdentityRefusal(refused, 415, 'media_type_unsupported');
      });

      it('given a body of 256 KiB and one byte, when it is sent, then it is 413; of 256 KiB, it is read', async () => {
        const padded = (bytes: number) => {
          const json = JSON.stringify(rightBody());
          return json + ' '.repeat(bytes - json.length);
        };

        expectIdentityRefusal(
          await send(method, path, { raw: padded(LIMIT_BYTES + 1), headers: JSON_TYPE }),
          413,
          'body_too_large',
        );
        expect((await send(method, path, { raw: padded(LIMIT_BYTES), headers: JSON_TYPE })).status).toBeLessThan(300);
      });

      it.each([
        ['half an object', '{"name":"x"'],
        ['two objects', '{}{}'],
        ['a byte order mark', '\uFEFF{}'],
        ['nesting without end', `${'['.repeat(5000)}${']'.repeat(5000)}`],
        ['a poisoned prototype', '{"name":"x","__proto__":{"locked":true}}'],
        ['a poisoned constructor', '{"name":"x","apikey":{"constructor":{"prototype":{"a":1}}}}'],
      ])(
        'given %s, when it is sent, then it is refused with 400, and the text is not repeated',
        async (_words, raw) => {
          const refused = await send(method, path, { raw, headers: JSON_TYPE });

          expectIdentityRefusal(refused, 400, 'request_malformed');
          expect(({} as Record<string, unknown>)['locked']).toBeUndefined();
        },
      );

      it('given bytes that are not UTF-8, when they are sent, then it is refused with 400', async () => {
        const raw = new Uint8Array([...Buffer.from('{"name":"'), 0xc3, 0x28, ...Buffer.from('"}')]);

        expectIdentityRefusal(await send(method, path, { raw, headers: JSON_TYPE }), 400, 'request_malformed');
      });

      it.each(['[]', '"text"', '7', 'null', 'true'])(
        'given %s for a body, when it is sent, then it is refused with 400',
        async (raw) => {
          expectIdentityRefusal(await send(method, path, { raw, headers: JSON_TYPE }), 400, 'parameter_invalid');
        },
      );

      /** Log injection (R36): a name with these would forge lines of logs, or colour and retitle a terminal. */
      it.each([
        'a\r\nb',
        'a\nb',
        '\u001b[31mred',
        'bell\u0007',
        'nul\u0000',
        'del\u007f',
        'csi\u009b31m',
        'half \ud83d',
        // Trojan Source: it would be shown in another order than it has, and seem to be another name.
        'admin\u202e gpj.',
        '\u2066isolated\u2069',
      ])(
        'given the name %j, when it is sent, then it is refused with 400, and no line of the log holds it raw',
        async (name) => {
          const logged = service().log.length;

          const refused = await send(method, path, { json: { ...rightBody(), name } });

          expectIdentityRefusal(refused, 400, 'parameter_invalid');
          for (const line of service().log.slice(logged)) {
            expect(() => JSON.parse(line)).not.toThrow();
            // biome-ignore lint/suspicious/noControlCharactersInRegex: what the log must not hold is what is looked for.
            expect(line.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
          }
        },
      );
    });

    it('given a description with an escape sequence, when it is sent, then it is refused; with line breaks, it is kept', async () => {
      const post = (description: string) => send('POST', '/v1/serviceids', { json: { name: 'right', description } });

      expectIdentityRefusal(await post('\u001b]0;title\u0007'), 400, 'parameter_invalid');
      expectIdentityRefusal(await post('one\r\n\u202dtwo'), 400, 'parameter_invalid');
      expect((await post('one\r\n\ttwo')).body.description).toBe('one\r\n\ttwo');
    });

    it.each([
      ['/v1/apikeys', ['PUT', 'DELETE', 'PATCH', 'OPTIONS'], 'GET, HEAD, POST'],
      ['/v1/apikeys/details', ['POST', 'PUT', 'DELETE'], 'GET, HEAD'],
      ['/v1/apikeys/:id', ['POST', 'PATCH'], 'GET, HEAD, PUT, DELETE'],
      ['/v1/apikeys/:id/lock', ['GET', 'PUT'], 'POST, DELETE'],
      ['/v1/apikeys/:id/disable', ['GET', 'HEAD'], 'POST, DELETE'],
      ['/v1/serviceids', ['PUT', 'DELETE'], 'GET, HEAD, POST'],
      ['/v1/serviceids/', ['PUT'], 'GET, HEAD, POST'],
      ['/v1/serviceids/:id', ['POST', 'PATCH'], 'GET, HEAD, PUT, DELETE'],
      ['/v1/serviceids/:id/lock', ['GET', 'OPTIONS'], 'POST, DELETE'],
    ])(
      'given %s, when %j come, then they are refused with 405, and Allow says what is served',
      async (path, refused, allowed) => {
        for (const method of refused) {
          const answer = await send(method, path);

          expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, allowed]);
          if (method !== 'HEAD') expectIdentityRefusal(answer, 405, 'method_not_allowed');
        }
      },
    );

    it.each([
      '/v1/apikeys/:id/nothing',
      '/v1/apikeys/:id/lock/now',
      '/v1/serviceids/:id/disable',
      '/v1/serviceids/a/b/c/',
    ])('given the path %s, when it is asked for, then it is 404 as JSON and not repeated', async (path) => {
      const answer = await send('GET', path);

      expectIdentityRefusal(answer, 404, 'not_found');
      expect(answer.text).not.toContain('/v1/');
    });

    it.each(['%ff', '%', '%zz', '%c3%28'])(
      'given the id %s, when it is asked for, then it is refused with 400',
      async (id) => {
        expectIdentityRefusal(await send('GET', `/v1/apikeys/${id}`), 400, 'request_malformed');
      },
    );

    it.each(['%00', 'a%2Fb', '..%2f..%2fetc', "'%20OR%201=1", '%7B%22$ne%22:1%7D', 'x'.repeat(300)])(
      'given the id %j, when it is asked for, then it is not found',
      async (id) => {
        expectIdentityRefusal(await send('GET', `/v1/serviceids/${id}`), 404, 'not_found');
      },
    );

    /** Proxies and browsers keep URLs (RFC 9700, section 4.3.2). */
    it('given a key or a token in the query string, when it comes, then it is refused with 400, and neither answer nor log repeat it', async () => {
      const logged = service().log.length;
      const queries = [`apikey=${UNKNOWN_KEY}`, `access_token=${token}`, `name=${UNKNOWN_KEY}`, `filter=${token}`];

      for (const query of queries) {
        for (const path of ['/v1/apikeys', '/v1/serviceids', '/v1/apikeys/details', '/v1/apikeys/:id']) {
          const answer = await service().call('GET', `${pathOf(path)}?${query}`);
          expectIdentityRefusal(answer, 400, 'secret_in_url');
          expect(answer.text).not.toContain(query);
        }
      }
      expect((await send('GET', `/v1/apikeys?pagetoken=${UNKNOWN_KEY}`)).status).toBe(400);
      expect((await send('GET', `/v1/apikeys/${UNKNOWN_KEY}`)).status).toBe(404);
      const log = service().log.slice(logged).join('');
      expect(log).toContain('request refused');
      for (const secret of [UNKNOWN_KEY, token]) expect(log).not.toContain(secret.slice(-24));
    });

    it('given a value of another shape in a header, when it comes, then nothing of it is in the log', async () => {
      const logged = service().log.length;

      await send('GET', '/v1/apikeys/details', { headers: { 'IAM-ApiKey': given.key.secret } });
      await send('GET', '/v1/apikeys/details', { headers: { 'IAM-ApiKey': UNKNOWN_KEY } });

      const log = service().log.slice(logged).join('');
      for (const secret of [given.key.secret, UNKNOWN_KEY]) expect(log).not.toContain(secret.slice(3, 19));
    });
  },
  { settings: { LATCHKEY_LOG_LEVEL: 'debug' } },
);
