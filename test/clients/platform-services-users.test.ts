import IamAccessGroupsV2 from '@ibm-cloud/platform-services/iam-access-groups/v2.js';
import IamPolicyManagementV1 from '@ibm-cloud/platform-services/iam-policy-management/v1.js';
import UserManagementV1 from '@ibm-cloud/platform-services/user-management/v1.js';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { IamAuthenticator } from 'ibm-cloud-sdk-core';
import { firstAccountId } from '../harness/given-credentials.ts';
import { activate, givenPerson, newEmail } from '../harness/given-people.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

/** IBM's `@ibm-cloud/platform-services` for Node, unmodified: `UserManagementV1`. */
describeOnEveryBackend('@ibm-cloud/platform-services: users', (service) => {
  let client: UserManagementV1;
  let accountId: string;

  const optionsOf = (apikey: string) => ({
    authenticator: new IamAuthenticator({ apikey, url: service().publicUrl }),
    serviceUrl: service().publicUrl,
  });
  const clientOf = (apikey: string) => new UserManagementV1(optionsOf(apikey));

  beforeAll(async () => {
    client = clientOf(service().adminKey);
    accountId = await firstAccountId(service());
  });

  describe('given an address that nobody has', () => {
    it('when it is invited, then the code in the answer makes a user, who is found by the address', async () => {
      const email = newEmail();

      const { status, result } = await client.inviteUsers({ accountId, users: [{ email, account_role: 'Member' }] });
      const [invited] = result.resources ?? [];
      // The client passes on what its own types do not know.
      const code = String(Object.entries(invited ?? {}).find(([name]) => name === 'activation_code')?.[1]);
      const activated = await activate(service(), code);
      const found = await client.listUsers({ accountId, userId: email });

      expect(status).toBe(202);
      expect(invited).toMatchObject({ email, id: expect.any(String), state: 'PENDING' });
      expect(activated.status).toBe(201);
      expect(found.result).toMatchObject({
        total_results: 1,
        resources: [{ iam_id: activated.body.iam_id, email, user_id: email, state: 'ACTIVE', account_id: accountId }],
      });
    });

    it('when it is invited with a policy and an access group, then it has both', async () => {
      const email = newEmail();
      const access = new IamAccessGroupsV2(optionsOf(service().adminKey));
      const { result: group } = await access.createAccessGroup({ accountId, name: `Group of ${email}` });
      const role = { role_id: 'crn:v1:bluemix:public:iam::::role:Viewer' };
      const attributes = [
        { name: 'accountId', value: accountId },
        { name: 'serviceName', value: 'iam-identity' },
      ];

      const { result } = await client.inviteUsers({
        ...{ accountId, users: [{ email, account_role: 'Member' }], accessGroups: [String(group.id)] },
        iamPolicy: [{ type: 'access', roles: [role], resources: [{ attributes }] }],
      });

      const iamId = String(result.resources?.[0]?.id);
      const policies = await new IamPolicyManagementV1(optionsOf(service().adminKey)).listPolicies({
        accountId,
        iamId,
      });
      const members = await access.listAccessGroupMembers({ accessGroupId: String(group.id) });
      expect(policies.result.policies?.map(({ resources }) => resources)).toEqual([[{ attributes }]]);
      expect(members.result.members?.map((member) => member.iam_id)).toEqual([iamId]);
    });

    it('when it is none, then the user of the client reads why', async () => {
      const failure = client.inviteUsers({ accountId, users: [{ email: 'a@example.test\r\nBcc: b@example.test' }] });

      await expect(failure).rejects.toMatchObject({ status: 400, message: expect.stringMatching(/e-mail address/) });
    });
  });

  describe('given a user', () => {
    it('when the profile and the settings are read, then they are there', async () => {
      const { iamId, email } = await givenPerson(service(), { token: await service().ownerToken(), accountId });

      const profile = await client.getUserProfile({ accountId, iamId, includeActivity: 'true' });
      const settings = await client.getUserSettings({ accountId, iamId });

      expect(profile.result).toMatchObject({ iam_id: iamId, email, realm: 'IBMid', state: 'ACTIVE' });
      expect(settings.result).toMatchObject({ language: '', allowed_ip_addresses: '', self_manage: false });
    });

    it('when the user changes the own name, then it is changed', async () => {
      const { iamId, secret } = await givenPerson(service(), { token: await service().ownerToken(), accountId });

      const { status } = await clientOf(secret).updateUserProfile({ accountId, iamId, firstname: 'Robin' });

      expect(status).toBe(204);
      expect((await client.getUserProfile({ accountId, iamId })).result.firstname).toBe('Robin');
    });

    it('when it is suspended, then its client is told that it may not in', async () => {
      const { iamId, secret } = await givenPerson(service(), { token: await service().ownerToken(), accountId });

      await client.updateUserProfile({ accountId, iamId, state: 'SUSPENDED' });

      await expect(clientOf(secret).getUserProfile({ accountId, iamId })).rejects.toMatchObject({ status: 401 });
    });

    it.each(['removeUser', 'v3RemoveUser'] as const)('when it is removed by %s, then it is gone', async (removal) => {
      const { iamId } = await givenPerson(service(), { token: await service().ownerToken(), accountId });

      const { status } = await client[removal]({ accountId, iamId });

      expect(status).toBe(removal === 'removeUser' ? 204 : 202);
      await expect(client.getUserProfile({ accountId, iamId })).rejects.toMatchObject({
        ...{ status: 404, message: expect.stringMatching(/could not be found/) },
      });
    });
  });

  it('given more users than fit on a page, when the pager reads them, then it gets each one once', async () => {
    const emails = Array.from({ length: 5 }, newEmail);
    await client.inviteUsers({ accountId, users: emails.map((email) => ({ email })) });

    const all = await new UserManagementV1.UsersPager(client, { accountId, limit: 2 }).getAll();

    const listed = all.map(({ email }) => email);
    expect(emails.filter((email) => !listed.includes(email))).toEqual([]);
    expect(new Set(listed).size).toBe(listed.length);
  });
});
