import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { AUDIT_EVENTS } from '../../../src/audit/audit-event.ts';
import { RESOURCE_GROUPS } from '../../../src/resource-groups/resource-group.ts';
import { MOST_RESOURCE_GROUPS } from '../../../src/resource-groups/resource-groups.ts';
import { insert } from '../../../src/store/changes.ts';
import { firstEntityTag } from '../../../src/store/entity-tag.ts';
import { givenServiceId } from '../../harness/given-credentials.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import { givenPolicy, is } from '../../harness/given-rights.ts';
import type { Answer, Sent } from '../../harness/http-call.ts';
import { expectResourceRefusal } from '../../harness/resource-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const PATH = '/v2/resource_groups';
const VIEWER = 'crn:v1:bluemix:public:iam::::role:Viewer';
const EDITOR = 'crn:v1:bluemix:public:iam::::role:Editor';

describeOnEveryBackend('/v2/resource_groups, /v2/quota_definitions', (service) => {
  let account: OtherAccount;
  let token: string;
  beforeAll(async () => {
    account = await givenOtherAccount(service());
    token = await account.ownerToken();
  });

  const call = (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
    service().call(method, path, { token, ...sent });
  const made = (json: object): Promise<Answer> => call('POST', PATH, { json });
  const givenGroup = async (): Promise<string> => (await made({ name: `group ${randomUUID()}` })).body.id;
  const listed = async (query = '', sent: Sent = {}) =>
    (await call('GET', `${PATH}${query}`, sent)).body.resources as { id: string; name: string; default: boolean }[];
  const me = async (asked: string) =>
    (await service().call('GET', '/latchkey/v1/me', { token: asked })).body.accounts[0].resource_groups;

  describe('given an account in which nobody has made any', () => {
    it('when its groups are listed, then there is the default one, which cannot be deleted but renamed', async () => {
      const other = await givenOtherAccount(service());
      const asOther = { token: await other.ownerToken() };
      const [group, ...more] = await listed('', asOther);
      const path = `${PATH}/${group?.id}`;

      const deleted = await call('DELETE', path, asOther);
      const renamed = await call('PATCH', path, { ...asOther, json: { name: 'production' } });

      expect(more).toEqual([]);
      expect(group).toMatchObject({ name: 'default', default: true, state: 'ACTIVE', account_id: other.accountId });
      expectResourceRefusal(deleted, 400, 'RC-HasDependents', /default resource group/);
      expect(renamed).toMatchObject({
        status: 200,
        body: { ...group, name: 'production', updated_at: expect.any(String) },
      });
      expect((await call('GET', path, asOther)).body).toEqual(renamed.body);
      expect(await listed('', asOther)).toEqual([renamed.body]);
      expect(await listed('?default=true', asOther)).toEqual([renamed.body]);
      expect(await listed('?default=false', asOther)).toEqual([]);
      expect(await me(asOther.token)).toEqual([{ id: group?.id, name: 'production', default: true }]);
      expectResourceRefusal(await call('DELETE', path, asOther), 400, 'RC-HasDependents');
      // A group that somebody else calls `default` would be taken for the one that each account has.
      for (const name of ['Default', ' default', 'de\u200bfault', 'ｄｅｆａｕｌｔ']) {
        expectResourceRefusal(await call('POST', PATH, { ...asOther, json: { name } }), 409, 'RC-Conflict');
      }
    });

    it('when the default group is changed by several at once for the first time, then each change is there', async () => {
      const other = await givenOtherAccount(service());
      const asOther = { token: await other.ownerToken() };
      const [group] = await listed('', asOther);
      const changes = [{ name: 'a' }, { state: 'SUSPENDED' }, { state: 'SUSPENDED' }, { name: 'a' }];

      const answers = await Promise.all(
        changes.map((json) => call('PATCH', `${PATH}/${group?.id}`, { ...asOther, json })),
      );

      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      expect(await listed('', asOther)).toMatchObject([
        { id: group?.id, name: 'a', state: 'SUSPENDED', default: true },
      ]);
    });
  });

  describe('given a group', () => {
    it('when it is made, read by id and CRN, listed, changed and deleted, then each answer is in the documented form', async () => {
      const answer = await made({ name: 'build', account_id: account.accountId });
      const { id, crn } = answer.body;
      const path = `${PATH}/${id}`;
      const read = await call('GET', path);

      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        crn: `crn:v1:bluemix:public:resource-controller::a/${account.accountId}::resource-group:${id}`,
      });
      expect(read.body).toEqual({
        ...{ id, crn, account_id: account.accountId, name: 'build', state: 'ACTIVE', default: false },
        quota_id: expect.any(String),
        quota_url: `/v2/quota_definitions/${read.body.quota_id}`,
        payment_methods_url: `${path}/payment_methods`,
        resource_linkages: [],
        teams_url: `${path}/teams`,
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[0-9:.]+Z$/),
        updated_at: read.body.created_at,
      });
      expect((await call('GET', `${PATH}/${encodeURIComponent(crn)}`)).body).toEqual(read.body);
      expect(await listed(`?name=build&account_id=${account.accountId}&date=2026-11`)).toEqual([read.body]);
      expect(await me(token)).toContainEqual({ id, name: 'build', default: false });
      service().clock.pass(1);
      const changed = await call('PATCH', path, { json: { name: 'builders', state: 'SUSPENDED' } });
      expect(changed.status).toBe(200);
      expect(changed.body).toEqual({
        ...{ ...read.body, name: 'builders', state: 'SUSPENDED' },
        updated_at: expect.not.stringMatching(read.body.updated_at),
      });
      expect(await call('DELETE', path)).toMatchObject({ status: 204, text: '' });
      expectResourceRefusal(await call('GET', path), 404, 'RC-NotFound');
      expectResourceRefusal(await call('PATCH', path, { json: { state: 'ACTIVE' } }), 404, 'RC-NotFound');
      expectResourceRefusal(await call('DELETE', path), 404, 'RC-NotFound');
      const { rows } = await service()
        .store.read(AUDIT_EVENTS)
        .page('byTarget', {
          ...{ equals: [account.accountId, id], limit: 10 },
        });
      expect(rows.map(({ action }) => action)).toEqual([
        'resource-controller.group.create',
        'resource-controller.group.update',
        'resource-controller.group.delete',
      ]);
    });

    it('when it is deleted, then only who asks for deleted ones sees it, and its name is free', async () => {
      const { id } = (await made({ name: 'short-lived' })).body;
      await call('DELETE', `${PATH}/${id}`);
      const month = new Date(service().clock.now()).toISOString().slice(0, 7);

      const again = await made({ name: 'short-lived' });

      expect(again.status).toBe(201);
      expect((await listed()).map((group) => group.id)).not.toContain(id);
      const all = await listed('?include_deleted=true&name=short-lived');
      expect(all).toMatchObject([{ id, state: 'DELETED' }, { id: again.body.id }]);
      expect(await listed(`?include_deleted=true&name=short-lived&date=${month}`)).toEqual(all);
      expect(await listed('?include_deleted=true&name=short-lived&date=9999-01')).toMatchObject([
        { id: again.body.id },
      ]);
    });

    it('when another is given its name, in other letters, then that is refused and nothing is changed', async () => {
      await made({ name: 'Reserved' });
      const id = await givenGroup();
      const before = await listed();

      expectResourceRefusal(await made({ name: 'reserved' }), 409, 'RC-Conflict');
      expectResourceRefusal(await call('PATCH', `${PATH}/${id}`, { json: { name: 'RESERVED' } }), 409, 'RC-Conflict');
      expectResourceRefusal(await call('PATCH', `${PATH}/${id}`, { json: { name: 'default' } }), 409, 'RC-Conflict');
      expect(await listed()).toEqual(before);
    });
  });

  describe('given somebody of another account', () => {
    it('when they ask for a group, the list or a new one, then it is missing, or refused', async () => {
      const path = `${PATH}/${await givenGroup()}`;
      const stranger = { token: await (await givenOtherAccount(service())).ownerToken() };
      const asked = [
        await call('GET', path, stranger),
        await call('PATCH', path, { ...stranger, json: { name: 'mine' } }),
        await call('DELETE', path, stranger),
      ];

      for (const answer of asked) expectResourceRefusal(answer, 404, 'RC-NotFound');
      const place = `${PATH}?account_id=${account.accountId}`;
      expectResourceRefusal(await call('GET', place, stranger), 403, 'RC-IamErrorResponse');
      const json = { name: 'theirs', account_id: account.accountId };
      expectResourceRefusal(await call('POST', PATH, { ...stranger, json }), 403, 'RC-IamErrorResponse');
    });
  });

  describe('given somebody with a role on one group', () => {
    it('when they list, read and change, then only that group is there, and only what the role says is done', async () => {
      const { iamId: subject, key } = await givenServiceId(service());
      const accountId = key.accountId;
      const asOwner = { token: await service().ownerToken() };
      const one = (await call('POST', PATH, { ...asOwner, json: { name: `one ${subject}` } })).body.id;
      const hidden = (await call('POST', PATH, { ...asOwner, json: { name: `hidden ${subject}` } })).body.id;
      const conditions = [is('resourceType', 'resource-group'), is('resource', one)];
      const policy = { accountId, subject, service: 'resource-controller', conditions };
      await givenPolicy(service(), { ...policy, roles: [VIEWER] });
      const mine = { token: await service().tokenOf(key.secret) };
      const json = { name: `other ${subject}` };

      const refused = [
        await call('GET', `${PATH}/${hidden}`, mine),
        await call('PATCH', `${PATH}/${one}`, { ...mine, json }),
        await call('DELETE', `${PATH}/${one}`, mine),
        await call('POST', PATH, { ...mine, json }),
      ];

      for (const answer of refused) expectResourceRefusal(answer, 403, 'RC-IamErrorResponse');
      expect((await listed('', mine)).map(({ id }) => id)).toEqual([one]);
      const known: { id: string; default: boolean }[] = await me(mine.token);
      expect(known.map((group) => group.default || group.id)).toEqual([true, one]);
      expect((await call('GET', `${PATH}/${one}`, mine)).status).toBe(200);
      await givenPolicy(service(), { ...policy, roles: [EDITOR] });
      expect(await call('PATCH', `${PATH}/${one}`, { ...mine, json })).toMatchObject({ status: 200, body: json });
      expect((await call('DELETE', `${PATH}/${one}`, mine)).status).toBe(204);
    });
  });

  describe('given a request that is not right', () => {
    it.each([
      ['no name', {}],
      ['an empty name', { name: '' }],
      ['a name of 181 letters', { name: 'x'.repeat(181) }],
      ['a line end in the name', { name: 'a\nb' }],
      ['a name that is no text', { name: 7 }],
    ])('when %s is sent, then it is refused', async (_, json) => {
      expectResourceRefusal(await made(json), 400, 'RC-InvalidRequest');
    });

    it('when a state, flag or month is none, then it is refused', async () => {
      const path = `${PATH}/${await givenGroup()}`;

      expectResourceRefusal(await call('PATCH', path, { json: { state: 'DELETED' } }), 400, 'RC-InvalidRequest');
      for (const query of ['default=maybe', 'include_deleted=1', 'date=2026-13', 'name=a&name=b']) {
        expectResourceRefusal(await call('GET', `${PATH}?${query}`), 400, 'RC-InvalidRequest');
      }
    });

    it('when it comes without a token, then 401; when nothing is there, then 404', async () => {
      const nobody = await service().call('GET', PATH);

      expectResourceRefusal(nobody, 401, 'RC-IamErrorResponse');
      expectResourceRefusal(await call('GET', `${PATH}/${'0'.repeat(32)}`), 404, 'RC-NotFound');
      expectResourceRefusal(await call('GET', `${PATH}/${encodeURIComponent('crn:v1:x')}`), 404, 'RC-NotFound');
    });

    it('when an account has as many as it may, then another is refused', async () => {
      const full = await givenOtherAccount(service());
      const asFull = { token: await full.ownerToken() };
      const rows = Array.from({ length: MOST_RESOURCE_GROUPS }, (_, n) => ({
        ...{ id: randomUUID().replaceAll('-', ''), entityTag: firstEntityTag(), accountId: full.accountId },
        ...{ name: `g${n}`, takenName: `g${n}`, state: 'active' as const, ending: false, gone: false },
        ...{ createdAt: service().clock.now(), createdBy: full.ownerIamId, modifiedAt: service().clock.now() },
      }));
      for (let from = 0; from < rows.length; from += 200) {
        await service().store.commit(rows.slice(from, from + 200).map((row) => insert(RESOURCE_GROUPS, row)));
      }

      const answer = await call('POST', PATH, { ...asFull, json: { name: 'one more' } });

      expectResourceRefusal(answer, 409, 'RC-LimitReached');
      expect(await listed('', asFull)).toHaveLength(MOST_RESOURCE_GROUPS + 1);
    });
  });

  it('GET /v2/quota_definitions: given anybody with a token, when they are listed and read, then each has every field', async () => {
    const { key } = await givenServiceId(service());
    const anybody = { token: await service().tokenOf(key.secret) };
    const quotas = (path: string) => call('GET', `/v2/quota_definitions${path}`, anybody);

    const { status, body } = await quotas('');

    expect(status).toBe(200);
    expect(body.resources.map(({ name }: { name: string }) => name)).toEqual(['Trial Quota', 'Pay-as-you-go Quota']);
    for (const quota of body.resources) {
      expect(quota).toEqual({
        ...{ id: expect.any(String), name: expect.any(String), type: expect.any(String) },
        ...{ number_of_apps: expect.any(Number), number_of_service_instances: expect.any(Number) },
        ...{ default_number_of_instances_per_lite_plan: expect.any(Number), instances_per_app: expect.any(Number) },
        ...{ instance_memory: expect.any(String), total_app_memory: expect.any(String), vsi_limit: expect.any(Number) },
        resource_quotas: expect.arrayContaining([
          {
            ...{ _id: expect.any(String), resource_id: expect.any(String), limit: expect.any(Number) },
            crn: 'crn:v1:bluemix:public:logs:::::',
          },
        ]),
        ...{ created_at: expect.any(String), updated_at: expect.any(String) },
      });
      expect((await quotas(`/${quota.id}`)).body).toEqual(quota);
    }
    expectResourceRefusal(await quotas('/none'), 404, 'RC-NotFound');
    expectResourceRefusal(await service().call('GET', '/v2/quota_definitions'), 401, 'RC-IamErrorResponse');
  });
});
