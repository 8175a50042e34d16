import ResourceControllerV2 from '@ibm-cloud/platform-services/resource-controller/v2.js';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { IamAuthenticator } from 'ibm-cloud-sdk-core';
import type { ResourceInstance } from '../../src/resource-instances/resource-instance.ts';
import { givenStoredInstance } from '../harness/given-resource-key.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

/** IBM's `@ibm-cloud/platform-services` for Node, unmodified: the resource keys of `ResourceControllerV2`. */
describeOnEveryBackend('@ibm-cloud/platform-services: resource keys', (service) => {
  let client: ResourceControllerV2;
  let instance: ResourceInstance;
  beforeAll(async () => {
    const { adminKey: apikey, publicUrl } = service();
    const authenticator = new IamAuthenticator({ apikey, url: publicUrl });
    client = new ResourceControllerV2({ authenticator, serviceUrl: publicUrl });
    instance = await givenStoredInstance(service(), { service: 'logs' });
  });

  describe('given a key that the client made', () => {
    it('when it is exchanged, read, renamed and deleted, then it works until then, and is refused from then on', async () => {
      const asked = { name: 'RcSdkKey', source: instance.id, role: 'Manager', parameters: { hello: 'bye' } };
      const made = await client.createResourceKey(asked);
      const id = made.result.id ?? '';
      const apikey = made.result.credentials?.apikey ?? '';
      const holder = new IamAuthenticator({ apikey, url: service().publicUrl });
      const asHolder = new ResourceControllerV2({ authenticator: holder, serviceUrl: service().publicUrl });
      const seenByHolder = await asHolder.listResourceKeys({ guid: made.result.guid ?? '' });
      const read = await client.getResourceKey({ id });
      const renamed = await client.updateResourceKey({ id: made.result.guid ?? '', name: 'RcSdkKeyUpdated' });
      const deleted = await client.deleteResourceKey({ id });
      const after = await client.getResourceKey({ id });
      const again = client.deleteResourceKey({ id });

      expect(made.status).toBe(201);
      expect(made.result).toMatchObject({ state: 'active', parameters: { hello: 'bye' } });
      expect(made.result.credentials).toMatchObject({ apikey: expect.stringMatching(/^lk_/) });
      expect(seenByHolder.result.rows_count).toBe(0);
      expect(read.result).toEqual(made.result);
      expect(renamed.result.name).toBe('RcSdkKeyUpdated');
      expect([deleted.status, after.result.state]).toEqual([204, 'removed']);
      await expect(again).rejects.toMatchObject({ status: 410 });
      await expect(asHolder.listResourceKeys({})).rejects.toMatchObject({ status: 401 });
      await expect(service().tokenOf(apikey)).rejects.toThrow('could not be found');
    });
  });

  describe('given several keys', () => {
    it('when they are paged through with the pagers, then each is there once', async () => {
      const made: string[] = [];
      for (const name of ['RcSdkPaged', 'RcSdkPaged', 'RcSdkPaged']) {
        const { result } = await client.createResourceKey({ name, source: String(instance.id) });
        made.push(result.guid ?? '');
      }

      const all = new ResourceControllerV2.ResourceKeysPager(client, { name: 'RcSdkPaged', limit: 2 });
      const ofInstance = new ResourceControllerV2.ResourceKeysForInstancePager(client, { id: instance.id, limit: 2 });

      expect((await all.getAll()).map(({ guid }) => guid).toSorted()).toEqual(made.toSorted());
      expect((await ofInstance.getAll()).map(({ guid }) => guid)).toEqual(made);
    });
  });

  describe('given an alias', () => {
    it('when the client binds it, then the binding is read, paged, renamed and deleted, and its API key refused from then on', async () => {
      const target = 'crn:v1:bluemix:public:bluemix:us-south:s/space::cf-application:app';
      const alias = await client.createResourceAlias({ name: 'RcSdkAlias', source: instance.id, target });
      const source = alias.result.guid ?? '';
      const made = await client.createResourceBinding({ source, target, name: 'RcSdkBinding', role: 'Writer' });
      const { id = '', guid = '' } = made.result;
      const read = await client.getResourceBinding({ id });
      const pager = new ResourceControllerV2.ResourceBindingsForAliasPager(client, { id: source, limit: 2 });
      const paged = await pager.getAll();
      const renamed = await client.updateResourceBinding({ id: guid, name: 'RcSdkBindingUpdated' });
      const deleted = await client.deleteResourceBinding({ id });

      expect(made.result).toMatchObject({ state: 'active', target_crn: target.replace(':bluemix:us', ':cf:us') });
      expect(read.result).toEqual(made.result);
      expect(paged.map((row) => row.guid)).toEqual([guid]);
      expect([renamed.result.name, deleted.status]).toEqual(['RcSdkBindingUpdated', 204]);
      await expect(service().tokenOf(made.result.credentials?.apikey ?? '')).rejects.toThrow('could not be found');
    });
  });
});
