import { beforeAll, describe, expect, it } from '@jest/globals';
import { API_KEYS } from '../../../src/api-keys/api-key.ts';
import { AUDIT_EVENTS } from '../../../src/audit/audit-event.ts';
import { INGESTION_KEYS } from '../../../src/ingestion-keys/ingestion-key.ts';
import { POLICIES } from '../../../src/policies/policy.ts';
import { instanceCrn, type ResourceInstance } from '../../../src/resource-instances/resource-instance.ts';
import { SERVICE_IDS } from '../../../src/service-ids/service-id.ts';
import { bundleFindings } from '../../harness/faults/bundle-checker.ts';
import { asOwner, firstAccountId, givenServiceId } from '../../harness/given-credentials.ts';
import { givenOtherAccount } from '../../harness/given-other-account.ts';
import { askForKey, changeInstance, givenResourceKey, givenStoredInstance } from '../../harness/given-resource-key.ts';
import type { Answer } from '../../harness/http-call.ts';
import { expectResourceRefusal } from '../../harness/resource-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { BELIEVED, believedWays, REFUSED, signedIn } from '../../harness/signed-in.ts';

const BUNDLE = ['apikey', 'iam_apikey_description', 'iam_apikey_id', 'iam_apikey_name'];
const REDACTED = { REDACTED: 'REDACTED' };

