import IamPolicyManagementV1 from '@ibm-cloud/platform-services/iam-policy-management/v1.js';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { IamAuthenticator } from 'ibm-cloud-sdk-core';
import { firstAccountId, givenServiceId } from '../harness/given-credentials.ts';
import { SENDER } from '../harness/given-policies.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

/** IBM's `@ibm-cloud/platform-services` for Node, unmodified: `IamPolicyManagementV1`, the calls about policies and settings. */
describeOnEveryBackend('@ibm-cloud/platform-services: policies', (service) => {
  let client: IamPolicyManagementV1;
  let accountId: string;

  beforeAll(async () => {
    const { adminKey: apikey, publicUrl } = service();
    const authenticator = new IamAuthenticator({ apikey, url: publicUrl });
    client = new IamPolicyManagementV1({ authenticator, serviceUrl: publicUrl });
    accountId = await firstAccountId(service());
  });

  const givenIamId = async (): Promise<string> => (await givenServiceId(service())).iamId;

  describe('given a policy of v1 that the client made', () => {
    const paramsFor = (iamId: string, instance = 'an-instance') => ({
      type: 'access',
      description: 'may send',
      subjects: [{ attributes: [{ name: 'iam_id', value: iamId }] }],
      roles: [{ role_id: SENDER }],
      resources: [
        {
          attributes: [
            { name: 'accountId', value: accountId, operator: 'stringEquals' },
            { name: 'serviceName', value: 'logs' },
            { name: 'serviceInstance', value: instance },
          ],
          tags: [{ name: 'project', value: 'prototype', operator: 'stringEquals' }],
        },
      ],
    });

    it('when it is read, replaced, deleted, restored and paged through, then the client gets what it expects', async () => {
      const params = paramsFor(await givenIamId());
      const made = await client.createPolicy(params);
      const policyId = made.result.id ?? '';
      const read = await client.getPolicy({ policyId });
      const ifMatch = String(read.headers['etag']);
      const replaced = await client.replacePolicy({ policyId, ifMatch, ...params, description: 'changed' });
      const stale = client.replacePolicy({ policyId, ifMatch, ...params });
      await expect(stale).rejects.toMatchObject({ status: 412, message: expect.stringMatching(/changed/) });
      const deleted = await client.deletePolicy({ policyId });
      const gone = await client.getPolicy({ policyId });
      const restored = await client.updatePolicyState({
        ...{ policyId, ifMatch: String(gone.headers['etag']), state: 'active' },
      });

      expect(made.status).toBe(201);
      expect(made.result).toMatchObject(params);
      expect(read.result).toEqual(made.result);
      expect(replaced.result).toMatchObject({ id: policyId, description: 'changed' });
      expect([deleted.status, gone.result.state, restored.result.state]).toEqual([204, 'deleted', 'active']);
    });

    it('when the same is made again, then the client can read which one is there', async () => {
      const params = paramsFor(await givenIamId());
      const { result, headers } = await client.createPolicy(params);

      const failure = await client.createPolicy(params).catch((error: unknown) => error);

      const body = JSON.parse(Reflect.get(Object(failure), 'body'));
      expect(failure).toMatchObject({ status: 409, message: expect.stringMatching(/same subject/) });
      expect(body.errors[0]).toMatchObject({
        code: 'policy_conflict_error',
        details: { conflicts_with: { etag: headers['etag'], policy: result } },
      });
    });

    it('when policies are paged through with the pager, then each is there once', async () => {
      const iamId = await givenIamId();
      const names = ['one', 'two', 'three', 'four', 'five'];
      for (const name of names) await client.createPolicy(paramsFor(iamId, name));
      const wanted = { accountId, iamId, type: 'access', sort: 'created_at', state: 'active', limit: 2 };

      const all = await new IamPolicyManagementV1.PoliciesPager(client, wanted).getAll();

      const instances = all.map(({ resources }) => resources?.[0]?.attributes[2]?.value);
      expect(instances).toEqual(names);
    });
  });

  describe('given a policy of v2 with a rule that the client made', () => {
    const paramsFor = (iamId: string) => ({
      type: 'access',
      subject: { attributes: [{ key: 'iam_id', operator: 'stringEquals', value: iamId }] },
      resource: {
        attributes: [
          { key: 'accountId', operator: 'stringEquals', value: accountId },
          { key: 'serviceType', operator: 'stringEquals', value: 'service' },
        ],
        tags: [{ key: 'project', operator: 'stringEquals', value: 'prototype' }],
      },
      control: { grant: { roles: [{ role_id: 'crn:v1:bluemix:public:iam::::role:Viewer' }] } },
      rule: {
        operator: 'and',
        conditions: [
          {
            key: '{{environment.attributes.day_of_week}}',
            operator: 'dayOfWeekAnyOf',
            value: ['1+00:00', '2+00:00', '3+00:00', '4+00:00', '5+00:00'],
          },
          {
            key: '{{environment.attributes.current_time}}',
            operator: 'timeGreaterThanOrEquals',
            value: '09:00:00+00:00',
          },
          { key: '{{environment.attributes.current_time}}', operator: 'timeLessThanOrEquals', value: '17:00:00+00:00' },
        ],
      },
      pattern: 'time-based-conditions:weekly:custom-hours',
    });

    it('when it is read, listed, replaced and deleted, then the client gets what it expects', async () => {
      const iamId = await givenIamId();
      const params = paramsFor(iamId);
      const made = await client.createV2Policy(params);
      const id = made.result.id ?? '';
      const read = await client.getV2Policy({ id });
      const display = await client.getV2Policy({ id, format: 'display' });
      const listed = await client.listV2Policies({ accountId, iamId, sort: '-last_modified_at' });
      const replaced = await client.replaceV2Policy({
        id,
        ifMatch: String(read.headers['etag']),
        ...params,
        description: 'new',
      });
      const deleted = await client.deleteV2Policy({ id });
      const gone = await client.listV2Policies({ accountId, iamId, state: 'deleted' });

      expect(made.result).toMatchObject(params);
      expect(read.result).toEqual(made.result);
      expect(display.result.control).toMatchObject({ grant: { roles: [{ display_name: 'Viewer' }] } });
      expect(listed.result.policies).toEqual([made.result]);
      expect(replaced.result).toMatchObject({ ...params, description: 'new' });
      expect(deleted.status).toBe(204);
      expect(gone.result.policies).toMatchObject([{ id, state: 'deleted' }]);
    });
  });

  describe('given the access management settings of the account', () => {
    it('when the client reads and changes them, then it gets what it expects', async () => {
      const read = await client.getSettings({ accountId });
      const changed = await client.updateSettings({
        ...{ accountId, ifMatch: String(read.headers['etag']) },
        externalAccountIdentityInteraction: {
          identity_types: { service: { state: 'limited', external_allowed_accounts: [accountId] } },
        },
      });

      const { identity_types: types } = changed.result.external_account_identity_interaction;
      expect(types.service).toEqual({ state: 'limited', external_allowed_accounts: [accountId] });
      expect(types.user).toEqual({ state: 'enabled', external_allowed_accounts: [] });
    });
  });
});
