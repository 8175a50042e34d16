import { beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner } from '../../harness/given-credentials.ts';
import { type GivenPasswordUser, givenPasswordUser } from '../../harness/given-password.ts';
import { type GivenTenant, givenTenant } from '../../harness/given-people.ts';
import type { Sent } from '../../harness/http-call.ts';
import { describeOnEveryBackend, runningService } from '../../harness/running-service.ts';
import { expectAicRefusal } from './aic-refusal.ts';
import { askForCode, bearerOfSession, codeOf, exchangeCode, logIn, newVerifier, sessionOf } from './logged-in.ts';

const AUTHENTICATE = '/am/json/realms/root/authenticate';
const SESSIONS = '/am/json/realms/root/sessions';

describeOnEveryBackend('the log-in of an administrator', (service) => {
  let tenant: GivenTenant;
  let robin: GivenPasswordUser;
  const { verifier, challenge } = newVerifier();

  const newUser = async () =>
    givenPasswordUser(service(), { token: await tenant.ownerToken(), accountId: tenant.accountId });

  beforeAll(async () => {
    tenant = await givenTenant(service());
    robin = await newUser();
  });

  const keysWith = async (token: string): Promise<number> => (await service().call('GET', '/keys', { token })).status;
  const authenticate = (sent: Sent) => service().call('POST', AUTHENTICATE, sent);

  it('when a client asks what it must know first, then it hears the name of the cookie and a version, and nothing of other names', async () => {
    const star = await service().call('GET', '/am/json/serverinfo/*');
    const version = await service().call('GET', '/am/json/serverinfo/version');
    const other = await service().call('GET', '/am/json/serverinfo/constructor');

    expect([star.status, star.body.cookieName]).toEqual([200, 'latchkey-session']);
    expect([version.status, version.body.version]).toEqual([200, expect.stringMatching(/^\d\.\d\.\d$/)]);
    expectAicRefusal(other, 404, 'route_unknown');
    expectAicRefusal(await service().call('POST', '/am/json/serverinfo/version'), 405, 'method_not_allowed');
  });

  describe('given a user with a password', () => {
    it('when the form is asked for, filled and sent back, then there is a session, and no cookie is set', async () => {
      const { body: form } = await authenticate({ json: {} });
      for (const callback of form.callbacks) {
        callback.input[0].value = callback.type === 'NameCallback' ? robin.email : robin.password;
      }

      const { status, body, headers } = await authenticate({ json: form });

      expect([status, body]).toEqual([200, { tokenId: expect.any(String), successUrl: '/platform/', realm: '/' }]);
      expect(headers.get('set-cookie')).toBeNull();
    });

    it('when a session is read, then it names the user and ends with an hour, also below a realm and by the cookie', async () => {
      const tokenId = await sessionOf(service(), robin);
      const path = '/am/json/realms/root/realms/alpha/sessions/?_action=getSessionInfo';

      const named = await service().call('POST', path, { json: { tokenId } });
      const headers = { Cookie: `a=b; latchkey-session=${tokenId}` };
      const byCookie = await service().call('POST', `${SESSIONS}?_action=getSessionInfo`, { json: {}, headers });

      expect(named.body).toMatchObject({ username: robin.email, universalId: robin.iamId, realm: '/' });
      const life = Date.parse(named.body.maxIdleExpirationTime) - Date.parse(named.body.latestAccessTime);
      expect(life).toBe(3_600_000);
      expect(byCookie.body).toEqual(named.body);
    });

    it('when the password has letters beyond ASCII, as bytes or as an encoded word, then both are read', async () => {
      const encoded = (text: string) => `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;
      const headers = { 'X-OpenAM-Username': encoded(robin.email), 'X-OpenAM-Password': encoded(robin.password) };

      expect((await authenticate({ json: {}, headers })).status).toBe(200);
    });

    /** Who learns which users there are has half of what is needed. */
    it('when the name or the password is wrong, then both answers are the same 401', async () => {
      const wrong = await logIn(service(), { ...robin, password: 'not the password' });
      const unknown = await logIn(service(), { ...robin, email: 'nobody@example.test' });

      expectAicRefusal(wrong, 401, 'password_wrong');
      expect([unknown.status, unknown.body]).toEqual([401, wrong.body]);
    });

    it('when the user is suspended, then the right password is refused too, and the session and its tokens have ended', async () => {
      const kim = await newUser();
      const session = await sessionOf(service(), kim);
      const code = await codeOf(service(), session, challenge);
      const token = await bearerOfSession(service(), session);
      expect(await keysWith(token)).toBe(403);
      const path = `/v2/accounts/${tenant.accountId}/users/${kim.iamId}`;
      await service().call('PATCH', path, { token: await tenant.ownerToken(), json: { state: 'SUSPENDED' } });

      expect((await logIn(service(), kim)).status).toBe(401);
      expect((await exchangeCode(service(), { code, verifier })).body.error).toBe('invalid_grant');
      expect((await askForCode(service(), { session, challenge })).status).toBe(401);
      expect(await keysWith(token)).toBe(401);
    });

    it.each<[string, Sent, number]>([
      ['a name alone', { headers: { 'X-OpenAM-Username': 'x@example.test' } }, 400],
      ['a password alone', { headers: { 'X-OpenAM-Password': 'x' } }, 400],
      ['10 kB', { headers: { 'X-OpenAM-Username': 'x'.repeat(10_240), 'X-OpenAM-Password': 'x' } }, 400],
      ['letters that are no UTF-8', { headers: { 'X-OpenAM-Username': '\xff\xfe', 'X-OpenAM-Password': '\xe9' } }, 401],
      [
        'an encoded word that is none',
        { headers: { 'X-OpenAM-Username': '=?UTF-8?B?/w==?=', 'X-OpenAM-Password': 'x' } },
        401,
      ],
      ['a body that is no object', { raw: '[]', headers: { 'Content-Type': 'application/json' } }, 400],
      ['a form', { form: { IDToken1: 'x' } }, 415],
    ])('when %s is sent, then the answer is a refusal in the form of the system', async (_what, sent, expected) => {
      const { status, body } = await authenticate(
        sent.raw === undefined && sent.form === undefined ? { json: {}, ...sent } : sent,
      );

      expect([status, body.code]).toEqual([expected, expected]);
    });

    it('when the headers and the form differ, then neither is believed', async () => {
      const callbacks = [
        { type: 'NameCallback', input: [{ name: 'IDToken1', value: 'other@example.test' }] },
        { type: 'PasswordCallback', input: [{ name: 'IDToken2', value: 'other' }] },
      ];
      const headers = { 'X-OpenAM-Username': robin.email, 'X-OpenAM-Password': robin.password };

      expectAicRefusal(await authenticate({ json: { callbacks }, headers }), 400, 'credentials_conflicting');
    });
  });

  describe.each([
    '/am/oauth2/access_token',
    '/am/oauth2/authorize',
    '/environment/scopes/service-accounts',
    '/openidm/managed/svcacct',
  ])('given hostile headers at %s', (path) => {
    it.each<[string, string]>([
      ['empty', ''],
      ['no scheme', 'x'],
      ['no credentials', 'Bearer'],
      ['another grammar', 'rest_api_key=0123456789ABCDEF'],
      ['a token of nobody', 'Token abc'],
      ['Basic without Base64', 'Basic %%%'],
      ['10 kB', `Bearer ${'x'.repeat(10_240)}`],
      ['letters beyond ASCII', 'Bearer \xe9\xff'],
    ])('when Authorization is %s, then the answer is 400 or 401', async (_what, value) => {
      const isForm = path.startsWith('/am');
      const sent = {
        headers: { Authorization: value },
        ...(isForm && { form: { client_id: 'idmAdminClient', grant_type: 'authorization_code' } }),
      };

      const { status } = await service().call(isForm ? 'POST' : 'GET', path, sent);

      expect([400, 401]).toContain(status);
    });
  });

  it('when all of this is done, then no session, password or token stands in the log', async () => {
    const session = await sessionOf(service(), robin);
    const token = await bearerOfSession(service(), session);
    const log = service().log.join('\n');

    for (const secret of [robin.password, session, token, session.split('.')[2] ?? ''])
      expect(log).not.toContain(secret);
  });
});

it('given a limit on failures, when there were too many, then the right password is refused too, with 429 and Retry-After', async () => {
  await using limited = await limitedService();
  const { service } = limited;
  const { body } = await asOwner(service, 'GET', '/latchkey/v1/me');
  const kim = await givenPasswordUser(service, { token: await service.ownerToken(), accountId: body.accounts[0].id });
  for (let failures = 0; failures < 3; failures += 1) await logIn(service, { ...kim, password: 'not the password' });

  const refused = await logIn(service, kim);

  expectAicRefusal(refused, 429, 'rate_limited');
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
});

async function limitedService() {
  const service = await runningService({ settings: { LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '3' } });
  return { service, [Symbol.asyncDispose]: () => service.dispose() };
}
