import type IamIdentityV1 from '@ibm-cloud/platform-services/iam-identity/v1.js';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { describeOnEveryBackend } from '../harness/running-service.ts';
import { everyPage, givenIamIdentity } from './given-iam-identity.ts';

/** IBM's `@ibm-cloud/platform-services` for Node, unmodified: `IamIdentityV1`, the calls about service IDs. */
describeOnEveryBackend('@ibm-cloud/platform-services: service IDs', (service) => {
  let client: IamIdentityV1;
  let accountId: string;

  beforeEach(async () => {
    client = givenIamIdentity(service());
    const { result } = await client.getApiKeysDetails({ iamApiKey: service().adminKey });
    accountId = result.account_id;
  });

  const givenServiceId = async (name: string): Promise<IamIdentityV1.ServiceId> => {
    const { result } = await client.createServiceId({ accountId, name });
    return result;
  };

  describe('given a service ID that is created with a key', () => {
    it('when the key asked for a stored value, then both work at once and the value can be read again', async () => {
      const { status, result } = await client.createServiceId({
        ...{ accountId, name: 'sender', description: 'sends logs', uniqueInstanceCrns: ['crn:v1:::logs:::::'] },
        apikey: { name: 'first', description: 'made with it', store_value: true, action_when_leaked: 'none' },
      });
      const { id = '', apikey = '' } = result.apikey ?? {};

      const token = await service().tokenOf(apikey);
      const read = await client.getApiKey({ id });

      expect(status).toBe(201);
      expect(result).toMatchObject({
        ...{ name: 'sender', description: 'sends logs', unique_instance_crns: ['crn:v1:::logs:::::'] },
        ...{ id: expect.stringMatching(/^ServiceId-/), iam_id: `iam-${result.id}`, locked: false },
        apikey: { name: 'first', action_when_leaked: 'none', iam_id: `iam-${result.id}`, account_id: accountId },
      });
      expect(token).toMatch(/^ey/);
      expect(read.result.apikey).toBe(apikey);
    });

    it('when its own key asks, then it sees its own keys only', async () => {
      const { result } = await client.createServiceId({ accountId, name: 'itself', apikey: { name: 'own' } });

      const own = await givenIamIdentity(service(), result.apikey?.apikey).listApiKeys({});

      expect(own.result.apikeys.map(({ id }) => id)).toEqual([result.apikey?.id]);
    });
  });

  describe('given a service ID', () => {
    it('when it is read by id and by CRN, then it is the same, and its ETag is its entity_tag', async () => {
      const created = await givenServiceId('read');

      const byId = await client.getServiceId({ id: created.id });
      const byCrn = await client.getServiceId({ id: created.crn, includeHistory: false });

      expect(byId.result).toEqual(created);
      expect(byCrn.result).toEqual(created);
      expect(byId.headers['etag']).toBe(created.entity_tag);
    });

    it('when it is updated with its entity_tag, then the change is made; with a stale one the user reads why', async () => {
      const { id, entity_tag } = await givenServiceId('before');

      const { result } = await client.updateServiceId({ id, ifMatch: entity_tag, name: 'after', description: 'new' });
      const failure = client.updateServiceId({ id, ifMatch: entity_tag, name: 'too late' });

      expect(result).toMatchObject({ id, name: 'after', description: 'new' });
      await expect(failure).rejects.toMatchObject({ status: 409, message: expect.stringMatching(/changed/) });
    });

    it('when it is made locked, with instances, then it is, and its token names them', async () => {
      const uniqueInstanceCrns = [
        'crn:v1:bluemix:public:logs:us-south:a/1:2::',
        'crn:v1:bluemix:public:logdna:eu-de:a/1:3::',
      ];
      const { result } = await client.createServiceId({
        ...{ accountId, name: 'bound', uniqueInstanceCrns, entityLock: 'true', apikey: { name: 'its key' } },
      });
      await client.unlockServiceId({ id: result.id });
      const { result: changed } = await client.updateServiceId({
        ...{ id: result.id, ifMatch: '*', uniqueInstanceCrns: uniqueInstanceCrns.slice(1) },
      });

      expect(result).toMatchObject({ locked: true, unique_instance_crns: uniqueInstanceCrns });
      expect(changed.unique_instance_crns).toEqual(uniqueInstanceCrns.slice(1));
      const token = await service().tokenOf(result.apikey?.apikey ?? '');
      expect(decodeJwt(token)['unique_instance_crns']).toEqual(uniqueInstanceCrns.slice(1));
    });

    it('when it is locked, then it cannot be deleted until it is unlocked', async () => {
      const { id } = await givenServiceId('locked');
      await client.lockServiceId({ id });

      await expect(client.deleteServiceId({ id })).rejects.toMatchObject({
        status: 409,
        message: expect.stringMatching(/locked/),
      });
      await client.unlockServiceId({ id });
      expect(await client.deleteServiceId({ id })).toMatchObject({ status: 204 });
    });

    it('when it is deleted, then its keys are refused and reading it is 404', async () => {
      const { result } = await client.createServiceId({ accountId, name: 'gone', apikey: { name: 'its key' } });
      await client.deleteServiceId({ id: result.id });

      const exchanged = await service().exchange({ grant_type: 'apikey', apikey: result.apikey?.apikey ?? '' });

      expect(exchanged.status).not.toBe(200);
      await expect(client.getServiceId({ id: result.id })).rejects.toMatchObject({ status: 404 });
    });
  });

  describe('given what the service does not serve', () => {
    it('when the client lists profiles, templates and assignments, then the lists are empty and have no next', async () => {
      const { result: profiles } = await client.listProfiles({ accountId, pagesize: 10, sort: 'name' });
      const { result: templates } = await client.listProfileTemplates({ accountId, limit: '10' });
      const { result: settings } = await client.listAccountSettingsTemplates({ accountId });
      const { result: assignments } = await client.listTrustedProfileAssignments({ accountId });

      expect([profiles.profiles, templates.profile_templates, settings.account_settings_templates]).toEqual([
        [],
        [],
        [],
      ]);
      expect(assignments.assignments).toEqual([]);
      for (const page of [profiles, templates, settings]) expect(page).not.toHaveProperty('next');
      expect([profiles.limit, templates.limit, settings.limit]).toEqual([10, 10, 20]);
    });

    it('when it makes or reads a profile, then the user reads that there are none', async () => {
      for (const refused of [
        client.createProfile({ name: 'x', accountId }),
        client.getProfile({ profileId: 'Profile-1' }),
      ])
        await expect(refused).rejects.toMatchObject({ status: 404, message: expect.stringMatching(/not served/) });
    });
  });

  describe('given more service IDs than fit on a page', () => {
    it('when the client follows next, then it gets each one once, and the last page has no next', async () => {
      const created = await Promise.all([1, 2, 3, 4, 5, 6].map((number) => givenServiceId(`paged ${number}`)));
      const wanted = { accountId, pagesize: 2, sort: 'name', filter: 'name sw "paged "' };

      const pages = await everyPage((place) => client.listServiceIds({ ...wanted, ...place }));

      expect(pages).toHaveLength(3);
      expect(pages.flatMap(({ serviceids }) => serviceids.map(({ id }) => id))).toEqual(created.map(({ id }) => id));
    });

    it('when it asks for one by its exact name, then it gets that one', async () => {
      const { id, name } = await givenServiceId('the only one');

      const { result } = await client.listServiceIds({ accountId, name });

      expect(result.serviceids.map((serviceId) => serviceId.id)).toEqual([id]);
    });
  });

  describe('given a service ID group', () => {
    it('when it is made, filled, changed, listed and deleted, then the client gets what it expects', async () => {
      const made = await client.createServiceIdGroup({ accountId, name: 'SDK group', description: 'of the client' });
      const { id = '', entity_tag: ifMatch = '' } = made.result;
      const serviceId = await client.createServiceId({ accountId, name: 'in it', groupId: id, showGroupId: 'true' });
      const changed = await client.updateServiceIdGroup({ id, ifMatch, name: 'SDK group, renamed' });
      const listed = await client.listServiceIds({ accountId, groupId: id, showGroupId: 'true' });

      expect(made.status).toBe(201);
      expect(serviceId.result.group_id).toBe(id);
      expect((await client.getServiceIdGroup({ id })).result).toEqual(changed.result);
      expect((await client.listServiceIdGroup({ accountId })).result.serviceid_groups).toContainEqual(changed.result);
      expect(listed.result.serviceids).toMatchObject([{ id: serviceId.result.id, group_id: id }]);
      await expect(client.deleteServiceIdGroup({ id })).rejects.toMatchObject({ status: 409 });
      await client.deleteServiceId({ id: serviceId.result.id });
      expect((await client.deleteServiceIdGroup({ id })).status).toBe(204);
    });
  });
});
