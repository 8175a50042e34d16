import { beforeAll, describe, expect, it } from '@jest/globals';
import { API_KEYS } from '../../../src/api-keys/api-key.ts';
import { keysOfResourceKey } from '../../../src/ingestion-keys/held-ingestion-key.ts';
import { INGESTION_KEYS } from '../../../src/ingestion-keys/ingestion-key.ts';
import type { Store } from '../../../src/store/store.ts';
import { eventually } from '../../contract/eventually.ts';
import { type GivenInstance, givenLogInstance } from '../../harness/given-log-instance.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import type { Answer } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { expectProductRefusal } from './product-refusal.ts';

const ALL = '/latchkey/v1/ingestion_keys';
const SECRET = /^[0-9a-f]{32}$/;

describeOnEveryBackend('ingestion keys that end with something else', (service) => {
  let account: OtherAccount;
  let instance: GivenInstance;
  beforeAll(async () => {
    account = await givenOtherAccount(service());
    instance = await givenLogInstance(service(), account);
  });

  const asked = async (method: string, path: string, json?: object, token?: string): Promise<Answer> =>
    service().call(method, path, {
      token: token ?? (await account.ownerToken()),
      ...(json !== undefined && { json }),
    });
  const listed = (of: string, more = '') => asked('GET', `${ALL}?instance=${encodeURIComponent(of)}${more}`);
  /** Whether a service key is good: the one kind that can be asked for without a line. */
  const proves = async (key: string): Promise<number> =>
    (await service().call('GET', '/v1/config/keys', { headers: { servicekey: key } })).status;

  describe('given a resource key', () => {
    const resourceKey = async (of: GivenInstance) =>
      (await asked('POST', '/v2/resource_keys', { name: 'bundle', source: of.guid })).body;
    const boundTo = async (guid: string, of: GivenInstance, type = '') =>
      (await listed(of.guid, type && `&type=${type}`)).body.ingestion_keys.filter(
        (key: { resource_key_id?: string }) => key.resource_key_id === guid,
      );

    it('when its service key is rotated, then its bundle shows the new one, and both go with it', async () => {
      const bundle = await resourceKey(instance);
      const [before] = await boundTo(bundle.guid, instance, 'service');

      const rotated = (await asked('POST', `${ALL}/${before.id}/rotate`, { overlap_seconds: 600 })).body;

      const read = (await asked('GET', `/v2/resource_keys/${bundle.guid}`)).body;
      expect(before).toMatchObject({ type: 'service', name: 'bundle', key: bundle.credentials.service_key });
      expect(rotated).toMatchObject({ name: 'bundle', resource_key_id: bundle.guid });
      expect(read.credentials).toEqual({ ...bundle.credentials, service_key: rotated.key });
      expect([await proves(before.key), await proves(rotated.key)]).toEqual([200, 200]);
      expect((await asked('DELETE', `/v2/resource_keys/${bundle.guid}`)).status).toBe(204);
      expect([await proves(before.key), await proves(rotated.key)]).toEqual([403, 403]);
      expect(await boundTo(bundle.guid, instance)).toEqual([]);
    });

    it.each([ALL, '/latchkey/v1/apikeys'])(
      'when one of its keys was rotated, then at %s the old one can be deleted at once, and the one in its place not',
      async (keys) => {
        const bundle = await resourceKey(instance);
        const [before] = await boundTo(bundle.guid, instance, 'service');
        const { id } = (await asked('POST', `${ALL}/${before.id}/rotate`, { overlap_seconds: 600 })).body;

        expect((await asked('DELETE', `${keys}/${before.id}`)).status).toBe(204);
        expectProductRefusal(await asked('DELETE', `${keys}/${id}`), 409, 'entity_in_use');
        expect(await proves(before.key)).toBe(403);
      },
    );

    /** A key that was made at the moment at which its resource key went would belong to nobody and never end. */
    it('when its keys are rotated again and again while it is deleted, then none of them is left', async () => {
      const bundle = await resourceKey(instance);
      const token = await account.ownerToken();
      const keys: { id: string }[] = await boundTo(bundle.guid, instance);
      const rotateOn = async ({ id }: { id: string }, left: number): Promise<void> => {
        const { status, body } = await asked('POST', `${ALL}/${id}/rotate`, { overlap_seconds: left % 2 }, token);
        if (status === 201 && left > 0) await rotateOn(body, left - 1);
      };

      const rotations = keys.map((key) => rotateOn(key, 6));
      const deleted = await asked('DELETE', `/v2/resource_keys/${bundle.guid}`, undefined, token);
      await Promise.all(rotations);

      expect(deleted.status).toBe(204);
      const left = await service().store.read(INGESTION_KEYS).count('byResourceKey', [bundle.guid], 10);
      expect(left).toBe(0);
    });

    it('when one is rotated while they are read to be removed, then the one in its place is among them', async () => {
      const bundle = await resourceKey(instance);
      const { store } = service();
      let rotated: string | undefined;
      const get = async (id: string) => {
        rotated ??= (await asked('POST', `${ALL}/${id}/rotate`, { overlap_seconds: 0 })).body.id;
        return store.read(API_KEYS).get(id);
      };
      const read: Store['read'] = (collection) => {
        const reader = store.read(collection);
        // Only API keys are read through it, with their own fields.
        return collection.name === API_KEYS.name ? { ...reader, get: get as unknown as typeof reader.get } : reader;
      };

      const held = await keysOfResourceKey({ ...store, read }, bundle.guid);

      expect(held).toHaveLength(2);
      expect(held.map(({ apiKey }) => apiKey.id)).toContain(rotated);
    });

    it('when its credentials are shown once, then its keys are not to be read again, nor those in their place', async () => {
      const once = await givenLogInstance(service(), account, { parameters: { onetime_credentials: true } });
      const bundle = await resourceKey(once);
      const [ingestion] = await boundTo(bundle.guid, once, 'ingestion');

      const rotated = (await asked('POST', `${ALL}/${ingestion.id}/rotate`, { overlap_seconds: 0 })).body;

      const read = await asked('GET', `${ALL}/${rotated.id}`);
      const { service_key: servicekey } = bundle.credentials;
      const config = await service().call('GET', `/v1/config/keys/${rotated.id}`, { headers: { servicekey } });
      expect('key' in ingestion).toBe(false);
      expect(rotated.key).toMatch(SECRET);
      expect('key' in read.body).toBe(false);
      expect(config.body).toMatchObject({ key: '*'.repeat(32) });
    });
  });

  describe('given an instance that can be restored', () => {
    it('when it is deleted, restored and reclaimed, then its keys are refused, good again, and gone', async () => {
      const { guid } = await givenLogInstance(service(), account, { reclaims: true });
      const key = (await asked('POST', ALL, { instance: guid, name: 'agents', type: 'service' })).body;
      const path = `/v2/resource_instances/${guid}`;
      const reclamation = async (): Promise<string> => {
        const { body } = await asked('GET', `/v1/reclamations?resource_instance_id=${guid}`);
        return body.resources[0].id;
      };
      const state = async () => (await asked('GET', path)).body.state;

      await asked('DELETE', path);
      const whileDeleted = await proves(key.key);
      const another = await asked('POST', ALL, { instance: guid, name: 'late' });
      const rotated = await asked('POST', `${ALL}/${key.id}/rotate`, { overlap_seconds: 60 });
      await asked('POST', `/v1/reclamations/${await reclamation()}/actions/restore`, {});
      await eventually(async () => expect(await state()).toBe('active'));
      const whenRestored = await proves(key.key);
      await asked('DELETE', path);
      await asked('POST', `/v1/reclamations/${await reclamation()}/actions/reclaim`, {});
      await eventually(async () => expect(await state()).toBe('removed'));

      expect([whileDeleted, whenRestored, await proves(key.key)]).toEqual([403, 200, 403]);
      for (const refused of [another, rotated]) expectProductRefusal(refused, 410, 'gone');
      expectProductRefusal(await asked('GET', `${ALL}/${key.id}`), 404, 'not_found');
      expect((await listed(guid)).body).toEqual({ ingestion_keys: [] });
      expectProductRefusal(await asked('POST', ALL, { instance: guid, name: 'late' }), 410, 'gone');
    });
  });
});
