import { beforeEach, describe, expect, it } from '@jest/globals';
import { API_KEYS } from '../../../src/api-keys/api-key.ts';
import { asOwner, givenKeyOf, givenServiceId } from '../../harness/given-credentials.ts';
import { expectIdentityRefusal } from '../../harness/identity-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}\+0000$/;
const ALWAYS = [
  ...['account_id', 'action_when_leaked', 'created_at', 'created_by', 'crn', 'disabled', 'entity_tag', 'iam_id', 'id'],
  ...['locked', 'modified_at', 'name', 'support_sessions'],
];

const fieldsOf = (body: object): string[] => Object.keys(body).sort();
const withFields = (...further: string[]): string[] => [...ALWAYS, ...further].sort();

describeOnEveryBackend('/v1/apikeys', (service) => {
  let ownerIamId: string;
  let accountId: string;

  beforeEach(async () => {
    const { body } = await asOwner(service(), 'GET', '/v1/apikeys');
    ownerIamId = body.apikeys[0].iam_id;
    accountId = body.apikeys[0].account_id;
  });

  const create = (json: object = {}, headers: Record<string, string> = {}) =>
    asOwner(service(), 'POST', '/v1/apikeys', { json: { name: 'ci', iam_id: ownerIamId, ...json }, headers });
  const read = async (id: string, query = '') => (await asOwner(service(), 'GET', `/v1/apikeys/${id}${query}`)).body;

  describe('POST', () => {
    it('when only what is needed is given, then the answer is 201 with the value, the defaults, and the tag as ETag', async () => {
      const made = await create();

      expect(made.status).toBe(201);
      expect(fieldsOf(made.body)).toEqual(withFields('apikey'));
      expect(made.body).toMatchObject({
        ...{ id: expect.stringMatching(/^ApiKey-[0-9a-f-]{36}$/), name: 'ci', account_id: accountId },
        ...{ iam_id: ownerIamId, created_by: ownerIamId, locked: false, disabled: false, support_sessions: false },
        ...{ action_when_leaked: 'disable', apikey: expect.stringMatching(/^lk_[A-Za-z0-9_]{40,}$/) },
        ...{ created_at: expect.stringMatching(DATE), modified_at: made.body.created_at },
        ...{ entity_tag: expect.stringMatching(/^1-[0-9a-f]{32}$/) },
        crn: `crn:v1:bluemix:public:iam-identity::a/${accountId}::apikey:${made.body.id}`,
      });
      expect(made.headers.get('etag')).toBe(made.body.entity_tag);
    });

    it('when everything is given, then everything is kept', async () => {
      const json = { description: 'nightly', support_sessions: true, action_when_leaked: 'delete' };
      const expires = { expires_at: '2049-01-02T18:30:00+0000', store_value: false, account_id: accountId };

      const made = await create({ ...json, ...expires }, { 'Entity-Lock': 'true', 'Entity-Disable': 'true' });

      expect(fieldsOf(made.body)).toEqual(withFields('apikey', 'description', 'expires_at'));
      expect(made.body).toMatchObject({ ...json, expires_at: '2049-01-02T18:30+0000', locked: true, disabled: true });
    });

    /** Mass assignment: a member that the caller may not choose must not reach the row. */
    it('when members are given that nobody may choose, then they are passed over', async () => {
      const hostile = {
        id: 'ApiKey-mine',
        generation: 99,
        digest: 'x',
        locked: true,
        created_by: 'IBMid-X',
        kind: 'x',
      };

      const { body } = await create(hostile);

      const stored = await service().store.read(API_KEYS).get(body.id);
      expect(stored).toMatchObject({ generation: 1, locked: false, createdBy: ownerIamId, kind: 'platform' });
      expect(await service().store.read(API_KEYS).get('ApiKey-mine')).toBeUndefined();
    });

    it.each([
      ['store_value for a user', { store_value: true }, 'parameter_invalid'],
      ['a value of its own choosing', { apikey: 'x'.repeat(40) }, 'parameter_invalid'],
      ['no name', { name: undefined }, 'parameter_missing'],
      ['an empty name', { name: '' }, 'parameter_missing'],
      ['a name of the wrong type', { name: 7 }, 'parameter_invalid'],
      ['a name of 256 characters', { name: 'n'.repeat(256) }, 'parameter_invalid'],
      ['no iam_id', { iam_id: undefined }, 'parameter_missing'],
      ['a description of 901 characters', { description: 'd'.repeat(901) }, 'parameter_invalid'],
      ['null for a description', { description: null }, 'parameter_invalid'],
      ['an unknown action_when_leaked', { action_when_leaked: 'explode' }, 'parameter_invalid'],
      ['a day that does not exist', { expires_at: '2049-02-30T00:00+0000' }, 'parameter_invalid'],
    ])('when it has %s, then it is refused with 400', async (_words, json, code) => {
      const token = await service().ownerToken();
      const body = { name: 'ci', iam_id: ownerIamId, ...json };

      expectIdentityRefusal(await service().call('POST', '/v1/apikeys', { token, json: body }), 400, code);
    });

    it('when a service ID is to have sessions, or a header is neither true nor false, then it is refused with 400', async () => {
      const { iamId, key } = await givenServiceId(service());
      const token = await service().ownerToken();
      const json = { name: 'ci', iam_id: iamId };
      const post = (sent: object) => service().call('POST', '/v1/apikeys', { token, json, ...sent });

      expectIdentityRefusal(await post({ json: { ...json, support_sessions: true } }), 400, 'parameter_invalid');
      const sent = { token, json: { support_sessions: true }, headers: { 'If-Match': '*' } };
      const changed = await service().call('PUT', `/v1/apikeys/${key.id}`, sent);
      expectIdentityRefusal(changed, 400, 'parameter_invalid');
      expectIdentityRefusal(await post({ headers: { 'Entity-Lock': 'perhaps' } }), 400, 'parameter_invalid');
    });

    it.each(['iam-ServiceId-00000000-0000-4000-8000-000000000000', 'constructor'])(
      'when the identity %s does not exist, then it is refused with 404',
      async (iamId) => {
        const token = await service().ownerToken();

        const refused = await service().call('POST', '/v1/apikeys', { token, json: { name: 'ci', iam_id: iamId } });

        expectIdentityRefusal(refused, 404, 'not_found');
      },
    );
  });

  describe('GET', () => {
    it('when a key is read, then its value is not there, and what is optional and absent is absent', async () => {
      const { body: made } = await create();

      const answer = await asOwner(service(), 'GET', `/v1/apikeys/${made.id}`);

      const { apikey: _shownOnce, ...rest } = made;
      expect(answer.body).toEqual(rest);
      expect(fieldsOf(answer.body)).toEqual(withFields());
      expect(answer.headers.get('etag')).toBe(made.entity_tag);
    });

    it('when only its head is asked for, then the tag is there and no body', async () => {
      const { body: made } = await create();

      const { status, text, headers } = await asOwner(service(), 'HEAD', `/v1/apikeys/${made.id}`);

      expect([status, text, headers.get('etag')]).toEqual([200, '', made.entity_tag]);
    });

    it('when it is named by its CRN, or with a slash behind, then it is the same key', async () => {
      const { body: made } = await create();

      const names = [encodeURIComponent(made.crn), made.crn.replace('/', '%2F'), `${made.id}/`, `${made.id}?`];
      const found = await Promise.all(names.map((name) => read(name)));

      expect(found.map(({ id }) => id)).toEqual(names.map(() => made.id));
    });

    it('when the CRN is of another kind or account, or the id cannot be one, then it is not found', async () => {
      const { body: made } = await create();
      const token = await service().ownerToken();
      const foreign = made.crn.replace(accountId, 'f'.repeat(32));
      const names = [
        made.crn.replace('apikey:', 'serviceid:'),
        foreign,
        'ApiKey-1',
        '__proto__',
        'a/../b',
        made.apikey,
      ];

      for (const name of names) {
        const refused = await service().call('GET', `/v1/apikeys/${encodeURIComponent(name)}`, { token });
        expectIdentityRefusal(refused, 404, 'not_found');
        expect(refused.text).not.toContain(name);
      }
    });

    it('when its history is asked for, then it tells every change, newest first, and by whom', async () => {
      const { body: made } = await create();
      for (const method of ['POST', 'DELETE']) {
        service().clock.pass(1);
        await asOwner(service(), method, `/v1/apikeys/${made.id}/lock`);
      }

      const { history } = await read(made.id, '?include_history=true');

      expect(history.map(({ action }: { action: string }) => action)).toEqual(['unlock', 'lock', 'create']);
      expect(history[0]).toEqual({
        ...{ timestamp: expect.stringMatching(DATE), iam_id: ownerIamId, iam_id_account: accountId },
        ...{ action: expect.any(String), params: [], message: expect.stringContaining(made.crn) },
      });
      expect(await read(made.id, '?include_history=false')).not.toHaveProperty('history');
    });

    it('when its activity is asked for, then exchanges are counted, and its entity tag stays', async () => {
      const { body: made } = await create();
      const before = await read(made.id, '?include_activity=true');
      await service().tokenOf(made.apikey);
      await service().tokenOf(made.apikey);
      await service().domains.recorder.flush();

      const after = await read(made.id, '?include_activity=true');

      expect(before.activity).toEqual({ authn_count: 0 });
      expect(after.activity).toEqual({ authn_count: 2, last_authn: expect.stringMatching(DATE) });
      expect(after.entity_tag).toBe(made.entity_tag);
    });
  });

  describe('given a key of a service ID with a stored value', () => {
    it('when it is read again, then the value is there, but in no list and in no row', async () => {
      const { iamId } = await givenServiceId(service());
      const { body: made } = await create({ iam_id: iamId, store_value: true });
      const details = { headers: { 'IAM-ApiKey': made.apikey } };

      const found = await asOwner(service(), 'GET', '/v1/apikeys/details', details);
      const listed = await asOwner(service(), 'GET', `/v1/apikeys?iam_id=${iamId}`);

      expect([(await read(made.id)).apikey, found.body.apikey]).toEqual([made.apikey, made.apikey]);
      expect(listed.text).not.toContain(made.apikey);
      expect(JSON.stringify(await service().store.read(API_KEYS).get(made.id))).not.toContain(made.apikey.slice(3, 19));
    });
  });

  describe('GET /v1/apikeys/details', () => {
    it('when the value is that of a key, then the key is told, without the value', async () => {
      const { iamId } = await givenServiceId(service());
      const key = await givenKeyOf(service(), iamId);
      const path = '/v1/apikeys/details?include_history=true';

      const found = await asOwner(service(), 'GET', path, { headers: { 'IAM-ApiKey': key.secret } });

      expect(fieldsOf(found.body)).toEqual(withFields('history'));
      expect(found.body.id).toBe(key.id);
      expect(found.headers.get('etag')).toBe(found.body.entity_tag);
    });

    /** Anything finer than "not found" would let a caller probe for values. */
    it('when the value is nearly right, malformed or absent, then nothing is told of what exists', async () => {
      const { body: made } = await create();
      const token = await service().ownerToken();
      const nearly = `${made.apikey.slice(0, -1)}${made.apikey.endsWith('A') ? 'B' : 'A'}`;
      const details = (value: string) =>
        service().call('GET', '/v1/apikeys/details', { token, headers: { 'IAM-ApiKey': value } });

      for (const value of [nearly, 'rubbish', `${made.apikey}, ${made.apikey}`]) {
        expectIdentityRefusal(await details(value), 404, 'not_found');
      }
      expectIdentityRefusal(await details(''), 400, 'parameter_missing');
    });
  });

  describe('DELETE', () => {
    it('when a key is deleted, then the answer is 204 without body or type, and the key is gone', async () => {
      const { body: made } = await create();

      const gone = await asOwner(service(), 'DELETE', `/v1/apikeys/${made.id}/`);

      expect([gone.status, gone.text, gone.headers.get('content-type')]).toEqual([204, '', null]);
      const token = await service().ownerToken();
      expectIdentityRefusal(await service().call('GET', `/v1/apikeys/${made.id}`, { token }), 404, 'not_found');
      expectIdentityRefusal(await service().call('DELETE', `/v1/apikeys/${made.id}`, { token }), 404, 'not_found');
    });
  });

  describe('lock and disable', () => {
    it.each([
      ['POST', 'lock', { locked: true, disabled: false }],
      ['POST', 'disable', { locked: false, disabled: true }],
      ['DELETE', 'lock', { locked: false, disabled: false }],
      ['DELETE', 'disable', { locked: false, disabled: false }],
    ])(
      'when %s …/%s comes, also twice and with an empty JSON body, then it is 204 and the key says so',
      async (method, verb, flags) => {
        const { body: made } = await create();
        const path = `/v1/apikeys/${made.id}/${verb}`;
        const headers = { 'Content-Type': 'application/json' };

        const answers = [
          await asOwner(service(), method, path, { headers }),
          await asOwner(service(), method, `${path}/`),
        ];

        for (const { status, text, headers: sent } of answers) {
          expect([status, text, sent.get('content-type')]).toEqual([204, '', null]);
        }
        expect(await read(made.id)).toMatchObject(flags);
      },
    );
  });
});
