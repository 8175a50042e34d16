import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AUDIT_EVENTS } from '../../src/audit/audit-event.ts';
import { givenServiceId } from '../harness/given-credentials.ts';
import { A_PASSWORD, type GivenPasswordUser, givenPasswordUser } from '../harness/given-password.ts';
import { type GivenTenant, givenTenant, invite, tokenIn } from '../harness/given-people.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

const PATH = '/latchkey/v1/me/password';
const ANOTHER = 'battery horse correct';

describeOnEveryBackend('the own password', (service) => {
  let tenant: GivenTenant;
  let robin: GivenPasswordUser;

  beforeAll(async () => {
    tenant = await givenTenant(service());
  });
  beforeEach(async () => {
    robin = await givenPasswordUser(service(), { token: await tenant.ownerToken(), accountId: tenant.accountId });
  });

  const login = (password: string, username = robin.email) =>
    service().call('POST', '/api/authentication/login', { json: { username, password } });
  const loggedIn = async (password: string): Promise<string> => (await login(password)).body.token;
  const keyToken = () => tokenIn(service(), robin.secret, tenant.accountId);
  const put = (token: string, json: object) => service().call('PUT', PATH, { token, json });
  const remove = (token: string, json: object = {}) => service().call('DELETE', PATH, { token, json });
  const statusOf = async (token: string): Promise<number> =>
    (await service().call('GET', '/latchkey/v1/me', { token })).status;

  it('when the owner of a fresh installation sets a first one with the token of the first key, then it logs in', async () => {
    const token = await service().ownerToken();
    const { body } = await service().call('GET', '/latchkey/v1/me', { token });

    const set = await put(token, { password: A_PASSWORD });

    expect([set.status, set.text]).toEqual([204, '']);
    expect(await login(A_PASSWORD, body.email)).toMatchObject({
      status: 200,
      body: { user: { _groups: ['Zoran User', 'Zoran Admin'] } },
    });
  });

  it('when it is changed, then tokens of the old one are refused, those of keys are not, and the new one logs in', async () => {
    const [old, ofKey] = [await loggedIn(A_PASSWORD), await keyToken()];

    const { status } = await put(old, { password: ANOTHER, current_password: A_PASSWORD });

    expect(status).toBe(204);
    expect([await statusOf(old), await statusOf(ofKey)]).toEqual([401, 200]);
    expect((await login(A_PASSWORD)).status).toBe(401);
    expect(await statusOf(await loggedIn(ANOTHER))).toBe(200);
  });

  it('when it is changed with a token for one account, then tokens of another account are refused too', async () => {
    const other = await givenTenant(service());
    const kim = await givenPasswordUser(service(), await firstAccount());
    for (const { accountId, ownerToken } of [tenant, other]) {
      await invite(service(), { token: await ownerToken(), accountId, emails: [kim.email] });
    }
    const tokens = await Promise.all([tenant, other].map(({ accountId }) => inAccount(kim, accountId)));

    await put(await tokenIn(service(), kim.secret, kim.accountId), { password: ANOTHER, current_password: A_PASSWORD });

    expect(await Promise.all(tokens.map(statusOf))).toEqual([401, 401]);
  });

  /** Takeover with a stolen token: it lives for an hour, and a password for good. */
  it.each([
    ['none', undefined, 'parameter_missing'],
    ['a wrong one', 'not the password', 'password_wrong'],
    ['one too long', 'x'.repeat(900), 'password_wrong'],
  ])('when %s is sent as the current one, then nothing is changed or removed', async (_, current_password, code) => {
    const token = await keyToken();
    const current = current_password === undefined ? {} : { current_password };

    const answers = [await put(token, { password: ANOTHER, ...current }), await remove(token, current)];

    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [400, code],
      [400, code],
    ]);
    expect((await login(A_PASSWORD)).status).toBe(200);
  });

  it.each([
    ['too short', { password: 'x'.repeat(11), current_password: A_PASSWORD }],
    ['too long', { password: 'x'.repeat(257), current_password: A_PASSWORD }],
    ['missing', { current_password: A_PASSWORD }],
    ['no text', { password: ['battery horse correct'], current_password: A_PASSWORD }],
  ])('when the new one is %s, then it is refused', async (_, body) => {
    expect((await put(await keyToken(), body)).status).toBe(400);
    expect((await login(A_PASSWORD)).status).toBe(200);
  });

  it('when it is removed and set anew, then the tokens of before stay refused, and new ones are good', async () => {
    const old = await loggedIn(A_PASSWORD);
    const token = await keyToken();

    const removed = await remove(token, { current_password: A_PASSWORD });
    const without = [(await login(A_PASSWORD)).status, await statusOf(old), (await remove(token)).status];
    const surplus = await put(token, { password: A_PASSWORD, current_password: A_PASSWORD });
    const set = await put(token, { password: A_PASSWORD });

    expect([removed.status, ...without, surplus.status, set.status]).toEqual([204, 401, 401, 404, 400, 204]);
    expect([await statusOf(old), await statusOf(await loggedIn(A_PASSWORD))]).toEqual([401, 200]);
  });

  /** Two first passwords at once: whoever is second has to prove the first. */
  it('when two set a first one at once, then one of them has', async () => {
    const { accountId, owner } = await givenTenant(service());
    const token = await tokenIn(service(), owner.secret, accountId);

    const answers = await Promise.all([put(token, { password: A_PASSWORD }), put(token, { password: ANOTHER })]);

    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 400]);
  });

  it('when a service ID asks, then it has none, and the answer is 403 or 404', async () => {
    const { key } = await givenServiceId(service());
    const token = await service().tokenOf(key.secret);

    const answers = [await put(token, { password: A_PASSWORD }), await remove(token)];

    for (const { status } of answers) expect([403, 404]).toContain(status);
  });

  it('when it is forgotten, then the operator takes it away, and the user sets another with a token of a key', async () => {
    const old = await loggedIn(A_PASSWORD);
    const path = `/latchkey/v1/users/${robin.iamId}/password`;

    const ofOwner = await service().call('DELETE', path, { token: await tenant.ownerToken() });
    const ofOperator = await service().call('DELETE', path, { token: await service().ownerToken() });
    const again = await service().call('DELETE', path, { token: await service().ownerToken() });

    expect([ofOwner.status, ofOperator.status, again.status]).toEqual([403, 204, 204]);
    expect([await statusOf(old), (await login(A_PASSWORD)).status]).toEqual([401, 401]);
    expect((await put(await keyToken(), { password: ANOTHER })).status).toBe(204);
    expect((await login(ANOTHER)).status).toBe(200);
  });

  it('when it was changed, then the audit record names the user and holds no password', async () => {
    await put(await keyToken(), { password: ANOTHER, current_password: A_PASSWORD });

    const page = { equals: [tenant.accountId, robin.iamId], limit: 100 };
    const { rows } = await service().store.read(AUDIT_EVENTS).page('byTarget', page);
    const record = rows.find(({ action }) => action === 'user-management.password.update');
    expect(record).toMatchObject({
      actor: { iamId: robin.iamId },
      before: { generation: 1 },
      after: { generation: 2 },
    });
    expect(JSON.stringify([rows, service().log])).not.toMatch(/horse|argon2/);
  });

  describe('given the token of a log-in', () => {
    const user = () => `accounts/${tenant.accountId}/users/${robin.iamId}`;
    it.each<[string, () => readonly [string, string, object?]]>([
      ['the user is suspended', () => ['PATCH', `/v2/${user()}`, { state: 'SUSPENDED' }]],
      ['the user is removed', () => ['DELETE', `/v2/${user()}`]],
      ['the user is signed out of the account', () => ['POST', `/latchkey/v1/${user()}/sign_out`]],
      ['the account is signed out', () => ['POST', `/latchkey/v1/accounts/${tenant.accountId}/sign_out`]],
    ])('when %s, then it is refused from the answer on', async (_, call) => {
      const token = await loggedIn(A_PASSWORD);
      const [method, path, json] = call();

      const { status } = await service().call(method, path, { token: await tenant.ownerToken(), json });

      expect(status).toBeLessThan(300);
      expect(await statusOf(token)).toBe(401);
    });

    it('when the user signs out everywhere with it, or revokes it, then it is refused', async () => {
      const [first, second] = [await loggedIn(A_PASSWORD), await loggedIn(A_PASSWORD)];

      await service().call('POST', '/identity/revoke', { form: { token: first } });
      expect([await statusOf(first), await statusOf(second)]).toEqual([401, 200]);
      await service().call('POST', `/latchkey/v1/users/${robin.iamId}/sign_out`, { token: second });

      expect(await statusOf(second)).toBe(401);
    });
  });

  async function firstAccount() {
    const token = await service().ownerToken();
    const { body } = await service().call('GET', '/latchkey/v1/me', { token });
    return { token, accountId: String(body.accounts[0].id) };
  }

  async function inAccount({ secret, email, password }: GivenPasswordUser, accountId: string): Promise<string> {
    const token = await tokenIn(service(), secret, accountId);
    const { body } = await service().call('GET', '/latchkey/v1/me', { token });
    const headers = { 'x-tenant-id': body.accounts[0].tenant_id };
    const json = { username: email, password };
    return (await service().call('POST', '/api/authentication/login', { json, headers })).body.token;
  }
});
