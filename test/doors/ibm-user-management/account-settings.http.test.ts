import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { givenAccountSettings } from '../../harness/given-account-settings.ts';
import { firstAccountId, givenServiceId } from '../../harness/given-credentials.ts';
import { type GivenPerson, givenPerson, givenTenant, invite, newEmail, tokenIn } from '../../harness/given-people.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { expectUserRefusal } from './user-refusal.ts';

describeOnEveryBackend('/v2/accounts/{id}/users under the settings of the account', (service) => {
  let accountId: string;
  let path: string;
  let person: GivenPerson;

  beforeAll(async () => {
    accountId = await firstAccountId(service());
    path = `/v2/accounts/${accountId}/users`;
    person = await givenPerson(service(), { token: await service().ownerToken(), accountId });
  });
  afterEach(() => set({ userListVisibility: 'default', userDomains: 'default' }));

  const set = (change: Parameters<typeof givenAccountSettings>[2]) =>
    givenAccountSettings(service(), accountId, change);

  describe('restrict_user_list_visibility', () => {
    const seen = async (token: string) => {
      const [all, one, found] = await Promise.all([
        service().call('GET', path, { token }),
        service().call('GET', `${path}/${person.iamId}`, { token }),
        service().call('GET', `${path}?user_id=${person.email}`, { token }),
      ]);
      return [all.status, one.status, found.status];
    };

    it.each([
      ['default', [403, 403, 403]],
      ['RESTRICTED', [403, 403, 403]],
      ['NOT_RESTRICTED', [200, 200, 200]],
    ] as const)(
      'given %s, when a user without a right to it looks, then it is %j, and the owner sees all',
      async (value, expected) => {
        await set({ userListVisibility: value });
        const other = await givenPerson(service(), { token: await service().ownerToken(), accountId });

        expect(await seen(await service().tokenOf(other.secret))).toEqual(expected);
        expect(await seen(await service().ownerToken())).toEqual([200, 200, 200]);
      },
    );

    it('attack: when a service ID, or a member who acts in another account, looks into an open one, then it stays closed', async () => {
      await set({ userListVisibility: 'NOT_RESTRICTED' });
      const tenant = await givenTenant(service());
      const invited = { token: await tenant.ownerToken(), accountId: tenant.accountId, emails: [person.email] };
      await invite(service(), invited);
      const { key } = await givenServiceId(service());

      expect(await seen(await service().tokenOf(key.secret))).toEqual([403, 403, 403]);
      expect(await seen(await tenant.ownerToken())).toEqual([404, 404, 404]);
    });

    it('given an open list, when a user without the right changes somebody, then it is refused all the same', async () => {
      await set({ userListVisibility: 'NOT_RESTRICTED' });
      const other = await givenPerson(service(), { token: await service().ownerToken(), accountId });
      const token = await service().tokenOf(other.secret);

      for (const [method, json] of [['PATCH', { state: 'SUSPENDED' }] as const, ['DELETE', undefined] as const]) {
        const sent = { token, ...(json !== undefined && { json }) };
        expectUserRefusal(await service().call(method, `${path}/${person.iamId}`, sent), 403, 'access_denied');
      }
    });
  });

  describe('restrict_user_domains', () => {
    const invited = async (...emails: string[]) =>
      invite(service(), { token: await service().ownerToken(), accountId, emails });

    it('given patterns, when one of several addresses fits none, then nobody is invited and it is named', async () => {
      const restriction = { realmId: 'IBMid', invitationPatterns: ['*@example.test'], restrictInvitation: true };
      await set({ userDomains: [restriction] });
      const allowed = newEmail();

      const refused = await invited(allowed, 'kim@evil-example.test');

      expectUserRefusal(refused, 400, 'parameter_invalid');
      expect(refused.text).toContain('users.1.email');
      const listed = await service().call('GET', `${path}?user_id=${allowed}`, { token: await service().ownerToken() });
      expect(listed.body.resources).toEqual([]);
      expect((await invited(allowed.toUpperCase())).status).toBe(202);
      await set({ userDomains: [{ ...restriction, restrictInvitation: false }] });
      expect((await invited('kim@evil-example.test')).status).toBe(202);
    });

    it('given another account without patterns, when it invites, then it is not concerned', async () => {
      await set({ userDomains: [{ realmId: 'IBMid', restrictInvitation: true }] });
      const tenant = await givenTenant(service());
      const token = await tokenIn(service(), tenant.owner.secret, tenant.accountId);

      expect((await invite(service(), { token, accountId: tenant.accountId, emails: [newEmail()] })).status).toBe(202);
      expect((await invited(newEmail())).status).toBe(400);
    });
  });
});
