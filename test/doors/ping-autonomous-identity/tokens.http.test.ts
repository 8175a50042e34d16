import { beforeAll, describe, expect, it } from '@jest/globals';
import { AUDIT_EVENTS } from '../../../src/audit/audit-event.ts';
import { platformRoleCrn } from '../../../src/resource-catalog/service-definition.ts';
import { A_PASSWORD, givenPasswordUser } from '../../harness/given-password.ts';
import { givenPolicy } from '../../harness/given-rights.ts';
import type { Answer, Sent } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { type GivenTokenTenant, givenToken, givenTokenTenant, searched, tokensOf } from './given-tokens.ts';
import { expectTenantRefusal } from './tenant-refusal.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const MASKED = '********-****-****-****-************';

describeOnEveryBackend(
  'API tokens of a tenant',
  (service) => {
    let tenant: GivenTokenTenant;
    let other: GivenTokenTenant;
    beforeAll(async () => {
      [tenant, other] = await Promise.all([givenTokenTenant(service()), givenTokenTenant(service())]);
    });

    const asked = async (
      method: string,
      path: string,
      sent: Sent = {},
      of: GivenTokenTenant = tenant,
    ): Promise<Answer> => service().call(method, `/api/admin/${path}`, { token: await of.ownerToken(), ...sent });
    const create = (json: object, of?: GivenTokenTenant) => asked('POST', 'createApiToken', { json }, of);
    const verify = (id: string, of?: GivenTokenTenant) => asked('GET', `verifyApiToken/${id}`, {}, of);
    const proves = async (value: string): Promise<number> =>
      (await searched(service(), { authorization: value, 'x-tenant-id': tenant.tenantId })).status;

    it('when one is made, then its value is shown once; the list and its verification tell the rest', async () => {
      const made = await create({ name: 'Ingest Key', description: 'for a test', expiration: '2031-01-02' });
      const listed = (await tokensOf(service(), tenant)).at(-1);
      const verified = await verify(listed?.['id'] ?? '');

      expect([made.status, made.body]).toEqual([200, { token: expect.stringMatching(UUID) }]);
      const state = {
        ...{ name: 'Ingest Key', description: 'for a test', expiration: '2031-01-02T23:59:59.999Z', is_valid: true },
        ...{ creator: expect.stringMatching(/@example\.test$/), modifier: expect.stringMatching(/@example\.test$/) },
      };
      expect(listed).toEqual({ id: expect.stringMatching(UUID), token: MASKED, ...state });
      expect(listed?.['id']).not.toBe(made.body.token);
      expect(verified.body).toEqual(state);
      const { rows } = await service()
        .store.read(AUDIT_EVENTS)
        .page('byTarget', { equals: [tenant.accountId, `ApiKey-${listed?.['id']}`], limit: 5 });
      expect(rows.map(({ action }) => action)).toEqual(['iam-identity.tenantkey.create']);
      expect(JSON.stringify(rows)).not.toContain(made.body.token);
    });

    it.each([
      ['a date', '2031-12-31', '2031-12-31T23:59:59.999Z'],
      ['an instant', '2031-01-02T03:04:05.678Z', '2031-01-02T03:04:05.678Z'],
      ['an instant elsewhere', '2031-01-02T03:04:05+02:00', '2031-01-02T01:04:05.000Z'],
    ])('given %s as expiration, when one is made, then it ends then', async (_what, expiration, end) => {
      await create({ name: 'ends', expiration });

      expect((await tokensOf(service(), tenant)).at(-1)).toMatchObject({ expiration: end });
    });

    it('given no expiration, when one is made, then it does not end', async () => {
      await create({ name: 'endless' });

      expect((await tokensOf(service(), tenant)).at(-1)).toMatchObject({ expiration: null, description: '' });
    });

    it.each<[object, string]>([
      [{ expiration: '2031-01-02' }, 'parameter_missing'],
      [{ name: 'x', expiration: '2021-01-02' }, 'parameter_invalid'],
      [{ name: 'x', expiration: '2021-01-02T00:00:00.000Z' }, 'parameter_invalid'],
      [{ name: 'x', expiration: '2031-02-30' }, 'parameter_invalid'],
      [{ name: 'x', expiration: '2031-02-30T00:00:00Z' }, 'parameter_invalid'],
      [{ name: 'x', expiration: 'tomorrow' }, 'parameter_invalid'],
      [{ name: 'x', expiration: 1_900_000_000 }, 'parameter_invalid'],
      [{ name: 'x\u0000y' }, 'parameter_invalid'],
      [{ name: 'x', description: 'a\u001b[2J' }, 'parameter_invalid'],
    ])('given %j, when it is sent to make one, then it is refused and nothing is made', async (json, code) => {
      const before = (await tokensOf(service(), tenant)).length;

      expectTenantRefusal(await create(json), 400, code);
      expect(await tokensOf(service(), tenant)).toHaveLength(before);
    });

    it('given some, when they are listed by parameters or by the body of a GET, then by as many, in their order', async () => {
      const own = await givenTokenTenant(service());
      for (const name of ['a', 'b', 'c']) await create({ name }, own);
      const names = ({ text }: Answer) => JSON.parse(text).map(({ name }: { name: string }) => name);

      const first = await asked('GET', 'getTokens?maxResults=2', {}, own);
      const second = await asked('GET', 'getTokens?maxResults=2&offset=2', {}, own);

      expect([names(first), names(second)]).toEqual([['a', 'b'], ['c']]);
      expectTenantRefusal(await asked('GET', 'getTokens?maxResults=0', {}, own), 400, 'parameter_invalid');
    });

    describe.each([
      ['value', 'revokeApiToken', 'disabled'],
      ['id', 'revokeApiToken', 'disabled'],
      ['value', 'deleteApiToken', 'deleted'],
      ['id', 'deleteApiToken', 'deleted'],
    ] as const)('given one, named by its %s', (by, path, word) => {
      it(`when it is sent to ${path}, then it is refused at once`, async () => {
        const given = await givenToken(service(), tenant);
        expect(await proves(given.value)).toBe(200);

        const answer = await asked('POST', path, { json: { token: given[by] } });

        expect([answer.status, answer.body]).toEqual([200, { message: `User token ${word}` }]);
        expect(await proves(given.value)).toBe(401);
        const left = (await tokensOf(service(), tenant)).find(({ id }) => id === given.id);
        expect(left).toEqual(word === 'deleted' ? undefined : expect.objectContaining({ is_valid: false }));
      });
    });

    /** Cross-tenant access: neither an id nor a value of another tenant's token is anything here, and it goes on. */
    it("given another tenant's, when it is verified, revoked and deleted, then it is as if it were not there", async () => {
      const { value, id } = await givenToken(service(), tenant);

      for (const token of [value, id]) {
        expectTenantRefusal(await verify(token, other), 404, 'not_found');
        expectTenantRefusal(await asked('POST', 'revokeApiToken', { json: { token } }, other), 404, 'not_found');
        expectTenantRefusal(await asked('POST', 'deleteApiToken', { json: { token } }, other), 404, 'not_found');
      }
      expect(await proves(value)).toBe(200);
    });

    it.each(['', 'x', 'A'.repeat(100), '00000000-0000-4000-8000-000000000000', "' or 1=1 --"])(
      'given %j, which is none, when it is revoked, then it is not found, or not read',
      async (token) => {
        const { status } = await asked('POST', 'revokeApiToken', { json: { token } });

        expect(status).toBe(token === '' ? 400 : 404);
      },
    );

    it('given users of the tenant, when they ask, then only administrators may', async () => {
      const { accountId } = tenant;
      const robin = await givenPasswordUser(service(), { token: await tenant.ownerToken(), accountId });
      const log = { username: robin.email, password: A_PASSWORD };
      const token = (await service().call('POST', '/api/authentication/login', { json: log })).body.token;
      const { id } = await givenToken(service(), tenant);
      const all = async () => [
        await asked('POST', 'createApiToken', { token, json: { name: 'x' } }),
        await asked('GET', 'getTokens', { token }),
        await asked('GET', `verifyApiToken/${id}`, { token }),
        await asked('POST', 'revokeApiToken', { token, json: { token: id } }),
        await asked('POST', 'deleteApiToken', { token, json: { token: id } }),
      ];

      for (const answer of await all()) expectTenantRefusal(answer, 403, 'access_denied');
      const roles = [platformRoleCrn('Administrator')];
      await givenPolicy(service(), { accountId, subject: robin.iamId, roles, service: 'iam-identity' });
      expect((await all()).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    });

    describe('given its value in the path where it is verified', () => {
      it('when it is asked for, then it is refused, and neither the log nor the answer has it', async () => {
        const { value } = await givenToken(service(), tenant);

        const answer = await verify(value);

        expectTenantRefusal(answer, 400, 'secret_in_url');
        expect(answer.text).not.toContain(value);
        const log = service().log.join('\n');
        expect(log).toContain('/api/admin/verifyApiToken/[redacted]');
        expect(log).not.toContain(value);
      });
    });

    /** Confusion: an id is public, and must open nothing. */
    it('given the id of one, when it is sent as a key, then it is unknown', async () => {
      expect(await proves((await givenToken(service(), tenant)).id)).toBe(401);
    });

    /** Confusion: who may choose values would take the id of a token as one, so that its holder revokes something else. */
    it('given an account that allows chosen values, when the id of one is chosen as a value, then it may not be one', async () => {
      const { id } = await givenToken(service(), tenant);
      const token = await tenant.ownerToken();
      const allowed = { json: { allow_chosen_apikey_values: true }, headers: { 'If-Match': '*' } };
      await service().call('PUT', `/v1/accounts/${tenant.accountId}/settings/identity`, { token, ...allowed });

      const json = { name: 'chosen', iam_id: tenant.ownerIamId, apikey: id };
      const made = await service().call('POST', '/v1/apikeys', { token, json });
      const other = await service().call('POST', '/v1/apikeys', { token, json: { ...json, apikey: `${id}-and-more` } });

      expect([made.status, other.status]).toEqual([400, 201]);
    });

    it('given a token and a key beside it, when tokens are managed, then it is refused: nobody knows which was looked at', async () => {
      const { value } = await givenToken(service(), tenant);

      expectTenantRefusal(
        await asked('GET', 'getTokens', { headers: { 'X-API-KEY': value } }),
        400,
        'credentials_conflicting',
      );
      const alone = await service().call('GET', '/api/admin/getTokens', { headers: { 'X-API-KEY': value } });
      expectTenantRefusal(alone, 401, 'credentials_missing');
    });
  },
  { settings: { LATCHKEY_LOG_LEVEL: 'debug' } },
);
