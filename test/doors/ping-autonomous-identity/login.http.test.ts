import { beforeAll, describe, expect, it } from '@jest/globals';
import { ACCOUNTS } from '../../../src/accounts/account.ts';
import { PLATFORM_ROLES, platformRoleCrn } from '../../../src/resource-catalog/service-definition.ts';
import { A_PASSWORD, type GivenPasswordUser, givenPasswordUser } from '../../harness/given-password.ts';
import { type GivenTenant, givenTenant, invite } from '../../harness/given-people.ts';
import { givenPolicy } from '../../harness/given-rights.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

/** What is said of every log-in that is not right. */
const WRONG = { message: 'The user name or the password is not right.', code: 'password_wrong' };

describeOnEveryBackend('POST /api/authentication/login', (service) => {
  let tenant: GivenTenant;
  let other: GivenTenant;
  let robin: GivenPasswordUser;

  beforeAll(async () => {
    [tenant, other] = await Promise.all([givenTenant(service()), givenTenant(service())]);
    robin = await givenPasswordUser(service(), { token: await tenant.ownerToken(), accountId: tenant.accountId });
  });

  const login = (json: unknown, headers: Readonly<Record<string, string>> = {}) =>
    service().call('POST', '/api/authentication/login', { json, headers });
  const tenantIdOf = async ({ accountId }: { accountId: string }): Promise<string> =>
    (await service().store.read(ACCOUNTS).get(accountId))?.tenantId ?? '';

  it('when a user of one account logs in, then the answer is the entry and a token that is good at every door', async () => {
    const { status, body } = await login({ username: robin.email.toUpperCase(), password: A_PASSWORD });

    expect(status).toBe(200);
    expect(body.user).toEqual({
      dn: `cn=${robin.email},ou=People,dc=zoran,dc=com`,
      controls: [],
      displayName: robin.email,
      gidNumber: '999',
      uid: robin.email.split('@')[0],
      _groups: ['Zoran User'],
    });
    const me = await service().call('GET', '/latchkey/v1/me', { token: body.token });
    expect(me.body).toMatchObject({ iam_id: robin.iamId, accounts: [{ id: tenant.accountId }] });
  });

  it.each(PLATFORM_ROLES)(
    'when a user with the role %s logs in, then Zoran Admin is who is Administrator',
    async (role) => {
      const { accountId } = tenant;
      const kim = await givenPasswordUser(service(), { token: await tenant.ownerToken(), accountId });
      await givenPolicy(service(), {
        accountId,
        subject: kim.iamId,
        roles: [platformRoleCrn(role)],
        service: 'iam-identity',
      });

      const { body } = await login({ username: kim.email, password: A_PASSWORD });

      expect(body.user._groups).toEqual(role === 'Administrator' ? ['Zoran User', 'Zoran Admin'] : ['Zoran User']);
    },
  );

  /** Whoever adds a name to a distinguished name must not add an entry. */
  it('when an e-mail address holds what divides a distinguished name, then it is escaped', async () => {
    const { accountId } = tenant;
    const email = `#robin+${robin.email}`;
    await givenPasswordUser(service(), { token: await tenant.ownerToken(), accountId }, email);

    const { body } = await login({ username: email, password: A_PASSWORD });

    expect(body.user.dn).toBe(`cn=\\#robin\\+${robin.email},ou=People,dc=zoran,dc=com`);
  });

  it.each([
    ['a wrong password', () => ({ username: robin.email, password: 'not the password' })],
    ['an unknown name', () => ({ username: 'nobody@example.test', password: A_PASSWORD })],
    ['what is no address', () => ({ username: 'nobody', password: A_PASSWORD })],
    ['a user without a password', () => ({ username: tenant.owner.email, password: A_PASSWORD })],
  ])('when %s is sent, then the answer is 401 and tells nothing', async (_, body) => {
    const answer = await login(body());

    expect([answer.status, answer.body]).toEqual([401, WRONG]);
  });

  it.each([
    ['nothing', {}],
    ['no password', { username: 'robin@example.test' }],
    ['an empty password', { username: 'robin@example.test', password: '' }],
    ['no text', { username: 1, password: [] }],
  ])('when %s is sent, then the answer is 400', async (_, body) => {
    expect(await login(body)).toMatchObject({ status: 400, body: { message: expect.any(String) } });
  });

  /** A password in the address would stand in every log on the way. */
  it('when the password stands in the URL, then it is refused and not said again', async () => {
    const answer = await service().call('POST', `/api/authentication/login?password=${encodeURIComponent(A_PASSWORD)}`);

    expect([answer.status, answer.body.code]).toEqual([400, 'secret_in_url']);
    expect(answer.text).not.toContain('battery');
  });

  describe('given a user of two accounts', () => {
    let kim: GivenPasswordUser;
    let sent: { username: string; password: string };

    beforeAll(async () => {
      const token = await service().ownerToken();
      // Introduced by the operator: a member of every account that invites.
      const { body } = await service().call('GET', '/latchkey/v1/me', { token });
      kim = await givenPasswordUser(service(), { token, accountId: body.accounts[0].id });
      sent = { username: kim.email, password: kim.password };
      await invite(service(), { token: await tenant.ownerToken(), accountId: tenant.accountId, emails: [kim.email] });
    });
    const accountOf = async (token: string): Promise<string> =>
      (await service().call('GET', '/latchkey/v1/me', { token })).body.accounts[0].id;

    it('when no tenant is named, then it is asked for', async () => {
      const answer = await login(sent);

      expect(answer).toMatchObject({ status: 403, body: { code: 'account_mismatch' } });
      expect(answer.body.details).toContain('tenant id');
    });

    it('when x-tenant-id names it, or the host name does, then the token is for that account', async () => {
      const host = `${kim.iamId.toLowerCase()}.example.test`;
      const json = { host_names: [host] };
      const token = await service().ownerToken();
      await service().call('PATCH', `/latchkey/v1/accounts/${tenant.accountId}`, { token, json });

      const byId = await login(sent, { 'X-Tenant-Id': (await tenantIdOf(tenant)).toUpperCase() });
      const byHost = await login(sent, { Host: `${host.toUpperCase()}:8080` });
      const both = await login(sent, { Host: host, 'X-Tenant-Id': await tenantIdOf(tenant) });
      const conflicting = await login(sent, { Host: host, 'X-Tenant-Id': await tenantIdOf(other) });

      expect([byId.status, byHost.status, both.status, conflicting.status]).toEqual([200, 200, 200, 403]);
      const accounts = await Promise.all([byId, byHost, both].map(({ body }) => accountOf(body.token)));
      expect(accounts).toEqual(Array(3).fill(tenant.accountId));
    });

    /** Who has a password must not find out with it which tenants there are. */
    it('when the tenant is one of which the user is no member, or none, then both are refused alike', async () => {
      const foreign = await login(sent, { 'X-Tenant-Id': await tenantIdOf(other) });
      const unknown = await login(sent, { 'X-Tenant-Id': '00000000-0000-4000-8000-000000000000' });

      expect([foreign.status, foreign.body]).toEqual([unknown.status, unknown.body]);
      expect([401, 403]).toContain(foreign.status);
    });

    it.each(['', 'x', '00000000-0000-4000-8000-000000000000, 00000000-0000-4000-8000-000000000001', 'é'.repeat(40)])(
      'when x-tenant-id is %j, then the answer is 400',
      async (tenantId) => {
        expect(await login(sent, { 'X-Tenant-Id': tenantId })).toMatchObject({ status: 400 });
      },
    );
  });

  it('when a user of no account any more logs in, then it is as with a wrong password', async () => {
    const token = await tenant.ownerToken();
    const { accountId } = tenant;
    const gone = await givenPasswordUser(service(), { token, accountId });
    await service().call('DELETE', `/v2/accounts/${accountId}/users/${gone.iamId}`, { token });

    const answer = await login({ username: gone.email, password: A_PASSWORD });

    expect([answer.status, answer.body]).toEqual([401, WRONG]);
  });

  it('when a suspended user logs in at the tenant, then the answer is 401', async () => {
    const token = await tenant.ownerToken();
    const { accountId } = tenant;
    const lee = await givenPasswordUser(service(), { token, accountId });
    const path = `/v2/accounts/${accountId}/users/${lee.iamId}`;
    await service().call('PATCH', path, { token, json: { state: 'SUSPENDED' } });

    const answer = await login(
      { username: lee.email, password: A_PASSWORD },
      { 'x-tenant-id': await tenantIdOf(tenant) },
    );

    expect(answer).toMatchObject({ status: 401, body: { code: 'identity_inactive' } });
  });

  it('when the token endpoint is asked with a password, then that grant is not one that it has', async () => {
    const form = { grant_type: 'password', username: robin.email, password: A_PASSWORD };

    const answer = await service().exchange(form);

    expect([answer.status, answer.body.errorCode]).toEqual([400, 'BXNIM0106E']);
  });
});
