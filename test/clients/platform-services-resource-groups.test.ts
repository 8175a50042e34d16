import ResourceControllerV2 from '@ibm-cloud/platform-services/resource-controller/v2.js';
import ResourceManagerV2 from '@ibm-cloud/platform-services/resource-manager/v2.js';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { IamAuthenticator } from 'ibm-cloud-sdk-core';
import { firstAccountId } from '../harness/given-credentials.ts';
import { planId } from '../harness/provision.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

const SPACE = 'crn:v1:bluemix:public:bluemix:us-south:o/5e939cd5-6377-4383-b9e0-9db22cd11753::cf-space:66c8b915';

/** IBM's `@ibm-cloud/platform-services` for Node, unmodified: `ResourceManagerV2`, and the aliases of `ResourceControllerV2`. */
describeOnEveryBackend('@ibm-cloud/platform-services: resource groups and aliases', (service) => {
  let groups: ResourceManagerV2;
  let controller: ResourceControllerV2;
  let accountId: string;
  let defaultGroup: string;

  beforeAll(async () => {
    const options = {
      authenticator: new IamAuthenticator({ apikey: service().adminKey, url: service().publicUrl }),
      serviceUrl: service().publicUrl,
    };
    groups = new ResourceManagerV2(options);
    controller = new ResourceControllerV2(options);
    accountId = await firstAccountId(service());
    const { result } = await groups.listResourceGroups({ accountId, _default: true });
    defaultGroup = String(result.resources[0]?.id);
  });

  describe('given an account', () => {
    it('when a group is made, read, listed, renamed and deleted, then each is done', async () => {
      const made = await groups.createResourceGroup({ name: 'TestGroup', accountId });
      const id = String(made.result.id);

      const read = await groups.getResourceGroup({ id });
      const byName = await groups.listResourceGroups({ accountId, name: 'TestGroup', date: '2026-11' });
      const changed = await groups.updateResourceGroup({ id, name: 'TestGroup2', state: 'ACTIVE' });
      const deleted = await groups.deleteResourceGroup({ id });
      const all = await groups.listResourceGroups({ accountId, includeDeleted: true });

      expect({ status: made.status, members: Object.keys(made.result) }).toEqual({
        status: 201,
        members: ['id', 'crn'],
      });
      expect(read.result).toMatchObject({ ...made.result, name: 'TestGroup', state: 'ACTIVE', default: false });
      expect(byName.result.resources).toEqual([read.result]);
      expect(changed).toMatchObject({
        status: 200,
        result: { id, name: 'TestGroup2', created_at: read.result.created_at },
      });
      expect(deleted.status).toBe(204);
      expect(all.result.resources).toMatchObject([{ id: defaultGroup }, { id, state: 'DELETED' }]);
      await expect(groups.getResourceGroup({ id })).rejects.toMatchObject({ status: 404 });
    });

    it('when the default group is deleted, then the user of the client reads why not', async () => {
      const refused = groups.deleteResourceGroup({ id: defaultGroup });

      await expect(refused).rejects.toMatchObject({
        status: 400,
        message: expect.stringMatching(/default resource group/),
      });
    });

    it('when the quota definitions are listed and read, then they are there, and the groups name one', async () => {
      const { result } = await groups.listQuotaDefinitions();
      const read = await Promise.all(result.resources.map(({ id }) => groups.getQuotaDefinition({ id: String(id) })));
      const { result: group } = await groups.getResourceGroup({ id: defaultGroup });

      expect(read.map((quota) => quota.result)).toEqual(result.resources);
      expect(result.resources.map(({ id }) => id)).toContain(group.quota_id);
    });
  });

  describe('given an instance in a group', () => {
    let group: string;
    let source: { guid: string; crn: string };
    beforeAll(async () => {
      group = String((await groups.createResourceGroup({ name: 'WithInstance', accountId })).result.id);
      const { result } = await controller.createResourceInstance({
        ...{ name: 'aliased', target: 'us-south', resourceGroup: group, resourcePlanId: planId('logs', false) },
      });
      source = { guid: String(result.guid), crn: String(result.id) };
    });

    it('when aliases are made, read, paged, renamed and deleted, then each is done', async () => {
      const names = ['one', 'two', 'three'];
      const made = [];
      for (const name of names) {
        made.push((await controller.createResourceAlias({ name, source: source.guid, target: SPACE })).result);
      }
      const id = String(made[0]?.id);

      const read = await controller.getResourceAlias({ id });
      const changed = await controller.updateResourceAlias({ id: String(made[0]?.guid), name: 'first' });
      const pager = new ResourceControllerV2.ResourceAliasesPager(controller, { limit: 2, resourceGroupId: group });
      const ofInstance = { id: source.crn, limit: 1 };
      const instancePager = new ResourceControllerV2.ResourceAliasesForInstancePager(controller, ofInstance);
      const paged = [await pager.getAll(), await instancePager.getAll()];
      const refused = controller.deleteResourceInstance({ id: source.guid });

      expect(made[0]).toMatchObject({
        ...{ name: 'one', resource_instance_id: source.crn, resource_group_id: group, state: 'active' },
        target_crn: SPACE.replace(':public:bluemix:', ':public:cf:'),
      });
      expect(read.result).toEqual(made[0]);
      expect(changed).toMatchObject({ status: 200, result: { id, name: 'first' } });
      for (const all of paged) expect(all.map(({ name }) => name)).toEqual(['first', 'two', 'three']);
      await expect(refused).rejects.toMatchObject({ status: 400, message: expect.stringMatching(/resource alias/) });
      expect((await controller.deleteResourceAlias({ id, recursive: false })).status).toBe(204);
      expect((await controller.getResourceAlias({ id })).result).toMatchObject({ state: 'removed' });
      await expect(controller.deleteResourceAlias({ id })).rejects.toMatchObject({ status: 410 });
    });

    it('when all of it is deleted, the group last, then nothing is in the way', async () => {
      await expect(groups.deleteResourceGroup({ id: group })).rejects.toMatchObject({ status: 400 });
      await controller.deleteResourceInstance({ id: source.guid, recursive: true });

      expect((await groups.deleteResourceGroup({ id: group })).status).toBe(204);
    });
  });
});
