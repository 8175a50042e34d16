import { beforeAll, describe, expect, it } from '@jest/globals';
import { instanceCrn, type ResourceInstance } from '../../../src/resource-instances/resource-instance.ts';
import { bundleFindings } from '../../harness/faults/bundle-checker.ts';
import { asOwner } from '../../harness/given-credentials.ts';
import { askForKey, givenResourceKey, givenStoredInstance } from '../../harness/given-resource-key.ts';
import { expectResourceRefusal } from '../../harness/resource-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const TARGET = 'crn:v1:staging:public:bluemix:eu-gb:s/space-1::cf-application:app-1';

describeOnEveryBackend('resource keys and bindings of aliases, and the end of what they are for', (service) => {
  let instance: ResourceInstance;
  beforeAll(async () => {
    instance = await givenStoredInstance(service(), { service: 'logdna' });
  });

  const givenAlias = async (of: ResourceInstance = instance) => {
    const json = {
      name: 'an alias',
      source: of.id,
      target: 'crn:v1:bluemix:public:bluemix:eu-gb:s/space-1::cf-space:1',
    };
    return (await asOwner(service(), 'POST', '/v2/resource_aliases', { json })).body;
  };
  const bind = async (source: string, further: object = {}) =>
    service().call('POST', '/v2/resource_bindings', {
      ...{ token: await service().ownerToken(), json: { source, target: TARGET, ...further } },
    });
  const call = async (method: string, path: string) =>
    service().call(method, path, { token: await service().ownerToken() });

  describe('given an alias', () => {
    it('when a binding is made, then it answers every field, and the bundle of the instance', async () => {
      const alias = await givenAlias();

      const { status, body } = await bind(alias.crn, { name: 'app', role: 'Reader', parameters: { a: 1 } });

      const crn = instanceCrn(instance).replace(/::$/, `:resource-binding:${body.guid}`);
      expect(status).toBe(201);
      expect(body).toEqual({
        ...{ id: crn, crn, guid: body.guid, url: `/v2/resource_bindings/${body.guid}`, name: 'app', state: 'active' },
        ...{ created_at: expect.stringMatching(/Z$/), updated_at: body.created_at, deleted_at: null, deleted_by: '' },
        ...{ created_by: expect.stringMatching(/^IBMid-/), updated_by: body.created_by, source_crn: alias.crn },
        ...{ target_crn: TARGET.replace(':bluemix:', ':cf:'), region_binding_id: body.guid },
        region_binding_crn: `crn:v1:staging:public:cf:eu-gb:s/space-1::cf-service-binding:${body.guid}`,
        ...{ account_id: instance.accountId, resource_group_id: instance.resourceGroupId, parameters: { a: 1 } },
        ...{ resource_id: 'e13e1860-959c-11e8-871e-ad157af61ad7', iam_compatible: true, migrated: false },
        resource_alias_url: `/v2/resource_aliases/${alias.guid}`,
        credentials: expect.objectContaining({
          apikey: expect.stringMatching(/^lk_/),
          iam_apikey_description: `Auto-generated for key ${crn}`,
          iam_role_crn: 'crn:v1:bluemix:public:iam::::serviceRole:Reader',
          ingestion_key: expect.stringMatching(/^[0-9a-f]{32}$/),
        }),
      });
      expect((await call('GET', `/v2/resource_bindings/${body.guid}`)).body).toEqual(body);
    });

    it('when it has a key and a binding, then each is in its own lists and in no other', async () => {
      const alias = await givenAlias();
      const key = await givenResourceKey(service(), { id: alias.guid }, { name: 'of the alias' });
      const binding = (await bind(alias.guid)).body;

      const guidsAt = async (path: string) =>
        (await call('GET', path)).body.resources.map(({ guid }: { guid: string }) => guid);

      expect(key).toMatchObject({ source_crn: alias.crn, resource_alias_url: `/v2/resource_aliases/${alias.guid}` });
      expect(binding.name).toBe(`binding-${binding.guid}`);
      expect(await guidsAt(alias.resource_keys_url)).toEqual([key.guid]);
      expect(await guidsAt(alias.resource_bindings_url)).toEqual([binding.guid]);
      expect(await guidsAt(`/v2/resource_bindings?region_binding_id=${binding.guid}`)).toEqual([binding.guid]);
      expect(await guidsAt('/v2/resource_keys?name=of the alias')).toEqual([key.guid]);
      expect(await guidsAt(`/v2/resource_instances/${instance.id}/resource_keys`)).toEqual([]);
      expectResourceRefusal(await call('GET', `/v2/resource_keys/${binding.guid}`), 404, 'RC-NotFound');
      expectResourceRefusal(await call('GET', `/v2/resource_bindings/${key.guid}`), 404, 'RC-NotFound');
    });

    it('when it is deleted, then that is refused while something hangs on it, and recursively all of that goes', async () => {
      const alias = await givenAlias();
      const key = await givenResourceKey(service(), { id: alias.guid }, { role: 'Reader' });
      const binding = (await bind(alias.guid, { role: 'Reader' })).body;
      const path = `/v2/resource_aliases/${alias.guid}`;

      expectResourceRefusal(await call('DELETE', path), 400, 'RC-HasDependents', /binding/);
      expect((await call('DELETE', `${path}?recursive=true`)).status).toBe(204);

      for (const { credentials, url } of [key, binding]) {
        await expect(service().tokenOf(credentials.apikey)).rejects.toThrow('could not be found');
        expect((await call('GET', url)).body).toMatchObject({ state: 'removed' });
      }
      expectResourceRefusal(await askForKey(service(), { id: alias.guid }), 410, 'RC-AlreadyDeleted');
    });

    /** Look, then delete: what is made in between would be credentials for an alias that nobody has. */
    it.each(['', '?recursive=true'])(
      'when it is deleted%s while keys are made for it, then it is there, or none of them works',
      async (query) => {
        const alias = await givenAlias();
        const asked = Array.from({ length: 4 }, () => askForKey(service(), { id: alias.guid }, { role: 'Reader' }));

        const [deleted, ...answers] = await Promise.all([
          call('DELETE', `/v2/resource_aliases/${alias.guid}${query}`),
          ...asked,
        ]);

        const made = answers.filter(({ status }) => status === 201);
        const { state } = (await call('GET', alias.url)).body;
        expect(answers.every(({ status }) => [201, 409, 410].includes(status))).toBe(true);
        expect([deleted?.status, state]).toEqual(made.length > 0 && query === '' ? [400, 'active'] : [204, 'removed']);
        for (const { body } of made) {
          const works = service().tokenOf(body.credentials.apikey);
          if (state === 'active') expect(await works).toBeTruthy();
          else await expect(works).rejects.toThrow();
        }
        expect(await bundleFindings(service().store)).toEqual([]);
      },
    );

    it.each<[string, { source?: string; target?: string }, number, string, RegExp]>([
      ['of an instance and not of an alias', { source: 'instance' }, 400, 'RC-InvalidRequest', /alias/],
      ['of nothing', { source: '11111111-2222-3333-4444-555555555555' }, 404, 'RC-NotFound', /found/],
      ['for no CRN', { target: 'an application' }, 400, 'RC-InvalidRequest', /CRN/],
    ])('when a binding is asked for %s, then it is refused', async (_what, said, status, code, message) => {
      const source = (await givenAlias()).guid;
      const named = said.source === 'instance' ? { source: instance.id } : said;

      expectResourceRefusal(await bind(source, named), status, code, message);
    });
  });

  describe('given an instance with keys', () => {
    it('when it is deleted, then that is refused while there are keys, and recursively all of them go at once', async () => {
      const doomed = await givenStoredInstance(service(), { service: 'logs' });
      const alias = await givenAlias(doomed);
      const keys = [(await bind(alias.guid, { role: 'Writer' })).body];
      for (let count = 0; count < 10; count += 1)
        keys.push(await givenResourceKey(service(), doomed, { role: 'Reader' }));
      const tokens = await Promise.all(keys.map(({ credentials }) => service().tokenOf(credentials.apikey)));
      const path = `/v2/resource_instances/${doomed.id}`;

      expectResourceRefusal(await call('DELETE', path), 400, 'RC-HasDependents');
      expect((await call('DELETE', `${path}?recursive=true`)).status).toBe(204);

      const seen = await Promise.all(tokens.map((token) => service().call('GET', '/identity/userinfo', { token })));
      expect(new Set(seen.map(({ status }) => status))).toEqual(new Set([401]));
      const states = await Promise.all(keys.map(async ({ url }) => (await call('GET', url)).body.state));
      expect(new Set(states)).toEqual(new Set(['removed']));
      expect((await askForKey(service(), doomed)).status).toBe(410);
      expect(await bundleFindings(service().store)).toEqual([]);
    });

    it('when keys are made while it is deleted, then every one that was made is gone with it', async () => {
      const doomed = await givenStoredInstance(service(), { service: 'generic-service' });

      const asked = Array.from({ length: 6 }, () => askForKey(service(), doomed, { role: 'Reader' }));
      const deleted = call('DELETE', `/v2/resource_instances/${doomed.id}?recursive=true`);
      const answers = await Promise.all(asked);

      expect((await deleted).status).toBe(204);
      expect(answers.map(({ status }) => status).filter((status) => status !== 201 && status !== 410)).toEqual([]);
      for (const { status, body } of answers) {
        if (status === 201) await expect(service().tokenOf(body.credentials.apikey)).rejects.toThrow();
      }
      expect(await bundleFindings(service().store)).toEqual([]);
    });
  });
});