describeOnEveryBackend('/v2/resource_keys', (service) => {
  let logs: ResourceInstance;
  let other: ResourceInstance;
  beforeAll(async () => {
    logs = await givenStoredInstance(service(), { service: 'logdna' });
    other = await givenStoredInstance(service(), { service: 'generic-service' });
  });

  const one = async (method: string, id: string, json?: object): Promise<Answer> =>
    service().call(method, `/v2/resource_keys/${encodeURIComponent(id)}`, {
      ...{ token: await service().ownerToken() },
      ...(json !== undefined && { json }),
    });
  /** What is left of the parts of a key. */
  const partsLeft = async ({ iam_apikey_id, iam_serviceid_crn }: Record<string, string>, guid: string) => {
    const { store } = service();
    const serviceId = String(iam_serviceid_crn).split(':').at(-1) ?? '';
    const ofSubject = [await firstAccountId(service()), `iam_id:iam-${serviceId}`];
    const [apiKey, identity, policies, ingestionKeys] = await Promise.all([
      store.read(API_KEYS).get(iam_apikey_id ?? ''),
      store.read(SERVICE_IDS).get(serviceId),
      store.read(POLICIES).page('bySubject', { equals: ofSubject, limit: 10 }),
      store.read(INGESTION_KEYS).page('byResourceKey', { equals: [guid], limit: 10 }),
    ]);
    return {
      apiKey: apiKey !== undefined,
      serviceId: identity?.state === 'active',
      policies: policies.rows.length,
      ingestionKeys: ingestionKeys.rows.length,
    };
  };
  const NOTHING_LEFT = { apiKey: false, serviceId: false, policies: 0, ingestionKeys: 0 };

  describe('given an instance that takes log lines', () => {
    it('when a key with a role is made, then it answers every field and the bundle of a log service', async () => {
      const key = await givenResourceKey(service(), logs, { name: 'agent', role: 'Manager', parameters: { a: [1] } });

      const crn = instanceCrn(logs).replace(/::$/, `:resource-key:${key.guid}`);
      expect(key).toEqual({
        ...{ id: crn, crn, guid: key.guid, url: `/v2/resource_keys/${key.guid}`, name: 'agent', state: 'active' },
        ...{ created_at: expect.stringMatching(/Z$/), updated_at: key.created_at, deleted_at: null, deleted_by: '' },
        ...{ created_by: expect.stringMatching(/^IBMid-/), updated_by: key.created_by, source_crn: instanceCrn(logs) },
        ...{ account_id: logs.accountId, resource_group_id: logs.resourceGroupId, parameters: { a: [1] } },
        ...{ role: 'crn:v1:bluemix:public:iam::::serviceRole:Manager', onetime_credentials: false },
        ...{ resource_id: 'e13e1860-959c-11e8-871e-ad157af61ad7', iam_compatible: true, migrated: false },
        ...{ resource_instance_url: `/v2/resource_instances/${logs.id}`, resource_alias_url: null },
        credentials: {
          apikey: expect.stringMatching(/^lk_/),
          iam_apikey_description: `Auto-generated for key ${crn}`,
          iam_apikey_id: expect.stringMatching(/^ApiKey-/),
          iam_apikey_name: 'agent',
          iam_role_crn: 'crn:v1:bluemix:public:iam::::serviceRole:Manager',
          iam_serviceid_crn: expect.stringContaining('::serviceid:ServiceId-'),
          ingestion_key: expect.stringMatching(/^[0-9a-f]{32}$/),
          service_key: expect.stringMatching(/^[0-9a-f]{32}$/),
        },
      });
      expect((await one('GET', key.guid)).body).toEqual(key);
      expect((await one('GET', key.crn)).body).toEqual(key);
    });

    it('when a key without a role is made, then there is no policy and no role in the bundle', async () => {
      for (const role of [undefined, null, 'None']) {
        const key = await givenResourceKey(service(), logs, role === undefined ? {} : { role });

        expect(Object.keys(key.credentials)).toEqual([...BUNDLE, 'iam_serviceid_crn', 'ingestion_key', 'service_key']);
        expect(key.role).toBeNull();
        expect(await partsLeft(key.credentials, key.guid)).toMatchObject({ policies: 0, ingestionKeys: 2 });
      }
    });
  });

  describe('given a key that was made with a role', () => {
    it('when its policy is read, then it gives the role on that one instance, and its API key can be exchanged', async () => {
      const { credentials, crn } = await givenResourceKey(service(), other, { role: 'Writer' });
      const iamId = `iam-${credentials.iam_serviceid_crn.split(':').at(-1)}`;

      const query = `account_id=${other.accountId}&iam_id=${iamId}`;
      const { body } = await asOwner(service(), 'GET', `/v1/policies?${query}`);

      expect(body.policies).toMatchObject([
        {
          description: `Auto-generated for key ${crn}`,
          subjects: [{ attributes: [{ name: 'iam_id', value: iamId }] }],
          roles: [{ role_id: 'crn:v1:bluemix:public:iam::::serviceRole:Writer' }],
          resources: [
            {
              attributes: [
                { name: 'accountId', value: other.accountId },
                { name: 'serviceName', value: 'generic-service' },
                { name: 'serviceInstance', value: other.id },
              ],
            },
          ],
        },
      ]);
      expect(await service().tokenOf(credentials.apikey)).toMatch(/^ey/);
    });

    /** Whoever keeps a token of a key that was taken away must not go on with it. */
    it('when it is deleted, then its tokens are refused at once and nothing of it is left', async () => {
      const { credentials, guid } = await givenResourceKey(service(), logs, { role: 'Reader' });
      const pair = await signedIn(service(), credentials.apikey);
      expect(await believedWays(service(), pair)).toMatchObject({ ...BELIEVED, api: expect.any(Number) });

      expect((await one('DELETE', guid)).status).toBe(204);

      expect(await believedWays(service(), pair)).toEqual(REFUSED);
      expect((await service().exchange({ grant_type: 'apikey', apikey: credentials.apikey })).status).toBe(400);
      expect(await partsLeft(credentials, guid)).toEqual(NOTHING_LEFT);
      expect((await one('GET', guid)).body).toMatchObject({ state: 'removed', credentials: REDACTED });
      expectResourceRefusal(await one('DELETE', guid), 410, 'RC-AlreadyDeleted');
      expectResourceRefusal(await one('PATCH', guid, { name: 'again' }), 410, 'RC-AlreadyDeleted');
      const listed = await asOwner(service(), 'GET', `/v2/resource_keys?guid=${guid}`);
      expect(listed.body).toEqual({ rows_count: 0, next_url: null, resources: [] });
    });

    it('when two delete it at once, then one has and the other is told that it is gone', async () => {
      const { guid } = await givenResourceKey(service(), other, { role: 'Reader' });

      const statuses = (await Promise.all([one('DELETE', guid), one('DELETE', guid)])).map(({ status }) => status);

      expect(statuses.toSorted()).toEqual([204, 410]);
    });

    it('when parts of it were locked, or its service ID deleted by hand, then it can be deleted all the same', async () => {
      const [first, second] = [
        await givenResourceKey(service(), other, { role: 'Reader' }),
        await givenResourceKey(service(), logs, { role: 'Reader' }),
      ];
      await asOwner(service(), 'POST', `/v1/apikeys/${first.credentials.iam_apikey_id}/lock`);
      await asOwner(service(), 'POST', `/v1/serviceids/${first.credentials.iam_serviceid_crn.split(':').at(-1)}/lock`);
      await asOwner(service(), 'DELETE', `/v1/serviceids/${second.credentials.iam_serviceid_crn.split(':').at(-1)}`);

      expect((await one('GET', second.guid)).body.credentials).not.toHaveProperty('apikey');
      // The same looks through the store in the drill of this room.
      const found = await bundleFindings(service().store);
      expect(found).toContain(`resource key ${second.guid} is active, and its service ID is not there`);
      for (const { guid, credentials } of [first, second]) {
        expect((await one('DELETE', guid)).status).toBe(204);
        expect(await partsLeft(credentials, guid)).toEqual(NOTHING_LEFT);
      }
    });

    it('when it is renamed, then it is listed by its new name, in its account and for its instance', async () => {
      const { guid, updated_at } = await givenResourceKey(service(), other, { name: 'before' });

      const renamed = await one('PATCH', guid, { name: 'after' });

      expect(renamed.body).toMatchObject({ name: 'after', guid });
      expect(renamed.body.updated_at >= updated_at).toBe(true);
      for (const query of [
        'name=after',
        'name=after&resource_id=6a1f4a0d-52a8-4d3f-8a57-0d4c7e9b1c22&updated_from=2020-01-01',
      ]) {
        const { body } = await asOwner(service(), 'GET', `/v2/resource_keys?${query}`);
        expect(body.resources).toMatchObject([{ guid }]);
      }
      const before = await asOwner(service(), 'GET', '/v2/resource_keys?name=before');
      expect(before.body.resources).toEqual([]);
      const none = await asOwner(service(), 'GET', `/v2/resource_keys?name=after&updated_to=2020-01-01`);
      expect(none.body.resources).toEqual([]);
    });
  });

  describe('given an instance with several keys', () => {
    it('when they are listed in pages, then each stands there once', async () => {
      const instance = await givenStoredInstance(service(), { service: 'generic-service' });
      const made: string[] = [];
      for (const name of ['one', 'two', 'three'])
        made.push((await givenResourceKey(service(), instance, { name })).guid);

      const seen: string[] = [];
      let next: string | null = `/v2/resource_instances/${instance.id}/resource_keys?limit=2`;
      while (next !== null) {
        const { body } = await asOwner(service(), 'GET', next);
        seen.push(...body.resources.map(({ guid }: { guid: string }) => guid));
        next = body.next_url;
      }

      expect(seen).toEqual(made);
    });
  });

  describe('given an instance whose credentials are shown once', () => {
    it('when a key is made, then its values stand in that answer and nowhere else, whatever becomes of the instance', async () => {
      const instance = await givenStoredInstance(service(), { onetimeCredentials: true });
      const made = await givenResourceKey(service(), instance, { role: 'Reader' });
      await changeInstance(service(), instance, { onetimeCredentials: false });

      expect(made).toMatchObject({ onetime_credentials: true, credentials: { apikey: expect.stringMatching(/^lk_/) } });
      expect((await one('GET', made.guid)).body).toMatchObject({ onetime_credentials: true, credentials: REDACTED });
      const ofKey = { equals: [made.guid], limit: 10 };
      const lines = await service().store.read(INGESTION_KEYS).page('byResourceKey', ofKey);
      const ids = [made.credentials.iam_apikey_id, ...lines.rows.map(({ id }) => id)];
      const stored = await Promise.all(ids.map((id) => service().store.read(API_KEYS).get(id)));
      expect(stored.map((row) => row?.sealedSecret)).toEqual([undefined, undefined, undefined]);
    });
  });

  describe('given a service ID that is there already', () => {
    it('when keys act as it, then it stays when they go, and so does what it was given for another of them', async () => {
      const { id, key } = await givenServiceId(service());
      const crn = `crn:v1:bluemix:public:iam-identity::a/${key.accountId}::serviceid:${id}`;
      const parameters = { serviceid_crn: crn };
      const first = await givenResourceKey(service(), other, { role: 'Reader', parameters });
      const second = await givenResourceKey(service(), other, { role: 'Reader', parameters });
      expect(first).toMatchObject({ parameters, credentials: { iam_serviceid_crn: crn } });

      await one('DELETE', first.guid);
      const between = await partsLeft(second.credentials, second.guid);
      await one('DELETE', second.guid);

      expect(between).toMatchObject({ apiKey: true, serviceId: true, policies: 1 });
      expect(await partsLeft(second.credentials, second.guid)).toMatchObject({ serviceId: true, policies: 0 });
      expect(await service().tokenOf(key.secret)).toMatch(/^ey/);
    });

    it('when the service ID is missing or of another account, then that is refused alike', async () => {
      const { accountId } = await givenOtherAccount(service());
      for (const account of [accountId, other.accountId]) {
        const serviceid_crn = `crn:v1:bluemix:public:iam-identity::a/${account}::serviceid:ServiceId-none`;
        const answer = await askForKey(service(), other, { parameters: { serviceid_crn } });
        expectResourceRefusal(answer, 400, 'RC-InvalidRequest', /serviceid_crn/);
      }
    });
  });

  it('when a key is made and deleted, then the record tells of it and of each part, without a value', async () => {
    const { guid, credentials } = await givenResourceKey(service(), logs, { role: 'Reader' });
    await one('DELETE', guid);

    const request = { equals: [logs.accountId], limit: 1_000, descending: true };
    const { rows } = await service().store.read(AUDIT_EVENTS).page('byAccount', request);
    const ids = [guid, credentials.iam_apikey_id, credentials.iam_serviceid_crn.split(':').at(-1)];
    const told = rows.filter(({ targetId }) => ids.includes(targetId)).map(({ action }) => action);

    expect(told.toSorted()).toEqual([
      ...['iam-identity.apikey.create', 'iam-identity.apikey.delete'],
      ...['iam-identity.serviceid.create', 'iam-identity.serviceid.delete'],
      ...['resource-controller.credential.create', 'resource-controller.credential.delete'],
    ]);
    const text = JSON.stringify(rows);
    for (const name of ['apikey', 'ingestion_key', 'service_key']) expect(text).not.toContain(credentials[name]);
  });
});
