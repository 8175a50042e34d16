import { beforeAll, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { AUDIT_EVENTS } from '../../../src/audit/audit-event.ts';
import { givenAccountSettings } from '../../harness/given-account-settings.ts';
import { type GivenPasswordUser, givenPasswordUser } from '../../harness/given-password.ts';
import { type GivenTenant, givenTenant, tokenIn } from '../../harness/given-people.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { signedIn } from '../../harness/signed-in.ts';
import { expectAicRefusal } from './aic-refusal.ts';
import {
  askForCode,
  bearerOfSession,
  codeOf,
  exchangeCode,
  newVerifier,
  returnAddress,
  sessionOf,
} from './logged-in.ts';

const SESSIONS = '/am/json/realms/root/sessions';

describeOnEveryBackend('codes and tokens for a session', (service) => {
  let tenant: GivenTenant;
  let robin: GivenPasswordUser;
  let session: string;
  const { verifier, challenge } = newVerifier();

  beforeAll(async () => {
    tenant = await givenTenant(service());
    robin = await givenPasswordUser(service(), { token: await tenant.ownerToken(), accountId: tenant.accountId });
    session = await sessionOf(service(), robin);
  });

  const keysWith = async (token: string): Promise<number> => (await service().call('GET', '/keys', { token })).status;

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
  ])('when a code is exchanged with %s, then it is refused, and used up where it was right', async (_what, change) => {
    const code = await codeOf(service(), session, challenge);

    const wrong = await exchangeCode(service(), { code, verifier }, change);
    const again = await exchangeCode(service(), { code, verifier });

    expect([wrong.status, wrong.body.error]).toEqual([400, 'invalid_grant']);
    expect(again.status).toBe('code' in change ? 200 : 400);
  });

  /** A stolen code: whether the thief was the first or the second, nobody keeps a token of it (RFC 6749, section 4.1.2). */
  it('when a code is used a second time, then it is refused, and the token of the first is too, and the session goes on', async () => {
    const code = await codeOf(service(), session, challenge);
    const { access_token: token } = (await exchangeCode(service(), { code, verifier })).body;
    expect(await keysWith(token)).toBe(403);
    service().clock.pass(120_000);

    const stolen = await exchangeCode(service(), { code, verifier: newVerifier().verifier });

    expect([stolen.status, stolen.body.error]).toEqual([400, 'invalid_grant']);
    expect(await keysWith(token)).toBe(401);
    const { rows } = await service()
      .store.read(AUDIT_EVENTS)
      .page('byTarget', {
        ...{ equals: [tenant.accountId, String(decodeJwt(token).jti)], limit: 2 },
      });
    expect(rows).toMatchObject([{ action: 'token.revoke', outcome: 'success', actor: {} }]);
    expect(await keysWith(await bearerOfSession(service(), session))).toBe(403);
  });

  it('when a code is used for the first time when it is too old, then nothing is recorded as ended', async () => {
    const code = await codeOf(service(), session, challenge);
    service().clock.pass(61_000);
    const recorded = async () =>
      (
        await service()
          .store.read(AUDIT_EVENTS)
          .page('byAccount', { equals: [tenant.accountId], limit: 1_000 })
      ).rows.filter(({ action }) => action === 'token.revoke').length;
    const before = await recorded();

    expect((await exchangeCode(service(), { code, verifier })).status).toBe(400);

    expect(await recorded()).toBe(before);
  });

  it('when a code is exchanged, then the token says when its user logged in, and is not renewed like one of a log-in', async () => {
    const { auth_time: loggedInAt } = decodeJwt(session);
    const token = await bearerOfSession(service(), session);

    const renewed = await service().call('POST', '/api/authentication/renewToken', { token });

    expect(loggedInAt).toEqual(expect.any(Number));
    expect(decodeJwt(token)['auth_time']).toBe(loggedInAt);
    expect(renewed.status).toBe(403);
  });

  /** An hour more for a password alone: a session is older than the setting that asks for more than a password. */
  it('when a second factor is asked for since, then the session gives no code, its codes no token, and it can be ended', async () => {
    const own = await givenTenant(service());
    const kim = await givenPasswordUser(service(), { token: await own.ownerToken(), accountId: own.accountId });
    const tokenId = await sessionOf(service(), kim);
    const code = await codeOf(service(), tokenId, challenge);
    await givenAccountSettings(service(), own.accountId, { mfa: 'TOTP' });

    const asked = await askForCode(service(), { session: tokenId, challenge });
    const exchanged = await exchangeCode(service(), { code, verifier });
    const out = await service().call('POST', `${SESSIONS}/?_action=logout`, { json: { tokenId } });

    expect([asked.status, asked.body.error, asked.headers.get('location')]).toEqual([403, 'access_denied', null]);
    expect([exchanged.status, exchanged.body.error]).toEqual([403, 'access_denied']);
    expect(out.status).toBe(200);
  });

  it('when a code is exchanged by ten at once, then one gets a token', async () => {
    const code = await codeOf(service(), session, challenge);

    const answers = await Promise.all(Array.from({ length: 10 }, () => exchangeCode(service(), { code, verifier })));

    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toEqual([200]);
    // On a starved machine a server that keeps codes may not answer in time: that is said, and gives no token either.
    expect(statuses.filter((status) => ![200, 400, 503].includes(status))).toEqual([]);
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
