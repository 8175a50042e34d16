import { beforeAll, describe, expect, it } from '@jest/globals';
import { instanceCrn, type ResourceInstance } from '../../../src/resource-instances/resource-instance.ts';
import { SERVICE_IDS } from '../../../src/service-ids/service-id.ts';
import { givenServiceId } from '../../harness/given-credentials.ts';
import { givenOtherAccount } from '../../harness/given-other-account.ts';
import { askForKey, givenResourceKey, givenStoredInstance } from '../../harness/given-resource-key.ts';
import { givenCustomRole, givenPolicy, is } from '../../harness/given-rights.ts';
import type { Answer } from '../../harness/http-call.ts';
import { expectResourceRefusal } from '../../harness/resource-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const role = (name: string): string => `crn:v1:bluemix:public:iam::::role:${name}`;
const serviceRole = (name: string): string => `crn:v1:bluemix:public:iam::::serviceRole:${name}`;
const READER = serviceRole('Reader');
const SENDER = 'crn:v1:bluemix:public:logs::::serviceRole:Sender';

describeOnEveryBackend('who may have which resource key', (service) => {
  let other: ResourceInstance;
  let logs: ResourceInstance;
  beforeAll(async () => {
    other = await givenStoredInstance(service(), { service: 'generic-service' });
    logs = await givenStoredInstance(service(), { service: 'logs' });
  });

  /** Somebody with these roles on one instance alone. */
  const givenHolder = async ({ accountId, service: name, id }: ResourceInstance, ...roles: string[]) => {
    const holder = await givenServiceId(service());
    const conditions = [is('serviceInstance', id)];
    await givenPolicy(service(), { accountId, subject: holder.iamId, roles, service: name, conditions });
    return { iamId: holder.iamId, token: await service().tokenOf(holder.key.secret) };
  };
  const read = (token: string, guid: string): Promise<Answer> =>
    service().call('GET', `/v2/resource_keys/${guid}`, { token });

  /** Seed 004: ingestion keys are for who holds Editor and Manager. */
  describe('given an instance that takes log lines', () => {
    it.each([
      ['Editor without Manager', [role('Editor')]],
      ['Manager without Editor', [role('Viewer'), serviceRole('Manager')]],
    ])('when %s makes, renames or deletes a key, then that is refused', async (_who, roles) => {
      const { token } = await givenHolder(logs, ...roles);
      const { guid } = await givenResourceKey(service(), logs);

      expectResourceRefusal(await askForKey(service(), logs, { token }), 403, 'RC-IamErrorResponse');
      for (const [method, json] of [['DELETE'], ['PATCH', { name: 'theirs' }]] as const) {
        const sent = { token, ...(json !== undefined && { json }) };
        const answer = await service().call(method, `/v2/resource_keys/${guid}`, sent);
        expectResourceRefusal(answer, 403, 'RC-IamErrorResponse');
      }
    });

    it('when Editor and Manager make one, then they have it, see it, and can take it away', async () => {
      const { token } = await givenHolder(logs, role('Editor'), serviceRole('Manager'));

      const { status, body } = await askForKey(service(), logs, { token, role: 'Writer' });

      expect(status).toBe(201);
      expect((await read(token, body.guid)).body.credentials).toEqual(body.credentials);
      expect((await service().call('DELETE', `/v2/resource_keys/${body.guid}`, { token })).status).toBe(204);
    });
  });

  /** Privilege growth: a key would give its maker what they do not hold (R34). */
  it('when an Editor asks for a role that they do not hold, then that is refused; for one that they hold, it is made', async () => {
    const { token } = await givenHolder(other, role('Editor'), READER);

    const refused = await askForKey(service(), other, { token, role: 'Manager' });
    const made = await askForKey(service(), other, { token, role: 'Reader' });

    expectResourceRefusal(refused, 403, 'RC-IamErrorResponse');
    expect(made.status).toBe(201);
  });

  it('when rights are held by the resource group of the instance, then keys with them can be made', async () => {
    const { accountId, resourceGroupId } = other;
    const holder = await givenServiceId(service());
    const conditions = [is('resourceGroupId', resourceGroupId)];
    const roles = [role('Editor'), serviceRole('Writer')];
    await givenPolicy(service(), { accountId, subject: holder.iamId, roles, service: 'generic-service', conditions });
    const token = await service().tokenOf(holder.key.secret);

    expect((await askForKey(service(), other, { token, role: 'Writer' })).status).toBe(201);
  });

  /** Takeover: a key for a service ID of others would be all that it holds. */
  it('when an Editor asks for a key of an existing service ID, then that needs rights to the service ID as well', async () => {
    const { token } = await givenHolder(other, role('Editor'));
    const { id, key } = await givenServiceId(service());
    const serviceid_crn = `crn:v1:bluemix:public:iam-identity::a/${key.accountId}::serviceid:${id}`;

    const answer = await askForKey(service(), other, { token, parameters: { serviceid_crn } });

    expectResourceRefusal(answer, 403, 'RC-IamErrorResponse');
  });

  describe('given a key with a role, and who looks at it', () => {
    const seenBy = async (instance: ResourceInstance, keyRole: string, ...roles: string[]) => {
      const { guid } = await givenResourceKey(service(), instance, { role: keyRole });
      const { token } = await givenHolder(instance, ...roles);
      const answer = await read(token, guid);
      return answer.status === 200 ? (answer.body.credentials.REDACTED ?? 'shown') : answer.status;
    };

    it('when who looks may do less, then the values are redacted', async () => {
      expect(await seenBy(other, 'Writer', role('Operator'), READER)).toBe('REDACTED');
      expect(await seenBy(other, 'Reader', role('Operator'))).toBe('REDACTED');
      expect(await seenBy(logs, 'Reader', role('Operator'), READER)).toBe('REDACTED');
    });

    it('when who looks may do something that the key may not, and not all that it may, then that is told', async () => {
      expect(await seenBy(logs, SENDER, role('Operator'), READER)).toBe('REDACTED_EXPLICIT');
    });

    it('when who looks may do as much, or sees all, then the values are shown', async () => {
      expect(await seenBy(other, 'Reader', role('Operator'), serviceRole('Writer'))).toBe('shown');
      expect(await seenBy(logs, 'Writer', role('Administrator'))).toBe('shown');
    });

    it('when who looks may not retrieve keys, then it is refused, and the list leaves it out', async () => {
      const { guid } = await givenResourceKey(service(), other);
      const { token } = await givenHolder(other, role('Viewer'));

      expectResourceRefusal(await read(token, guid), 403, 'RC-IamErrorResponse');
      const listed = await service().call('GET', '/v2/resource_keys', { token });
      expect(listed.body).toMatchObject({ rows_count: 0, resources: [] });
    });

    /** Privilege growth: rights on one instance would show a credential that acts on others too. */
    it('when the key acts as a service ID with rights elsewhere, then not even an Administrator of the instance sees it', async () => {
      const { id, iamId, key } = await givenServiceId(service());
      const { accountId } = key;
      await givenPolicy(service(), {
        accountId,
        subject: iamId,
        roles: [role('Administrator')],
        service: 'iam-identity',
      });
      const serviceid_crn = `crn:v1:bluemix:public:iam-identity::a/${accountId}::serviceid:${id}`;
      const { guid } = await givenResourceKey(service(), other, { parameters: { serviceid_crn } });
      const { token } = await givenHolder(other, role('Administrator'), serviceRole('Manager'));

      expect((await read(token, guid)).body.credentials).toEqual({ REDACTED: 'REDACTED' });
    });

    /** A stolen token, which lives for an hour, must not show the key itself. */
    it('when the key itself looks, then its own values are redacted', async () => {
      const { guid, credentials } = await givenResourceKey(service(), other, { role: 'Administrator' });
      const token = await service().tokenOf(credentials.apikey);

      expect((await read(token, guid)).body.credentials).toEqual({ REDACTED: 'REDACTED' });
    });
  });

  describe('given roles by name and CRN', () => {
    it('when they are named in any way, then the key has the role', async () => {
      const { accountId } = other;
      const custom = {
        accountId,
        service: 'generic-service',
        name: 'Watcher',
        actions: ['generic-service.resource.read'],
      };
      await givenCustomRole(service(), custom);
      const customCrn = `crn:v1:bluemix:public:iam-access-management::a/${accountId}::customRole:Watcher`;
      const asked: [string, string][] = [
        ['Reader', READER],
        ['reader', READER],
        [READER, READER],
        ['Editor', 'crn:v1:bluemix:public:iam::::role:Editor'],
        ['Watcher', customCrn],
        [customCrn, customCrn],
      ];

      for (const [role, crn] of asked) {
        expect(await givenResourceKey(service(), other, { role })).toMatchObject({
          role: crn,
          credentials: { iam_role_crn: crn },
        });
      }
    });

    it('when there is no such role, then the refusal lists those that there are, and nothing was made', async () => {
      const ofAccount = [other.accountId, 'active'];
      const before = await service().store.read(SERVICE_IDS).count('byCreation', ofAccount, 1_000);

      const answer = await askForKey(service(), other, { role: 'Sender' });

      expectResourceRefusal(answer, 400, 'RC-InvalidRequest', /Reader, Writer, Manager, Viewer/);
      expect(await service().store.read(SERVICE_IDS).count('byCreation', ofAccount, 1_000)).toBe(before);
    });
  });

  describe('given what cannot be done', () => {
    it.each(['removed', 'removing', 'pending_reclamation'] as const)(
      'when a key is asked for to an instance that is %s, then it is refused',
      async (state) => {
        const instance = await givenStoredInstance(service(), { state });

        expectResourceRefusal(await askForKey(service(), instance), 410, 'RC-AlreadyDeleted');
      },
    );

    it('when the instance is locked, then a key can be made: the lock is not of its keys', async () => {
      const instance = await givenStoredInstance(service(), { locked: true });

      expect((await askForKey(service(), instance)).status).toBe(201);
    });

    /** Ids of other tenants must not be told apart from none. */
    it('when instance or key are of another account or none, then the answers are alike', async () => {
      const stranger = await givenOtherAccount(service());
      const token = await stranger.ownerToken();
      const { guid } = await givenResourceKey(service(), other);
      const none = '11111111-2222-3333-4444-555555555555';

      for (const source of [other.id, none, instanceCrn(other)]) {
        expectResourceRefusal(await askForKey(service(), { id: source }, { token }), 404, 'RC-NotFound');
      }
      for (const [method, path] of [
        ['GET', `/v2/resource_keys/${guid}`],
        ['DELETE', `/v2/resource_keys/${guid}`],
        ['DELETE', `/v2/resource_keys/${none}`],
        ['GET', `/v2/resource_instances/${other.id}/resource_keys`],
      ] as const) {
        expectResourceRefusal(await service().call(method, path, { token }), 404, 'RC-NotFound');
      }
      const listed = await service().call('GET', '/v2/resource_keys', { token });
      expect(listed.body).toMatchObject({ rows_count: 0, resources: [] });
    });

    it.each([
      [{ name: undefined }, /name/],
      [{ name: 'two\nlines' }, /name/],
      [{ source: undefined }, /source/],
      [{ role: 7 }, /role/],
      [{ parameters: { serviceid_crn: 7 } }, /serviceid_crn/],
    ])('when a body says %j, then it is refused', async (said, message) => {
      const json = { name: 'a key', source: other.id, ...said };
      const answer = await service().call('POST', '/v2/resource_keys', { token: await service().ownerToken(), json });

      expectResourceRefusal(answer, 400, 'RC-InvalidRequest', message);
    });

    it('when nobody is proven, then nothing is told', async () => {
      expectResourceRefusal(await service().call('GET', '/v2/resource_keys'), 401, 'RC-IamErrorResponse');
    });
  });
});
