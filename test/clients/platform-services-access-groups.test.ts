import IamAccessGroupsV2 from '@ibm-cloud/platform-services/iam-access-groups/v2.js';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { IamAuthenticator } from 'ibm-cloud-sdk-core';
import { firstAccountId } from '../harness/given-credentials.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

/** IBM's `@ibm-cloud/platform-services` for Node, unmodified: `IamAccessGroupsV2`. */
describeOnEveryBackend('@ibm-cloud/platform-services: access groups', (service) => {
  let client: IamAccessGroupsV2;
  let accountId: string;

  beforeAll(async () => {
    const { adminKey: apikey, publicUrl } = service();
    const authenticator = new IamAuthenticator({ apikey, url: publicUrl });
    client = new IamAccessGroupsV2({ authenticator, serviceUrl: publicUrl });
    accountId = await firstAccountId(service());
  });

  const givenGroup = async (name: string) => {
    const { result, headers } = await client.createAccessGroup({ accountId, name, description: 'of the client' });
    return { id: result.id ?? '', etag: String(headers['etag']), result };
  };

  describe('given a group that the client made', () => {
    it('when it is read, changed and deleted, then the client gets what it expects', async () => {
      const { id, etag, result } = await givenGroup('SDK test group');
      const read = await client.getAccessGroup({ accessGroupId: id, showFederated: true });

      const changed = await client.updateAccessGroup({ accessGroupId: id, ifMatch: etag, name: 'SDK renamed group' });
      const failure = client.updateAccessGroup({ accessGroupId: id, ifMatch: etag, name: 'too late' });

      expect(read.result).toEqual(result);
      expect(read.headers['etag']).toBe(etag);
      expect(changed.result).toMatchObject({ id, name: 'SDK renamed group', description: 'of the client' });
      await expect(failure).rejects.toMatchObject({ status: 412, message: expect.stringMatching(/changed/) });
      expect(await client.deleteAccessGroup({ accessGroupId: id, force: true })).toMatchObject({ status: 204 });
      await expect(client.getAccessGroup({ accessGroupId: id })).rejects.toMatchObject({ status: 404 });
    });

    it('when members come and go, then each answer is of the form that the client knows', async () => {
      const { id: accessGroupId } = await givenGroup('SDK members');
      const member = (iam_id: string, type: string) => ({ iam_id, type });
      const added = await client.addMembersToAccessGroup({
        accessGroupId,
        members: [
          member('IBMid-123', 'user'),
          member('iam-ServiceId-123', 'service'),
          member('iam-Profile-1', 'profile'),
        ],
      });

      expect(added.status).toBe(207);
      expect(added.result.members?.map(({ status_code: code }) => code)).toEqual([200, 200, 200]);
      expect((await client.isMemberOfAccessGroup({ accessGroupId, iamId: 'IBMid-123' })).status).toBe(204);
      const removed = await client.removeMemberFromAccessGroup({ accessGroupId, iamId: 'IBMid-123' });
      expect(removed.status).toBe(204);
      await expect(client.isMemberOfAccessGroup({ accessGroupId, iamId: 'IBMid-123' })).rejects.toMatchObject({
        status: 404,
      });
      const left = await client.removeMembersFromAccessGroup({ accessGroupId, members: ['iam-ServiceId-123'] });
      expect(left).toMatchObject({ status: 207, result: { members: [{ status_code: 204 }] } });
      const everywhere = await client.addMemberToMultipleAccessGroups({
        ...{ accountId, iamId: 'IBMid-123', type: 'user', groups: [accessGroupId] },
      });
      expect(everywhere).toMatchObject({ status: 207, result: { groups: [{ status_code: 200 }] } });
      const nowhere = await client.removeMemberFromAllAccessGroups({ accountId, iamId: 'IBMid-123' });
      expect(nowhere).toMatchObject({ status: 207, result: { groups: [{ access_group_id: accessGroupId }] } });
    });

    it('when rules come and go, then each answer is of the form that the client knows', async () => {
      const { id: accessGroupId } = await givenGroup('SDK rules');
      const rule = {
        ...{ name: 'rule', expiration: 12, realmName: 'https://idp.example.test' },
        conditions: [{ claim: 'test claim', operator: 'EQUALS', value: '1' }],
      };
      const made = await client.addAccessGroupRule({ accessGroupId, ...rule });
      const ruleId = made.result.id ?? '';

      const replaced = await client.replaceAccessGroupRule({
        ...{ accessGroupId, ruleId, ifMatch: String(made.headers['etag']) },
        ...{ ...rule, expiration: 24 },
      });

      expect(made.status).toBe(201);
      expect(replaced.result).toMatchObject({ id: ruleId, expiration: 24, realm_name: rule.realmName });
      expect((await client.listAccessGroupRules({ accessGroupId })).result.rules).toEqual([replaced.result]);
      expect((await client.getAccessGroupRule({ accessGroupId, ruleId })).result).toEqual(replaced.result);
      expect((await client.removeAccessGroupRule({ accessGroupId, ruleId })).status).toBe(204);
    });
  });

  describe('given many groups and members', () => {
    it("when the client's own pagers read them, then they get each one once", async () => {
      const groups = await Promise.all([1, 2, 3, 4, 5].map((number) => givenGroup(`SDK paged ${number}`)));
      const accessGroupId = groups[0]?.id ?? '';
      const members = Array.from({ length: 7 }, (_, index) => ({ iam_id: `IBMid-PAGED${index}`, type: 'user' }));
      await client.addMembersToAccessGroup({ accessGroupId, members });

      const search = 'name:SDK paged';
      const all = await new IamAccessGroupsV2.AccessGroupsPager(client, { accountId, search, limit: 2 }).getAll();
      const pager = new IamAccessGroupsV2.AccessGroupMembersPager(client, { accessGroupId, limit: 3, verbose: true });

      expect(all.map(({ id }) => id).toSorted()).toEqual(groups.map(({ id }) => id).toSorted());
      expect((await pager.getAll()).map(({ iam_id: iamId }) => iamId).toSorted()).toEqual(
        members.map(({ iam_id: iamId }) => iamId),
      );
    });
  });

  describe("given the account's settings", () => {
    it('when the client changes them, then it reads what it wrote', async () => {
      await client.updateAccountSettings({ accountId, publicAccessEnabled: true });

      const { result } = await client.getAccountSettings({ accountId });

      expect(result).toMatchObject({ account_id: accountId, public_access_enabled: true });
    });
  });
});
