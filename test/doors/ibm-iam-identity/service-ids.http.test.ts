import { beforeEach, describe, expect, it } from '@jest/globals';
import { SERVICE_IDS } from '../../../src/service-ids/service-id.ts';
import { asOwner, firstAccountId } from '../../harness/given-credentials.ts';
import { expectIdentityRefusal } from '../../harness/identity-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}\+0000$/;
const ALWAYS = ['account_id', 'created_at', 'crn', 'entity_tag', 'iam_id', 'id', 'locked', 'modified_at', 'name'];

const fieldsOf = (body: object): string[] => Object.keys(body).sort();
const withFields = (...further: string[]): string[] => [...ALWAYS, ...further].sort();

describeOnEveryBackend('/v1/serviceids', (service) => {
  let accountId: string;

  beforeEach(async () => {
    accountId = await firstAccountId(service());
  });

  const create = (json: object = {}, headers: Record<string, string> = {}) =>
    asOwner(service(), 'POST', '/v1/serviceids', { json: { name: 'builder', ...json }, headers });
  const read = async (id: string, query = '') => (await asOwner(service(), 'GET', `/v1/serviceids/${id}${query}`)).body;
  const send = async (method: string, path: string, sent: object = {}) =>
    service().call(method, path, { token: await service().ownerToken(), ...sent });

  describe('POST', () => {
    it('when only a name is given, also with a slash behind, then the answer is 201 with the defaults', async () => {
      const made = await asOwner(service(), 'POST', '/v1/serviceids/', { json: { name: 'b', account_id: accountId } });

      expect(made.status).toBe(201);
      expect(fieldsOf(made.body)).toEqual(withFields());
      expect(made.body).toMatchObject({
        ...{ id: expect.stringMatching(/^ServiceId-[0-9a-f-]{36}$/), iam_id: `iam-${made.body.id}`, name: 'b' },
        ...{ account_id: accountId, locked: false, entity_tag: expect.stringMatching(/^1-[0-9a-f]{32}$/) },
        ...{ created_at: expect.stringMatching(DATE), modified_at: made.body.created_at },
        crn: `crn:v1:bluemix:public:iam-identity::a/${accountId}::serviceid:${made.body.id}`,
      });
      expect(made.headers.get('etag')).toBe(made.body.entity_tag);
    });

    it('when everything and a key are given, then both are made, and the value stands in this answer alone', async () => {
      const json = { description: 'of the nightly build', unique_instance_crns: ['crn:v1:::logs:::::'] };
      const apikey = { name: 'first', description: 'its first', action_when_leaked: 'none', store_value: true };

      const { body } = await create(
        { ...json, apikey: { ...apikey, expires_at: '2049-01-02T18:30Z' } },
        { 'Entity-Lock': 'true' },
      );

      expect(fieldsOf(body)).toEqual(withFields('apikey', 'description', 'unique_instance_crns'));
      expect(body).toMatchObject({ ...json, locked: true });
      expect(body.apikey).toMatchObject({
        ...{ name: 'first', description: 'its first', action_when_leaked: 'none', expires_at: '2049-01-02T18:30+0000' },
        ...{ iam_id: body.iam_id, account_id: accountId, locked: false, apikey: expect.stringMatching(/^lk_/) },
      });
      const { apikey: _onlyNow, ...rest } = body;
      expect(await read(body.id)).toEqual(rest);
      expect((await asOwner(service(), 'GET', `/v1/apikeys/${body.apikey.id}`)).body).toEqual(body.apikey);
    });

    it('when its key cannot be made, then neither is the service ID', async () => {
      const name = `half ${Math.random()}`;

      const refused = await send('POST', '/v1/serviceids', { json: { name, apikey: { name: '' } } });

      expectIdentityRefusal(refused, 400, 'parameter_missing');
      const { body } = await asOwner(service(), 'GET', `/v1/serviceids?name=${encodeURIComponent(name)}`);
      expect(body.serviceids).toEqual([]);
    });

    it.each([
      ['no name', { name: undefined }, 'parameter_missing'],
      [
        'eleven instances',
        { unique_instance_crns: Array.from({ length: 11 }, () => 'crn:v1:::logs:::::') },
        'parameter_invalid',
      ],
      ['an instance that is no CRN', { unique_instance_crns: ['crn:v1:x'] }, 'parameter_invalid'],
      ['an instance with a line end', { unique_instance_crns: ['crn:v1:::logs:::::\n'] }, 'parameter_invalid'],
      ['one instance as text', { unique_instance_crns: 'crn:v1:::logs:::::' }, 'parameter_invalid'],
      ['a key with a value of its own', { apikey: { name: 'k', apikey: 'x'.repeat(40) } }, 'parameter_invalid'],
      ['a list for a key', { apikey: [] }, 'parameter_invalid'],
    ])('when it has %s, then it is refused with 400', async (_words, json, code) => {
      const refused = await send('POST', '/v1/serviceids', { json: { name: 'builder', ...json } });

      expectIdentityRefusal(refused, 400, code);
    });
  });

  describe('GET', () => {
    it('when it is named by its id or its CRN, with a slash or without, then it is the same service ID', async () => {
      const { body: made } = await create();
      const names = [made.id, `${made.id}/`, encodeURIComponent(made.crn), made.crn.replace('/', '%2F')];

      const found = await Promise.all(names.map((name) => read(name)));

      expect(found).toEqual(names.map(() => made));
    });

    it('when it is named by its iam id, by a CRN of a key, or by rubbish, then it is not found', async () => {
      const { body: made } = await create();

      for (const name of [made.iam_id, made.crn.replace('serviceid:', 'apikey:'), 'ServiceId-1', 'toString']) {
        const refused = await send('GET', `/v1/serviceids/${encodeURIComponent(name)}`);
        expectIdentityRefusal(refused, 404, 'not_found');
      }
    });

    it('when history and activity are asked for, then its changes and the exchanges of all its keys are told', async () => {
      const { body: made } = await create({ apikey: { name: 'first' } });
      await service().tokenOf(made.apikey.apikey);
      await service().domains.recorder.flush();

      const found = await read(made.id, '?include_history=true&include_activity=true');

      expect(fieldsOf(found)).toEqual(withFields('activity', 'history'));
      expect(found.history.map(({ action }: { action: string }) => action)).toEqual(['create']);
      expect(found.activity).toEqual({ authn_count: 1, last_authn: expect.stringMatching(DATE) });
    });

    it('when a name is asked for, then exactly those of this name are listed, in the envelope of a list', async () => {
      const name = `exact ${Math.random()}`;
      const { body: made } = await create({ name });
      await create({ name: `${name} not` });

      const { body } = await asOwner(service(), 'GET', `/v1/serviceids/?name=${encodeURIComponent(name)}&pagesize=5`);

      expect(body).toEqual({ offset: 0, limit: 5, first: expect.stringContaining('pagetoken='), serviceids: [made] });
    });
  });

  describe('PUT', () => {
    it('when single members are given, then only they change, and an empty description goes away', async () => {
      const { body: made } = await create({ description: 'old', unique_instance_crns: ['crn:v1:::logs:::::'] });
      const put = (json: object) =>
        asOwner(service(), 'PUT', `/v1/serviceids/${made.id}`, { json, headers: { 'If-Match': '*' } });

      const renamed = await put({ name: 'new' });
      const cleared = await put({ description: '', unique_instance_crns: [] });

      const changing = {
        entity_tag: expect.stringMatching(/^2-[0-9a-f]{32}$/),
        modified_at: expect.stringMatching(DATE),
      };
      expect(renamed.body).toEqual({ ...made, name: 'new', ...changing });
      expect(renamed.headers.get('etag')).toBe(renamed.body.entity_tag);
      expect(fieldsOf(cleared.body)).toEqual(withFields());
      expect(await read(made.id)).toEqual(cleared.body);
    });
  });

  describe('DELETE', () => {
    it('when it is deleted, then it answers 204 without a body, and it and its keys are gone at once', async () => {
      const { body: made } = await create({ apikey: { name: 'first' } });

      const gone = await asOwner(service(), 'DELETE', `/v1/serviceids/${encodeURIComponent(made.crn)}`);

      expect([gone.status, gone.text, gone.headers.get('content-type')]).toEqual([204, '', null]);
      for (const path of [`/v1/serviceids/${made.id}`, `/v1/apikeys/${made.apikey.id}`]) {
        expectIdentityRefusal(await send('GET', path), 404, 'not_found');
        expectIdentityRefusal(await send('DELETE', path), 404, 'not_found');
      }
      const late = await send('POST', '/v1/apikeys', { json: { name: 'late', iam_id: made.iam_id } });
      expectIdentityRefusal(late, 404, 'not_found');
      const details = { headers: { 'IAM-ApiKey': made.apikey.apikey } };
      expectIdentityRefusal(await send('GET', '/v1/apikeys/details', details), 404, 'not_found');
    });
  });

  describe('lock', () => {
    it('when it is locked and unlocked, then each answer is 204 without a body, and the service ID says so', async () => {
      const { body: made } = await create();
      const path = `/v1/serviceids/${made.id}/lock`;

      const locked = await asOwner(service(), 'POST', path, { headers: { 'Content-Type': 'application/json' } });
      const whileLocked = await read(made.id);
      const unlocked = await asOwner(service(), 'DELETE', `${path}/`);

      expect([locked.status, locked.text, unlocked.status, unlocked.text]).toEqual([204, '', 204, '']);
      expect([whileLocked.locked, (await read(made.id)).locked]).toEqual([true, false]);
    });
  });

  /** Mass assignment: the state of a service ID is not the caller's to choose. */
  it('given members that nobody may choose, when it is made, then they are passed over', async () => {
    const { body } = await create({ id: 'ServiceId-mine', iam_id: 'IBMid-X', state: 'deleted', generation: 9 });

    expect(await read(body.id)).toEqual(body);
    expect(body.iam_id).toBe(`iam-${body.id}`);
    expect(await service().store.read(SERVICE_IDS).get('ServiceId-mine')).toBeUndefined();
  });
});
