import ResourceControllerV2 from '@ibm-cloud/platform-services/resource-controller/v2.js';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { IamAuthenticator } from 'ibm-cloud-sdk-core';
import { defaultResourceGroup } from '../../src/accounts/default-resource-group.ts';
import { firstAccountId } from '../harness/given-credentials.ts';
import { planId } from '../harness/provision.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

/** IBM's `@ibm-cloud/platform-services` for Node, unmodified: the instances and reclamations of `ResourceControllerV2`. */
describeOnEveryBackend('@ibm-cloud/platform-services: resource instances', (service) => {
  let client: ResourceControllerV2;
  let resourceGroup: string;
  beforeAll(async () => {
    client = new ResourceControllerV2({
      authenticator: new IamAuthenticator({ apikey: service().adminKey, url: service().publicUrl }),
      serviceUrl: service().publicUrl,
    });
    resourceGroup = defaultResourceGroup(await firstAccountId(service())).id;
  });

  const given = async (name: string, reclaims: boolean) => {
    const resourcePlanId = planId('logs', reclaims);
    const asked = { name, target: 'us-south', resourceGroup, resourcePlanId, parameters: { hello: 'bye' } };
    const { status, result } = await client.createResourceInstance(asked);
    expect({ status, state: result.state }).toEqual({ status: 201, state: 'active' });
    return { crn: String(result.id), guid: String(result.guid), result };
  };
  const stateOf = async (id: string) => (await client.getResourceInstance({ id })).result.state;

  it('when an instance is made, read, changed, locked, unlocked and deleted, then each is done', async () => {
    const { crn, guid, result } = await given('RcSdkInstance', false);

    const read = await client.getResourceInstance({ id: crn });
    const changed = await client.updateResourceInstance({
      id: guid,
      name: 'RcSdkUpdated',
      parameters: { hello: 'hi' },
    });
    const locked = await client.lockResourceInstance({ id: crn });
    const refused = client.updateResourceInstance({ id: crn, name: 'RcSdkLocked' });
    await expect(refused).rejects.toMatchObject({ status: 422, message: expect.stringMatching(/locked/) });
    await expect(client.deleteResourceInstance({ id: guid })).rejects.toMatchObject({ status: 422 });
    const unlocked = await client.unlockResourceInstance({ id: guid });
    await expect(client.cancelLastopResourceInstance({ id: guid })).rejects.toMatchObject({ status: 409 });
    const deleted = await client.deleteResourceInstance({ id: crn, recursive: false });

    expect(read.result).toEqual(result);
    expect(changed.result).toMatchObject({
      name: 'RcSdkUpdated',
      last_operation: { type: 'update', sub_type: 'config' },
    });
    expect(locked.result).toMatchObject({ locked: true, last_operation: { type: 'lock', async: false } });
    expect(unlocked.result).toMatchObject({ locked: false, last_operation: { type: 'unlock' } });
    expect(deleted.status).toBe(204);
    expect(await stateOf(guid)).toBe('removed');
    await expect(client.deleteResourceInstance({ id: guid })).rejects.toMatchObject({ status: 410 });
  });

  it('when there are more than fit on a page, then the pager gets each one once, and filters hold on every page', async () => {
    const made = [];
    for (let number = 0; number < 5; number += 1) made.push((await given('RcSdkPaged', false)).guid);

    const pager = new ResourceControllerV2.ResourceInstancesPager(client, { name: 'RcSdkPaged', limit: 2 });
    const all = await pager.getAll();
    const { result } = await client.listResourceInstances({ guid: String(made[0]) });

    expect(all.map(({ guid }) => guid).sort()).toEqual(made.sort());
    expect(result).toMatchObject({ rows_count: 1, next_url: null });
  });

  describe('given a deleted instance of a plan that reclaims', () => {
    it('when it is restored, deleted again and reclaimed, then each is done', async () => {
      const { guid } = await given('RcSdkReclaim', true);
      const scheduled = async () =>
        (await client.listReclamations({ resourceInstanceId: guid })).result.resources ?? [];
      await client.deleteResourceInstance({ id: guid });
      const [first] = await scheduled();
      const id = String(first?.id);

      const restored = await client.runReclamationAction({ id, actionName: 'restore' });
      const stateOnceRestored = await stateOf(guid);
      await client.deleteResourceInstance({ id: guid });
      const [second] = await scheduled();
      const reclaimed = await client.runReclamationAction({
        ...{ id: String(second?.id), actionName: 'reclaim', requestBy: 'robin', comment: 'for good' },
      });

      expect(first).toMatchObject({ resource_instance_id: guid, resource_group_id: resourceGroup, state: 'SCHEDULED' });
      expect(restored.result).toMatchObject({ id, resource_instance_id: guid, state: 'RESTORING' });
      expect(stateOnceRestored).toBe('active');
      expect(reclaimed.result).toMatchObject({ resource_instance_id: guid, state: 'RECLAIMING' });
      expect(await stateOf(guid)).toBe('removed');
      expect(await scheduled()).toEqual([]);
    });
  });
});
