import { beforeAll, describe, expect, it } from '@jest/globals';
import { platformRoleCrn } from '../../src/resource-catalog/service-definition.ts';
import { givenAccountSettings } from '../harness/given-account-settings.ts';
import { firstAccountId, type GivenUser, givenUser } from '../harness/given-credentials.ts';
import { givenCustomRole, givenPolicy } from '../harness/given-rights.ts';
import { expectIdentityRefusal } from '../harness/identity-refusal.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

const ADMINISTRATOR = platformRoleCrn('Administrator');

/** A setting that opens something to everybody opens it to who sets it: as good as a policy that they gave themselves. */
describeOnEveryBackend('attack: more rights by the settings of the account', (service) => {
  let accountId: string;
  let path: string;
  beforeAll(async () => {
    accountId = await firstAccountId(service());
    path = `/v1/accounts/${accountId}/settings/identity`;
  });

  const givenAdministrator = async (services: readonly string[]): Promise<GivenUser> => {
    const user = await givenUser(service());
    for (const each of services) {
      await givenPolicy(service(), { accountId, subject: user.iamId, service: each, roles: [ADMINISTRATOR] });
    }
    return user;
  };
  const put = async ({ key }: Pick<GivenUser, 'key'>, json: object) =>
    service().call('PUT', path, { token: await service().tokenOf(key.secret), json, headers: { 'If-Match': '*' } });
  const open = { restrict_user_list_visibility: 'NOT_RESTRICTED' };

  it('when who administers identities alone opens the list of users, then it is refused and nothing changes', async () => {
    const administrator = await givenAdministrator(['iam-identity']);

    const refused = await put(administrator, { ...open, mfa: 'TOTP' });

    expectIdentityRefusal(refused, 403, 'access_denied');
    expect(refused.text).toContain('user-management.user.list');
    const token = await service().tokenOf(administrator.key.secret);
    const { body } = await service().call('GET', path, { token });
    expect(body).toMatchObject({ mfa: 'NONE', restrict_user_list_visibility: 'NOT_SET' });
    expect((await put(administrator, { restrict_user_list_visibility: 'RESTRICTED' })).status).toBe(200);
  });

  it('when who administers both opens it, then it is open, and others may send it back as it is', async () => {
    const both = await givenAdministrator(['iam-identity', 'user-management']);
    const one = await givenAdministrator(['iam-identity']);

    expect((await put(both, open)).status).toBe(200);
    expect((await put(one, { ...open, restrict_create_service_id: 'NOT_RESTRICTED' })).status).toBe(200);
    await givenAccountSettings(service(), accountId, { userListVisibility: 'default', serviceIdCreation: 'default' });
  });

  it('when a custom role may change settings and no more, then it cannot open the making of service IDs', async () => {
    const user = await givenUser(service());
    const actions = ['iam-identity.account.update', 'iam-identity.account.get'];
    const { name } = await givenCustomRole(service(), { accountId, service: 'iam-identity', name: 'Setter', actions });
    const role = `crn:v1:bluemix:public:iam-access-management::a/${accountId}::customRole:${name}`;
    await givenPolicy(service(), { accountId, subject: user.iamId, service: 'iam-identity', roles: [role] });

    expectIdentityRefusal(await put(user, { restrict_create_service_id: 'NOT_RESTRICTED' }), 403, 'access_denied');
    expect((await put(user, { mfa: 'NONE' })).status).toBe(200);
  });

  describe('given user_mfa with a member', () => {
    it('when who may not see the users resolves it, then the member has no name', async () => {
      const member = await givenUser(service());
      await givenAccountSettings(service(), accountId, { userMfa: [{ iamId: member.iamId, mfa: 'TOTP' }] });
      const token = await service().tokenOf((await givenAdministrator(['iam-identity'])).key.secret);

      const { body } = await service().call('GET', `${path}?resolve_user_mfa=true`, { token });

      expect(body.user_mfa).toEqual([{ iam_id: member.iamId, mfa: 'TOTP' }]);
      await givenAccountSettings(service(), accountId, { userMfa: 'default' });
    });
  });
});
