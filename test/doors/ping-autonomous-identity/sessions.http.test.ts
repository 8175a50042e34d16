import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ACCOUNTS } from '../../../src/accounts/account.ts';
import type { AccountSettings } from '../../../src/accounts/account-settings.ts';
import { replace } from '../../../src/store/changes.ts';
import { nextEntityTag } from '../../../src/store/entity-tag.ts';
import { givenServiceId } from '../../harness/given-credentials.ts';
import { A_PASSWORD, type GivenPasswordUser, givenPasswordUser } from '../../harness/given-password.ts';
import { type GivenTenant, givenTenant, tokenIn } from '../../harness/given-people.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const HOUR = 3_600;

describeOnEveryBackend('/api/authentication', (service) => {
  let tenant: GivenTenant;
  let robin: GivenPasswordUser;

  beforeAll(async () => {
    tenant = await givenTenant(service());
  });
  beforeEach(async () => {
    robin = await givenPasswordUser(service(), { token: await tenant.ownerToken(), accountId: tenant.accountId });
  });

  const call = (method: string, name: string, token?: string, headers: Readonly<Record<string, string>> = {}) =>
    service().call(method, `/api/authentication/${name}`, { headers, ...(token !== undefined && { token }) });
  const login = () =>
    service().call('POST', '/api/authentication/login', { json: { username: robin.email, password: A_PASSWORD } });
  const loggedIn = async (): Promise<string> => (await login()).body.token;
  const claimsOf = async (token: string) => (await call('GET', 'verify', token)).body.user;
  const renew = (token: string) => call('POST', 'renewToken', token);
  const set = async (settings: AccountSettings): Promise<void> => {
    const account = await service().store.read(ACCOUNTS).get(tenant.accountId);
    if (account === undefined) throw new Error('the account is gone');
    const after = { ...account, settings, entityTag: nextEntityTag(account.entityTag) };
    await service().store.commit([replace(ACCOUNTS, after, account.entityTag)]);
  };

  it('when a token is verified, then the answer is the entry and what the token says', async () => {
    const { body } = await login();

    const verified = await call('GET', 'verify', body.token);

    expect(verified.status).toBe(200);
    expect(verified.body.user).toEqual({
      ...body.user,
      ...{ email: robin.email, sub: robin.email, aud: expect.any(String) },
      ...{ iat: expect.any(Number), exp: expect.any(Number) },
    });
    expect(verified.body.user.exp - verified.body.user.iat).toBeLessThanOrEqual(HOUR);
  });

  it('when tokens of keys are verified, of a user and of a service ID, then they are good too', async () => {
    const { key } = await givenServiceId(service());

    const ofUser = await claimsOf(await tokenIn(service(), robin.secret, tenant.accountId));
    const ofServiceId = await claimsOf(await service().tokenOf(key.secret));

    expect(ofUser).toMatchObject({ email: robin.email, _groups: ['Zoran User'] });
    expect(ofServiceId).toMatchObject({ email: '', displayName: 'build server', _groups: ['Zoran User'] });
  });

  it('when the actions are asked for, then an administrator has all of them, and others less', async () => {
    const ofOwner = await call('GET', 'actions', await tenant.ownerToken());
    const ofOthers = await call('GET', 'actions', await loggedIn());

    expect(ofOwner.body).toEqual({ userActions: ['*'], roleTitle: 'Admin', homepage: 'company' });
    expect(ofOthers.body).toEqual({
      userActions: [expect.not.stringContaining('*')],
      roleTitle: 'User',
      homepage: 'user',
    });
  });

  describe('renewToken', () => {
    it('when a token is renewed, then both are good, and the new one ends later', async () => {
      const old = await loggedIn();
      service().clock.pass(60_000);

      const { status, body } = await renew(old);

      expect(status).toBe(200);
      expect(body.user).toMatchObject({ displayName: robin.email });
      const [before, after] = [await claimsOf(old), await claimsOf(body.token)];
      expect(after.exp - before.exp).toBeGreaterThanOrEqual(60);
    });

    /** An endless session: whoever has a token once would stay for ever. */
    it('when it is renewed again and again, then the session ends after what the account has set', async () => {
      await set({ sessionExpirationSeconds: 2 * HOUR });
      const first = await loggedIn();
      service().clock.pass(50 * 60_000);
      const second = (await renew(first)).body.token;
      service().clock.pass(50 * 60_000);
      const third = (await renew(second)).body.token;

      const { exp } = await claimsOf(third);
      const left = exp - Math.floor(service().clock.now() / 1_000);
      await set({});
      expect(left).toBeLessThanOrEqual(20 * 60);
      expect(left).toBeGreaterThan(19 * 60);
      service().clock.pass(21 * 60_000);
      expect((await renew(third)).status).toBe(401);
    });

    it('when nothing is set, then it ends 12 hours after the log-in', async () => {
      let token = await loggedIn();
      const ended: number[] = [];
      for (let halfHours = 0; halfHours < 24; halfHours += 1) {
        service().clock.pass(30 * 60_000);
        const { status, body } = await renew(token);
        ended.push(status);
        token = body.token ?? token;
      }

      expect(ended.slice(0, 23)).toEqual(Array(23).fill(200));
      expect(ended[23]).toBe(401);
    });

    /** An hour's token of a key must not become half a day's. */
    it('when the token of a key is to be renewed, then the answer is 403', async () => {
      const answer = await renew(await tokenIn(service(), robin.secret, tenant.accountId));

      expect(answer).toMatchObject({ status: 403, body: { code: 'access_denied' } });
    });

    it('when the password was changed, the user suspended or signed out, then neither is good', async () => {
      const user = `accounts/${tenant.accountId}/users/${robin.iamId}`;
      const keyToken = await tokenIn(service(), robin.secret, tenant.accountId);
      const another = { password: 'battery horse correct', current_password: A_PASSWORD };
      const back = { password: A_PASSWORD, current_password: another.password };
      for (const [method, path, token, json] of [
        ['PUT', '/latchkey/v1/me/password', keyToken, another],
        ['PUT', '/latchkey/v1/me/password', keyToken, back],
        ['POST', `/latchkey/v1/${user}/sign_out`, await tenant.ownerToken(), undefined],
        ['PATCH', `/v2/${user}`, await tenant.ownerToken(), { state: 'SUSPENDED' }],
      ] as const) {
        const old = json === back ? undefined : await loggedIn();
        const renewed = old && (await renew(old)).body.token;

        expect((await service().call(method, path, { token, json })).status).toBeLessThan(300);

        for (const ended of [old, renewed]) {
          if (ended === undefined) continue;
          expect([(await renew(ended)).status, (await call('GET', 'verify', ended)).status]).toEqual([401, 401]);
        }
      }
    });
  });

  /** A password is one factor; an account that asks for two must not be opened with it. */
  it.each<AccountSettings['mfa']>(['NONE_NO_ROPC', 'TOTP', 'LEVEL3'])(
    'when the account asks for %s, then nobody logs in or renews, but for whom nothing is asked',
    async (mfa) => {
      const token = await loggedIn();
      await set({ ...(mfa !== undefined && { mfa }) });
      const refused = [(await login()).status, (await renew(token)).status];
      await set({ ...(mfa !== undefined && { mfa }), userMfa: [{ iamId: robin.iamId, mfa: 'NONE' }] });
      const exempt = [(await login()).status, (await renew(token)).status];
      await set({});

      expect([refused, exempt]).toEqual([
        [403, 403],
        [200, 200],
      ]);
    },
  );

  /** Four grammars of one header; another one's must not be taken for a token, and none may be more than this door can bear. */
  it.each([
    ['no credential', {}],
    ['a raw key', { authorization: '19412ace-1d99-44b2-88e0-16136fc5c77a' }],
    ['Basic', { authorization: `Basic ${Buffer.from('robin:password').toString('base64')}` }],
    ['rest_api_key=', { authorization: 'rest_api_key=1A2B3C4D5E6F7A8B9C0D1E2F3A4B5C6D' }],
    ['the scheme alone', { authorization: 'Bearer' }],
    ['an empty header', { authorization: '' }],
    ['no token', { authorization: 'Bearer not-a-token' }],
    ['two at once', { authorization: 'Bearer a.b.c, Bearer d.e.f' }],
    ['10 kB', { authorization: `Bearer ${'a'.repeat(10_240)}` }],
    ['what is not ASCII', { authorization: 'Bearer é' }],
  ])('when %s is sent, then each call answers 400 or 401 in its form', async (_, headers) => {
    for (const [method, name] of [
      ['GET', 'verify'],
      ['POST', 'renewToken'],
      ['GET', 'actions'],
    ] as const) {
      const { status, body } = await call(method, name, undefined, headers);

      expect([400, 401]).toContain(status);
      expect(body).toMatchObject({ message: expect.any(String), code: expect.any(String) });
    }
  });

  describe('what the service says of itself', () => {
    const get = (path: string, token?: string) => service().call('GET', path, token === undefined ? {} : { token });

    it('when its health and version are asked for, then it needs no token and tells nothing of the product', async () => {
      expect((await get('/health-check')).body).toEqual({
        ...{ status: 'zoran-api: OK', uptime: expect.any(Number) },
        uptimeFormatted: expect.stringMatching(/^\d+:[0-5]\d:[0-5]\d$/),
      });
      expect((await get('/version')).body).toEqual({ version: '2022.11.12' });
    });

    it('when the description is downloaded, then it needs a token and is of this door alone', async () => {
      expect((await get('/api/swagger')).status).toBe(401);

      const { status, headers, body } = await get('/api/swagger', await loggedIn());

      expect([status, headers.get('content-disposition')]).toEqual([200, 'attachment; filename="swagger.json"']);
      expect(body.openapi).toMatch(/^3\.1/);
      expect(Object.keys(body.paths)).toContain('/api/authentication/login');
      expect(Object.keys(body.paths)).not.toContain('/identity/token');
    });

    it('when a path or a method is not served, then the answer is 404 or 405 in the same form', async () => {
      const answers = [await get('/api/authentication/nothing'), await service().call('DELETE', '/version')];

      expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
        [404, 'route_unknown'],
        [405, 'method_not_allowed'],
      ]);
    });
  });
});
