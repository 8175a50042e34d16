import { expect, it } from '@jest/globals';
import { AUDIT_EVENTS } from '../../../src/audit/audit-event.ts';
import { EXCHANGE_FAILURES } from '../../../src/audit/exchange-failure.ts';
import { newApiKeySecret } from '../../../src/secrets/api-key-secret.ts';
import { firstAccountId } from '../../harness/given-credentials.ts';
import type { Answer, Sent } from '../../harness/http-call.ts';
import { describeOnEveryBackend, type RunningService } from '../../harness/running-service.ts';
import { expectTokenRefusal } from '../../harness/token-refusal.ts';

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

/** A request with a secret in a place where a secret, or no secret, belongs. */
type Place = readonly [place: string, method: string, path: (secret: string) => string, sent: (secret: string) => Sent];

const at = (path: string) => () => path;
const nothing = () => ({});
const token = at('/identity/token');
const PLACES: readonly Place[] = [
  ['the form', 'POST', token, (apikey) => ({ form: { grant_type: 'apikey', apikey } })],
  ['the grant', 'POST', token, (secret) => ({ form: { grant_type: secret } })],
  ['the grant, late', 'POST', token, (secret) => ({ form: { grant_type: `${'x'.repeat(80)}${secret}` } })],
  ['the account', 'POST', token, (account) => ({ form: { grant_type: 'apikey', apikey: 'x', account } })],
  ['a name', 'POST', token, (secret) => ({ raw: `grant_type=apikey&${secret}=1&${secret}=2`, headers: FORM })],
  ['a text body', 'POST', token, (secret) => ({ raw: secret, headers: { 'Content-Type': 'text/plain' } })],
  ['a JSON body', 'POST', token, (apikey) => ({ json: { grant_type: 'apikey', apikey } })],
  ['the content type', 'POST', token, (secret) => ({ raw: 'a=b', headers: { 'Content-Type': `text/${secret}` } })],
  ['the refresh token', 'POST', token, (secret) => ({ form: { grant_type: 'refresh_token', refresh_token: secret } })],
  ['a broken value', 'POST', token, (apikey) => ({ raw: `grant_type=apikey&apikey=${apikey}%00`, headers: FORM })],
  ['the user agent', 'POST', token, (secret) => ({ form: {}, headers: { 'User-Agent': `curl ${secret}` } })],
  ['the bearer token', 'GET', at('/identity/userinfo'), (secret) => ({ token: secret })],
  ['Basic', 'POST', token, (secret) => ({ form: { grant_type: 'apikey', apikey: 'x' }, headers: basic('x', secret) })],
  ['the client id', 'POST', token, (client_id) => ({ form: { grant_type: 'apikey', apikey: 'x', client_id } })],
  [
    'the tenant list',
    'POST',
    token,
    (secret) => ({ form: { grant_type: '1' }, headers: { 'ibm-cloud-tenant': secret } }),
  ],
  ['introspection', 'POST', at('/identity/introspect'), (secret) => ({ form: { token: secret } })],
  ['revocation', 'POST', at('/identity/revoke'), (apikey) => ({ form: { apikey } })],
  ['the query', 'POST', (secret) => `/identity/token?apikey=${secret}`, () => ({ form: { grant_type: 'apikey' } })],
  ['a query value of another name', 'POST', (secret) => `/identity/token?x=${secret}`, nothing],
  ['a query name', 'GET', (secret) => `/identity/userinfo?${secret}`, nothing],
  ['the path', 'GET', (secret) => `/identity/${secret}`, nothing],
  ['the path after the alias', 'GET', (secret) => `/identity/token%23${secret}`, nothing],
  ['the path, encoded', 'POST', (secret) => `/oidc/${secret.replace('_', '%5F')}`, nothing],
  ['a path of no door', 'GET', (secret) => `/${secret}`, nothing],
];

const basic = (id: string, secret: string) => ({
  Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

/** R2, R27: whatever a caller does with a key, neither an answer nor a log line nor the audit record holds a piece of it. */
describeOnEveryBackend(
  'an API key at the token endpoint',
  (service) => {
    it.each(PLACES)(
      'given a key in %s, when it is refused, then no piece of it comes back or is logged',
      async (_place, method, path, sent) => {
        const secret = newApiKeySecret();
        const logged = service().log.length;

        const answer = await service().call(method, path(secret), sent(secret));

        expect(piecesIn(secret, told(answer))).toEqual([]);
        expect(piecesIn(secret, service().log.slice(logged).join(''))).toEqual([]);
      },
    );

    it('given the good key and tokens, when they were used, then the log and the audit record hold no piece of them', async () => {
      const { body } = await service().exchange(
        { grant_type: 'apikey', apikey: service().adminKey },
        basic('bx', 'bx'),
      );
      await service().call('GET', '/identity/userinfo', { token: body.access_token });
      await service().exchange({ grant_type: 'refresh_token', refresh_token: body.refresh_token }, basic('kube', 'x'));
      await service().call('POST', '/identity/revoke', { form: { token: body.access_token } });
      await service().call('GET', '/identity/userinfo', { token: body.access_token });

      const written = `${service().log.join('')}${JSON.stringify(await auditRecord(service()))}`;
      for (const secret of [service().adminKey, body.access_token, body.refresh_token]) {
        const [, payload = secret, signature = ''] = secret.split('.');
        expect(piecesIn(payload, written)).toEqual([]);
        expect(piecesIn(signature, written)).toEqual([]);
      }
    });

    it('given the log, when requests were refused, then it tells of them', () => {
      expect(service().log.join('')).toContain('"path":"/identity/token"');
    });

    it.each([
      ['apikey', 'abc'],
      ['APIKEY', 'abc'],
      ['token', 'x'],
      ['access_token', 'x'],
      ['refresh_token', 'x'],
      ['client_secret', 'x'],
      ['api%6bey', 'abc'],
    ])('given a parameter %s in the URL, when it has a value, then 0106E on every route', async (name, value) => {
      for (const [method, path] of [
        ['POST', '/identity/token'],
        ['POST', '/identity/introspect'],
        ['POST', '/identity/revoke'],
        ['GET', '/identity/userinfo'],
      ] as const) {
        const answer = await service().call(method, `${path}?${name}=${value}`);

        expectTokenRefusal(answer, { status: 400, errorCode: 'BXNIM0106E', details: /URLs are kept in logs/ });
      }
    });
  },
  { settings: { LATCHKEY_LOG_LEVEL: 'debug' } },
);

/** @returns the 16-character pieces of the secret that stand in the text */
function piecesIn(secret: string, text: string): readonly string[] {
  const pieces = Array.from({ length: Math.max(0, secret.length - 15) }, (_, start) => secret.slice(start, start + 16));
  return pieces.filter((piece) => text.includes(piece));
}

const told = ({ headers, text }: Answer): string => `${[...headers].join('\n')}\n${text}`;

async function auditRecord(service: RunningService): Promise<unknown> {
  await service.domains.recorder.flush();
  const accountId = await firstAccountId(service);
  const readers = [service.store.read(AUDIT_EVENTS), service.store.read(EXCHANGE_FAILURES)];
  const pages = await Promise.all(
    readers.flatMap((reader) => [accountId, ''].map((id) => reader.page('byAccount', { equals: [id], limit: 1000 }))),
  );
  const rows = pages.map((page) => page.rows);
  expect(rows.flat().length).toBeGreaterThan(0);
  return rows;
}
