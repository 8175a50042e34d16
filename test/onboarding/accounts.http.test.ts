import { beforeAll, describe, expect, it } from '@jest/globals';
import { AUDIT_EVENTS } from '../../src/audit/audit-event.ts';
import { USERS } from '../../src/users/user.ts';
import { expectProductRefusal } from '../doors/latchkey/product-refusal.ts';
import { firstAccountId, givenServiceId } from '../harness/given-credentials.ts';
import {
  activate,
  exchangeIn,
  type GivenTenant,
  givenPerson,
  givenTenant,
  invite,
  newEmail,
  tokenIn,
} from '../harness/given-people.ts';
import type { Sent } from '../harness/http-call.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

const ACCOUNTS_PATH = '/latchkey/v1/accounts';
const CODE = /^lk_act_[0-9a-f]{64}$/;

describeOnEveryBackend('/latchkey/v1/accounts', (service) => {
  let firstAccount: string;
  let tenant: GivenTenant;
  beforeAll(async () => {
    firstAccount = await firstAccountId(service());
    tenant = await givenTenant(service());
  });

  const asOperator = async (method: string, path: string, sent: Sent = {}) =>
    service().call(method, path, { token: await service().ownerToken(), ...sent });
  const made = async (json: object = {}) =>
    asOperator('POST', ACCOUNTS_PATH, { json: { name: 'Made', owner_email: newEmail(), ...json } });
  const newHost = () => `${newEmail().split('@')[0]}.tenant.example`;

  describe('given an owner whom nobody knows', () => {
    it('when an account is made, then it is there with its owner, who comes in with the code and may do everything', async () => {
      const hostName = newHost();
      const email = newEmail();

      const { status, body, headers } = await made({
        name: 'New',
        owner_email: email,
        host_names: [hostName.toUpperCase()],
      });
      const { body: key } = await activate(service(), body.activation_code);

      expect(status).toBe(201);
      expect(body).toEqual({
        ...{ id: expect.stringMatching(/^[0-9a-f]{32}$/), tenant_id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
        ...{ name: 'New', owner_iam_id: expect.stringMatching(/^IBMid-/), host_names: [hostName] },
        ...{ entity_tag: headers.get('etag'), created_at: expect.any(String), modified_at: expect.any(String) },
        activation_code: expect.stringMatching(CODE),
      });
      const token = await service().tokenOf(key.apikey);
      const users = await service().call('GET', `/v2/accounts/${body.id}/users`, { token });
      expect(users.body.resources).toMatchObject([{ email, iam_id: body.owner_iam_id, state: 'ACTIVE' }]);
      expect((await service().call('POST', '/v1/serviceids', { token, json: { name: 'x' } })).status).toBe(201);
    });

    it('when the code is lost, then the operator makes a new one until the owner has come', async () => {
      const { body } = await made();
      const path = `${ACCOUNTS_PATH}/${body.id}/activation_code`;

      const renewed = await asOperator('POST', path);
      const old = await activate(service(), body.activation_code);
      const used = await activate(service(), renewed.body.activation_code);
      const late = await asOperator('POST', path);

      expect(renewed.status).toBe(201);
      expectProductRefusal(old, 400, 'activation_code_invalid');
      expect(used.status).toBe(201);
      expectProductRefusal(late, 409, 'already_exists');
    });
  });

  describe('given an owner who is known already', () => {
    it('when an account is made, then there is no code, and the key acts in it', async () => {
      const person = await givenPerson(service(), { token: await service().ownerToken(), accountId: firstAccount });

      const { body } = await made({ owner_email: person.email });

      expect(body).toMatchObject({ owner_iam_id: person.iamId });
      expect(body).not.toHaveProperty('activation_code');
      expect((await exchangeIn(service(), person.secret, body.id)).status).toBe(200);
    });

    /** Account pre-hijacking of a whole account: an administrator elsewhere introduced the address first. */
    it('when another account introduced the address, then whoever holds its key does not own the account', async () => {
      const there = { token: await tenant.ownerToken(), accountId: tenant.accountId };
      const person = await givenPerson(service(), there);

      const { body } = await made({ owner_email: person.email });

      expect(body.activation_code).toMatch(CODE);
      expect((await exchangeIn(service(), person.secret, body.id)).status).toBe(401);
    });
  });

  describe('given an account', () => {
    it('when it is renamed with its entity tag, then it is changed; with a stale one 409', async () => {
      const { body: before } = await made({ host_names: [newHost()] });
      const path = `${ACCOUNTS_PATH}/${before.id}`;
      const headers = { 'If-Match': before.entity_tag };
      const hostNames = [newHost(), newHost()];

      const changed = await asOperator('PATCH', path, { headers, json: { name: 'Renamed', host_names: hostNames } });
      const stale = await asOperator('PATCH', path, { headers, json: { name: 'Late' } });
      const read = await asOperator('GET', path);

      expect(changed.status).toBe(200);
      expect(read.body).toMatchObject({ name: 'Renamed', host_names: hostNames, entity_tag: changed.body.entity_tag });
      expectProductRefusal(stale, 409, 'entity_tag_stale');
    });

    it('when another one wants its host name, then 409 and nothing is made; given back, it is free', async () => {
      const hostName = newHost();
      const { body: holder } = await made({ host_names: [hostName] });
      const email = newEmail();

      const taken = await made({ owner_email: email, host_names: [newHost(), hostName] });
      const owner = await service().store.read(USERS).find('byEmail', [email]);
      await asOperator('PATCH', `${ACCOUNTS_PATH}/${holder.id}`, { json: { host_names: [] } });
      const free = await made({ host_names: [hostName] });

      expectProductRefusal(taken, 409, 'already_exists');
      expect(owner).toBeUndefined();
      expect(free.status).toBe(201);
    });

    it('when six accounts want one host name at once, then one of them gets it', async () => {
      const hostNames = [newHost()];

      const answers = await Promise.all(Array.from({ length: 6 }, () => made({ host_names: hostNames })));

      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
    });

    it('when one new owner gets four accounts at once, then there is one user, who owns all', async () => {
      const owner = { owner_email: newEmail() };

      const answers = await Promise.all(Array.from({ length: 4 }, () => made(owner)));

      expect(answers.map(({ status }) => status)).toEqual(Array(4).fill(201));
      expect(new Set(answers.map(({ body }) => body.owner_iam_id)).size).toBe(1);
    });

    it('when all are listed two by two, then each comes once', async () => {
      const { body } = await made();

      const listed: string[] = [];
      let query = '?limit=2';
      while (query !== '') {
        const page = (await asOperator('GET', `${ACCOUNTS_PATH}${query}`)).body;
        listed.push(...page.accounts.map(({ id }: { id: string }) => id));
        query = page.next === undefined ? '' : `?limit=2&cursor=${page.next}`;
      }

      expect(listed).toContain(body.id);
      expect(listed[0]).toBe(firstAccount);
      expect(new Set(listed).size).toBe(listed.length);
    });

    it('when its audit records are read, then what the operator did is there', async () => {
      const { body } = await made();
      await asOperator('PATCH', `${ACCOUNTS_PATH}/${body.id}`, { json: { name: 'Renamed' } });

      const events = service().store.read(AUDIT_EVENTS);
      const { rows } = await events.page('byTarget', { equals: [body.id, body.id], limit: 10 });

      expect(rows.map(({ action, after }) => [action, after?.['name']])).toEqual([
        ['latchkey.account.create', 'Made'],
        ['latchkey.account.update', 'Renamed'],
      ]);
    });
  });

  describe('given callers who do not run the installation', () => {
    it('when an owner, a service ID or the operator with a token for another account asks, then 403', async () => {
      const operatorEmail = 'owner@localhost';
      const there = { token: await tenant.ownerToken(), accountId: tenant.accountId };
      expect((await invite(service(), { ...there, emails: [operatorEmail] })).body.resources[0].state).toBe('ACTIVE');
      const { key } = await givenServiceId(service());
      const tokens = [
        await tenant.ownerToken(),
        await service().tokenOf(key.secret),
        // Confused deputy: handed to a service of the tenant, it must not open the installation.
        await tokenIn(service(), service().adminKey, tenant.accountId),
      ];

      for (const token of tokens) {
        const send = (method: string, path: string, json?: object) =>
          service().call(method, path, { token, ...(json !== undefined && { json }) });
        const answers = [
          await send('GET', ACCOUNTS_PATH),
          await send('POST', ACCOUNTS_PATH, { name: 'x', owner_email: newEmail() }),
          await send('GET', `${ACCOUNTS_PATH}/${tenant.accountId}`),
          await send('PATCH', `${ACCOUNTS_PATH}/${tenant.accountId}`, { name: 'x' }),
          await send('POST', `${ACCOUNTS_PATH}/${tenant.accountId}/activation_code`),
        ];
        for (const answer of answers) expectProductRefusal(answer, 403, 'access_denied');
      }
    });

    it('when the operator looks into the account of somebody else, then it is missing', async () => {
      const users = await asOperator('GET', `/v2/accounts/${tenant.accountId}/users`);

      expect(users.status).toBe(404);
      expect((await exchangeIn(service(), service().adminKey, (await made()).body.id)).status).toBe(400);
    });
  });

  describe('given a body that is not right', () => {
    it.each([
      ['no name', { name: undefined }, 'parameter_missing'],
      ['a line break in the name', { name: 'a\r\nb' }, 'parameter_invalid'],
      ['no owner', { owner_email: undefined }, 'parameter_missing'],
      ['an owner with a second recipient', { owner_email: 'a@example.test,b@example.test' }, 'parameter_invalid'],
      ['an address as host name', { host_names: ['192.0.2.1'] }, 'parameter_invalid'],
      ['a wildcard as host name', { host_names: ['*.example.test'] }, 'parameter_invalid'],
      ['a host name with a path', { host_names: ['example.test/x'] }, 'parameter_invalid'],
      ['a host name twice', { host_names: ['a.example.test', 'A.example.test'] }, 'parameter_invalid'],
      [
        '21 host names',
        { host_names: Array.from({ length: 21 }, (_, n) => `n${n}.example.test`) },
        'parameter_invalid',
      ],
    ])('when %s is sent, then it is refused', async (_, json, code) => {
      expectProductRefusal(await made(json), 400, code);
    });

    it('when an account is asked for that there is not, then 404', async () => {
      const path = `${ACCOUNTS_PATH}/none`;

      expectProductRefusal(await asOperator('GET', path), 404, 'not_found');
      expectProductRefusal(await asOperator('PATCH', path, { json: { name: 'x' } }), 404, 'not_found');
      expectProductRefusal(await asOperator('POST', `${path}/activation_code`), 404, 'not_found');
    });
  });

  describe('GET /latchkey/v1/me', () => {
    const me = async (token: string) => (await service().call('GET', '/latchkey/v1/me', { token })).body;

    it('given a user of two accounts, when it is asked, then both are there, that of the token first', async () => {
      const { email, iamId, secret } = await givenPerson(service(), {
        ...{ token: await service().ownerToken(), accountId: firstAccount },
      });
      await invite(service(), { token: await tenant.ownerToken(), accountId: tenant.accountId, emails: [email] });

      const there = await me(await tokenIn(service(), secret, tenant.accountId));

      const group = { id: expect.stringMatching(/^[0-9a-f]{32}$/), name: 'default', default: true };
      expect(there).toEqual({
        ...{ iam_id: iamId, name: email, email },
        accounts: [tenant.accountId, firstAccount].map((id) => ({
          ...{
            id,
            tenant_id: expect.any(String),
            name: expect.any(String),
            owner_iam_id: expect.stringMatching(/^IBMid-/),
          },
          ...{ resource_groups: [group], regions: ['global', 'us-south'] },
        })),
      });
      const groups = there.accounts.map(
        ({ resource_groups: [only] }: { resource_groups: { id: string }[] }) => only?.id,
      );
      expect(new Set(groups).size).toBe(2);
    });

    it('given a user who is suspended or only invited elsewhere, when it is asked, then that is not there', async () => {
      const person = await givenPerson(service(), { token: await tenant.ownerToken(), accountId: tenant.accountId });
      await invite(service(), { token: await service().ownerToken(), accountId: firstAccount, emails: [person.email] });

      const { accounts } = await me(await service().tokenOf(person.secret));

      expect(accounts.map(({ id }: { id: string }) => id)).toEqual([tenant.accountId]);
    });

    it('given a service ID, when it is asked, then its name and its account are there', async () => {
      const { iamId, key } = await givenServiceId(service());

      const self = await me(await service().tokenOf(key.secret));

      expect(self).toMatchObject({ iam_id: iamId, name: 'build server', accounts: [{ id: firstAccount }] });
      expect(self).not.toHaveProperty('email');
    });
  });
});
