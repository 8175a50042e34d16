import { beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner } from '../../harness/given-credentials.ts';
import { type GivenPasswordUser, givenPasswordUser } from '../../harness/given-password.ts';
import { type GivenTenant, givenTenant, tokenIn } from '../../harness/given-people.ts';
import type { Sent } from '../../harness/http-call.ts';
import { describeOnEveryBackend, runningService } from '../../harness/running-service.ts';
import { signedIn } from '../../harness/signed-in.ts';
import { expectAicRefusal } from './aic-refusal.ts';
import {
  askForCode,
  bearerOfSession,
  codeOf,
  exchangeCode,
  logIn,
  newVerifier,
  returnAddress,
  sessionOf,
} from './logged-in.ts';

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

  describe('given a session', () => {
    let session: string;
    beforeAll(async () => {
      session = await sessionOf(service(), robin);
    });

    it('when a code is exchanged, then the token is a bearer of the user that ends with the session at the latest', async () => {
      service().clock.pass(60_000);
      const code = await codeOf(service(), session, challenge);

      const { status, body } = await exchangeCode(service(), { code, verifier });

      expect([status, body]).toEqual([
        200,
        { access_token: expect.any(String), scope: 'openid', token_type: 'Bearer', expires_in: 3_540 },
      ]);
      expect(await keysWith(body.access_token)).toBe(403);
    });

    /** Token confusion: a session is shown in forms and cookies, and must open nothing; nor may a bearer become more of them. */
    it('when a session is sent as a bearer, or a bearer or a refresh token as a session, then each is refused', async () => {
      const { token, refreshToken } = await signedIn(service(), robin.secret);

      expect(await keysWith(session)).toBe(401);
      expect((await service().call('GET', '/latchkey/v1/me', { token: session })).status).toBe(401);
      expect((await service().call('POST', '/identity/introspect', { form: { token: session } })).body.active).toBe(
        false,
      );
      for (const other of [token, refreshToken]) {
        const asked = await askForCode(service(), { session: other, challenge });
        expect([asked.status, asked.body.error, asked.headers.get('location')]).toEqual([401, 'login_required', null]);
      }
    });

    /** CSRF: a page can make a browser send its cookie, but cannot read it. */
    it.each<
      [
        string,
        (session: string) => Readonly<Record<string, string>>,
        Readonly<Record<string, string>> | undefined,
        number,
      ]
    >([
      ['another csrf', () => ({ csrf: 'other' }), undefined, 400],
      ['no csrf', () => ({ csrf: '' }), undefined, 400],
      ['no cookie', () => ({}), {}, 401],
    ])('when a code is asked for with %s, then it is refused', async (_what, change, headers, expected) => {
      const asked = await askForCode(service(), { session, challenge }, change(session), headers);

      expect([asked.status, asked.headers.get('location')]).toEqual([expected, null]);
      expect(asked.body).toEqual({ error: expect.any(String), error_description: expect.any(String) });
    });

    /** Session fixation: who can add a cookie to a browser would choose as whom it is logged in. */
    it('when there are two session cookies, then none is believed', async () => {
      const headers = { Cookie: `latchkey-session=${session}; latchkey-session=${session}` };

      expect((await askForCode(service(), { session, challenge }, {}, headers)).status).toBe(400);
    });

    /** Open redirect: a code must go nowhere but back to this service. */
    it.each<(own: string) => string>([
      (own) => own.replace('appAuthHelperRedirect', 'other'),
      (own) => `${own}?next=https://evil.test`,
      (own) => `${own}#x`,
      (own) => own.replace('://', '://user@'),
      (own) => own.replace(/:\d+\//, '/'),
      (own) => own.replace(/:(\d+)\//, ':$1:$1/'),
      (own) => own.replace('http:', 'https:'),
      (own) => own.replace('127.0.0.1', 'evil.test'),
      (own) => own.replace('127.0.0.1', '127.0.0.1.evil.test'),
      () => '//evil.test/platform/appAuthHelperRedirect.html',
      () => 'javascript:/platform/appAuthHelperRedirect.html',
      () => '',
    ])(
      'when a code is to be sent to another place than our own (%#), then it is refused and nobody is redirected',
      async (change) => {
        const redirect_uri = change(returnAddress(service()));

        const asked = await askForCode(service(), { session, challenge }, { redirect_uri });

        expect([asked.status, asked.body.error, asked.headers.get('location')]).toEqual([400, 'invalid_request', null]);
      },
    );

    it('when the request names an evil host in its header, then codes are still sent to no other place', async () => {
      const redirect_uri = 'http://evil.test/platform/appAuthHelperRedirect.html';
      const headers = {
        Host: 'evil.test',
        Cookie: `latchkey-session=${session}`,
        'Content-Type': 'application/x-www-form-urlencoded',
      };

      expect((await askForCode(service(), { session, challenge }, { redirect_uri }, headers)).status).toBe(400);
    });

    it.each([
      [{ client_id: 'other' }, 401, 'invalid_client'],
      [{ response_type: 'token' }, 400, 'invalid_request'],
      [{ decision: 'deny' }, 400, 'invalid_request'],
      [{ code_challenge_method: 'plain' }, 400, 'invalid_request'],
      [{ code_challenge: 'short' }, 400, 'invalid_request'],
      [{ scope: 'unknown' }, 400, 'invalid_scope'],
      [{ state: 'é' }, 400, 'invalid_request'],
    ])('when a code is asked for with %j, then the answer is %s %s', async (change, status, error) => {
      const asked = await askForCode(service(), { session, challenge }, change);

      expect([asked.status, asked.body.error]).toEqual([status, error]);
    });

    it('when a state is sent, then it comes back with the code', async () => {
      const asked = await askForCode(service(), { session, challenge }, { state: 'a&b' });

      expect(new URL(asked.headers.get('location') ?? '').searchParams.get('state')).toBe('a&b');
    });

    /** Code injection and replay (RFC 9700, section 2.1.1). */
    it.each([
      ['another verifier', { code_verifier: newVerifier().verifier }],
      ['another redirect_uri', { redirect_uri: 'http://localhost/platform/appAuthHelperRedirect.html' }],
      ['another code', { code: 'A'.repeat(43) }],
      ['what is no code', { code: 'x' }],
    ])(
      'when a code is exchanged with %s, then it is refused, and used up where it was right',
      async (_what, change) => {
        const code = await codeOf(service(), session, challenge);

        const wrong = await exchangeCode(service(), { code, verifier }, change);
        const again = await exchangeCode(service(), { code, verifier });

        expect([wrong.status, wrong.body.error]).toEqual([400, 'invalid_grant']);
        expect(again.status).toBe('code' in change ? 200 : 400);
      },
    );

    it('when a code is exchanged by ten at once, then one gets a token', async () => {
      const code = await codeOf(service(), session, challenge);

      const answers = await Promise.all(Array.from({ length: 10 }, () => exchangeCode(service(), { code, verifier })));

      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 9 }, () => 400)]);
    });

    it('when a code is a minute old, then it is refused', async () => {
      const code = await codeOf(service(), session, challenge);
      service().clock.pass(61_000);

      expect((await exchangeCode(service(), { code, verifier })).body.error).toBe('invalid_grant');
    });

    it.each([
      [{ client_id: 'service-account' }, 400, 'invalid_request'],
      [{ code_verifier: 'short' }, 400, 'invalid_request'],
      [{ grant_type: 'password' }, 400, 'unsupported_grant_type'],
      [{ grant_type: 'apikey' }, 400, 'unsupported_grant_type'],
      [{ grant_type: 'refresh_token' }, 400, 'unsupported_grant_type'],
      [{ grant_type: 'jwt_bearer' }, 400, 'invalid_request'],
    ])('when a code is exchanged with %j, then the answer is %s %s', async (change, status, error) => {
      const answer = await exchangeCode(service(), { code: 'A'.repeat(43), verifier }, change);

      expect([answer.status, answer.body.error]).toEqual([status, error]);
    });

    it('when its holder logs out, then the session, its codes and its tokens have ended', async () => {
      const tokenId = await sessionOf(service(), robin);
      const code = await codeOf(service(), tokenId, challenge);
      const token = await bearerOfSession(service(), tokenId);

      const out = await service().call('POST', `${SESSIONS}/?_action=logout`, { json: { tokenId } });

      expect([out.status, out.body]).toEqual([200, { result: 'Successfully logged out' }]);
      expect(await keysWith(token)).toBe(401);
      expect((await exchangeCode(service(), { code, verifier })).body.error).toBe('invalid_grant');
      const read = await service().call('POST', `${SESSIONS}?_action=getSessionInfo`, { json: { tokenId } });
      expectAicRefusal(read, 401, 'token_revoked');
      expect((await askForCode(service(), { session, challenge })).status).toBe(302);
    });

    it('when it is sent in a URL, then it is refused, and the scopes are shown for it in the cookie alone', async () => {
      const path = '/environment/scopes/service-accounts';
      const inUrl = await service().call('POST', `${SESSIONS}?_action=logout&tokenId=${session}`, { json: {} });
      const shown = await service().call('GET', path, { headers: { Cookie: `latchkey-session=${session}` } });
      const token = await tokenIn(service(), robin.secret, tenant.accountId);

      expectAicRefusal(inUrl, 400, 'secret_in_url');
      expect(shown.body).toContainEqual({ scope: 'fr:idm:*', description: expect.any(String) });
      expect((await service().call('GET', path, { token })).body).toEqual(shown.body);
      expectAicRefusal(await service().call('GET', path), 401, 'credentials_missing');
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
