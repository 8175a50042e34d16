import IamPolicyManagementV1 from '@ibm-cloud/platform-services/iam-policy-management/v1.js';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { IamAuthenticator } from 'ibm-cloud-sdk-core';
import { firstAccountId } from '../harness/given-credentials.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

/** IBM's `@ibm-cloud/platform-services` for Node, unmodified: `IamPolicyManagementV1`, the calls about roles. */
describeOnEveryBackend('@ibm-cloud/platform-services: roles', (service) => {
  let client: IamPolicyManagementV1;
  let accountId: string;

  beforeAll(async () => {
    const { adminKey: apikey, publicUrl } = service();
    const authenticator = new IamAuthenticator({ apikey, url: publicUrl });
    client = new IamPolicyManagementV1({ authenticator, serviceUrl: publicUrl });
    accountId = await firstAccountId(service());
  });

  describe('given a custom role that the client made', () => {
    it('when it is read, replaced, listed, given by a policy and deleted, then the client gets what it expects', async () => {
      const made = await client.createRole({
        ...{ accountId, serviceName: 'logs', name: 'SdkRole', displayName: 'SDK role', description: 'of the client' },
        actions: ['logs.data-access.read'],
      });
      const roleId = made.result.id ?? '';
      const read = await client.getRole({ roleId });
      const replaced = await client.replaceRole({
        ...{ roleId, ifMatch: String(read.headers['etag']), displayName: 'SDK role, changed' },
        actions: ['logs.data-access.read', 'logs.dashboard.read'],
      });
      const listed = await client.listRoles({ accountId, serviceName: 'logs' });
      const policy = await client.createPolicy({
        type: 'access',
        subjects: [{ attributes: [{ name: 'iam_id', value: 'IBMid-SDK' }] }],
        roles: [{ role_id: made.result.crn ?? '' }],
        resources: [
          {
            attributes: [
              { name: 'accountId', value: accountId },
              { name: 'serviceName', value: 'logs' },
            ],
          },
        ],
      });

      expect(made.status).toBe(201);
      expect(read.result).toEqual(made.result);
      expect(read.headers['etag']).toBe(made.headers['etag']);
      expect(replaced.result).toMatchObject({ id: roleId, display_name: 'SDK role, changed', name: 'SdkRole' });
      expect(listed.result.custom_roles).toEqual([replaced.result]);
      expect(listed.result.service_roles.map(({ display_name: name }) => name)).toContain('Sender');
      await expect(client.deleteRole({ roleId })).rejects.toMatchObject({
        status: 409,
        message: expect.stringContaining(policy.result.id ?? 'no id'),
      });
      await client.deletePolicy({ policyId: policy.result.id ?? '' });
      expect((await client.deleteRole({ roleId })).status).toBe(204);
      await expect(client.getRole({ roleId })).rejects.toMatchObject({ status: 404 });
    });
  });

  describe('given the filters of the list', () => {
    it('when the client asks by service group and by policy type, then it gets roles in the documented form', async () => {
      const group = await client.listRoles({ serviceGroupId: 'IAM', accountId });
      const authorization = await client.listRoles({
        ...{ policyType: 'authorization', serviceName: 'logs', sourceServiceName: 'generic-service' },
      });

      expect(group.result.service_roles.map(({ crn }) => crn)).toContain(
        'crn:v1:bluemix:public:iam-identity::::serviceRole:ServiceIdCreator',
      );
      expect(authorization.result.system_roles.length).toBeGreaterThan(3);
    });
  });
});
