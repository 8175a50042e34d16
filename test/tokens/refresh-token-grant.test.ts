import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { asOwner, givenAccount, givenMembership, givenServiceId, givenUser } from '../harness/given-credentials.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';
import { expectTokenRefusal } from '../harness/token-refusal.ts';

const basic = (id: string, secret: string) => ({
  Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});
const BX = basic('bx', 'bx');
const REFUSED = { status: 400, errorCode: 'BXNIM0407E' } as const;

describeOnEveryBackend('the refresh_token grant', (service) => {
  const loggedIn = async (secret: string, headers = BX) => {
    const { body } = await service().exchange({ grant_type: 'apikey', apikey: secret }, headers);
    return { accessToken: String(body.access_token), refreshToken: String(body.refresh_token) };
  };
  const refreshed = (refreshToken: string, headers: Readonly<Record<string, string>> = BX, more = {}) =>
    service().exchange({ grant_type: 'refresh_token', refresh_token: refreshToken, ...more }, headers);

  describe('given the refresh token of a client', () => {
    it('when the client uses it, then it gets an access token for the same identity and a new refresh token', async () => {
      const { key } = await givenUser(service());
      const { accessToken, refreshToken } = await loggedIn(key.secret);

      const { status, body } = await refreshed(refreshToken);

      expect(status).toBe(200);
      const { jti: _old, iat: _then, exp: _end, ...before } = decodeJwt(accessToken);
      const { jti: _new, iat: _now, exp: _later, ...after } = decodeJwt(body.access_token);
      expect(after).toEqual({ ...before, grant_type: 'refresh_token' });
      expect(body.refresh_token).not.toBe(refreshToken);
      expect((await refreshed(body.refresh_token)).status).toBe(200);
    });

    it('when the client asks for another account of the user, then the token names it', async () => {
      const { key } = await givenUser(service());
      const { refreshToken } = await loggedIn(key.secret);
      const account = await givenAccount(service());
      await givenMembership(service(), account, key.iamId);

      const { body } = await refreshed(refreshToken, BX, { account });

      expect(decodeJwt(body.access_token)['account']).toMatchObject({ bss: account });
    });

    it('when the client asks for an account of which the user is no member, then it is refused', async () => {
      const { refreshToken } = await loggedIn(service().adminKey);

      const answer = await refreshed(refreshToken, BX, { account: await givenAccount(service()) });

      expectTokenRefusal(answer, { status: 400, errorCode: 'BXNIM0141E', details: /account/ });
    });

    /** A stolen refresh token is worth nothing to another client (RFC 6749, section 10.4). */
    it('when another client uses it, then it is refused', async () => {
      const { refreshToken } = await loggedIn(service().adminKey);

      expectTokenRefusal(await refreshed(refreshToken, basic('kube', 'kube')), REFUSED);
    });

    it('when nobody names itself, then 401 asks for a client', async () => {
      const { refreshToken } = await loggedIn(service().adminKey);

      expectTokenRefusal(await refreshed(refreshToken, {}), {
        status: 401,
        errorCode: 'BXNIM0308E',
        details: /Basic/,
        headers: { 'www-authenticate': 'Basic realm="identity", Bearer realm="identity"' },
      });
    });

    it('when its time has passed, then it says expired', async () => {
      const { key } = await givenServiceId(service(), { expiresAt: service().clock.now() + 60_000 });
      const { refreshToken } = await loggedIn(key.secret);

      service().clock.pass(60_000);

      expectTokenRefusal(await refreshed(refreshToken), { status: 400, errorCode: 'BXNIM0408E' });
    });
  });

  describe('given that what it came from was taken back', () => {
    it('when its key was disabled, then it is refused, also after the key is enabled again', async () => {
      const { key } = await givenServiceId(service());
      const { refreshToken } = await loggedIn(key.secret);
      await asOwner(service(), 'POST', `/v1/apikeys/${key.id}/disable`);
      expectTokenRefusal(await refreshed(refreshToken), REFUSED);

      await asOwner(service(), 'DELETE', `/v1/apikeys/${key.id}/disable`);

      expectTokenRefusal(await refreshed(refreshToken), REFUSED);
    });

    it('when its key was deleted, then it is refused', async () => {
      const { key } = await givenServiceId(service());
      const { refreshToken } = await loggedIn(key.secret);

      await asOwner(service(), 'DELETE', `/v1/apikeys/${key.id}`);

      expectTokenRefusal(await refreshed(refreshToken), REFUSED);
    });

    it('when the owner of its key was removed, then it is refused in the same words', async () => {
      const { id, key } = await givenServiceId(service());
      const { refreshToken } = await loggedIn(key.secret);

      await asOwner(service(), 'DELETE', `/v1/serviceids/${id}`);

      expectTokenRefusal(await refreshed(refreshToken), REFUSED);
    });

    it('when it was revoked itself, then it is refused, and the key can still be exchanged', async () => {
      const { refreshToken } = await loggedIn(service().adminKey);

      await service().call('POST', '/identity/revoke', { form: { token: refreshToken } });

      expectTokenRefusal(await refreshed(refreshToken), REFUSED);
      expect((await loggedIn(service().adminKey)).refreshToken).toMatch(/^eyJ/);
    });

    /** RFC 7009, section 2.1: the access tokens of the same authorization grant end with the refresh token. */
    it('when it was revoked itself, then all that came of the same log-in ends, and nothing of another', async () => {
      const first = await loggedIn(service().adminKey);
      const { body: later } = await refreshed(first.refreshToken);
      const other = await loggedIn(service().adminKey);
      const statusOf = async (token: string) => (await service().call('GET', '/identity/userinfo', { token })).status;

      await service().call('POST', '/identity/revoke', { form: { token: first.refreshToken } });

      const statuses = [first.accessToken, later.access_token, other.accessToken].map(statusOf);
      expect(await Promise.all(statuses)).toEqual([401, 401, 200]);
      expectTokenRefusal(await refreshed(later.refresh_token), REFUSED);
      // A younger refresh token of the grant lives longer than the one that was revoked.
      service().clock.pass(71 * 3_600_000);
      expectTokenRefusal(await refreshed(later.refresh_token), REFUSED);
      expect((await refreshed(other.refreshToken)).status).toBe(200);
    });

    it('when only the access token beside it was revoked, then it still works', async () => {
      const { accessToken, refreshToken } = await loggedIn(service().adminKey);

      await service().call('POST', '/identity/revoke', { form: { token: accessToken } });

      expect((await refreshed(refreshToken)).status).toBe(200);
    });
  });

  describe('given something else in its place', () => {
    /** Token substitution: both kinds are signed by the same keys. */
    it('when it is an access token, then it is refused', async () => {
      const { accessToken } = await loggedIn(service().adminKey);

      expectTokenRefusal(await refreshed(accessToken), REFUSED);
    });

    it('when a refresh token is offered as access token, then the API refuses it', async () => {
      const { refreshToken } = await loggedIn(service().adminKey);

      expect((await service().call('GET', '/identity/userinfo', { token: refreshToken })).status).toBe(401);
      expect((await service().call('GET', '/v1/apikeys', { token: refreshToken })).status).toBe(401);
    });

    it.each(['not_supported', 'x', 'a.b.c', '..', 'eyJhbGciOiJub25lIn0.e30.'])(
      'when it is "%s", then it is refused',
      async (text) => {
        expectTokenRefusal(await refreshed(text), REFUSED);
      },
    );

    it('when a letter of it is changed, then it is refused', async () => {
      const { refreshToken } = await loggedIn(service().adminKey);
      const [header, claims, signature] = refreshToken.split('.');
      const changed = Buffer.from(JSON.stringify({ ...decodeJwt(refreshToken), exp: 9_999_999_999 })).toString(
        'base64url',
      );

      expectTokenRefusal(await refreshed(`${header}.${changed}.${signature}`), REFUSED);
      expectTokenRefusal(await refreshed(`${header}.${claims}.${signature}A`), REFUSED);
    });
  });
});
