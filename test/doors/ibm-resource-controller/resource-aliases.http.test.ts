import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { defaultResourceGroup } from '../../../src/accounts/default-resource-group.ts';
import { AUDIT_EVENTS } from '../../../src/audit/audit-event.ts';
import { LOGS } from '../../../src/resource-catalog/definitions/logs.ts';
import { RESOURCE_ALIASES, type ResourceAlias } from '../../../src/resource-instances/resource-alias.ts';
import { MOST_ALIASES_OF_INSTANCE } from '../../../src/resource-instances/resource-aliases.ts';
import { insert, replace } from '../../../src/store/changes.ts';
import { nextEntityTag } from '../../../src/store/entity-tag.ts';
import { eventually } from '../../contract/eventually.ts';
import { givenServiceId } from '../../harness/given-credentials.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import { givenPolicy, is } from '../../harness/given-rights.ts';
import type { Answer, Sent } from '../../harness/http-call.ts';
import { expectResourceRefusal } from '../../harness/resource-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const ALIASES = '/v2/resource_aliases';
const INSTANCES = '/v2/resource_instances';
const SPACE = 'crn:v1:staging:public:bluemix:us-south:s/e1773b6e-17b4-40c8-b5ed-d2a1c4b620d7::cf-space:66c8b915';
const KEPT_SPACE = SPACE.replace(':bluemix:', ':cf:');
const [STANDARD, LITE] = LOGS.instances?.plans ?? [];

describeOnEveryBackend('/v2/resource_aliases', (service) => {
  let account: OtherAccount;
  let token: string;
  let instance: { guid: string; crn: string };
  beforeAll(async () => {
    account = await givenOtherAccount(service());
    token = await account.ownerToken();
    instance = await givenInstance();
  });

  const call = (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
    service().call(method, path, { token, ...sent });
  const provision = (accountId: string, sent: Sent = {}, planId = STANDARD?.id): Promise<Answer> =>
    call('POST', INSTANCES, {
      ...sent,
      json: {
        ...{ name: 'our lines', target: 'us-south', resource_plan_id: planId },
        resource_group: defaultResourceGroup(accountId).id,
      },
    });
  const givenInstance = async (planId = STANDARD?.id) => (await provision(account.accountId, {}, planId)).body;
  const made = (json: object): Promise<Answer> =>
    call('POST', ALIASES, { json: { name: 'alias', source: instance.guid, target: SPACE, ...json } });
  const givenAlias = async (source = instance.guid): Promise<{ guid: string; crn: string; name: string }> =>
    (await made({ name: `alias ${randomUUID()}`, source })).body;
  const guids = ({ body }: Answer): string[] => body.resources.map(({ guid }: { guid: string }) => guid);
  const actionsOn = async (id: string) => {
    const request = { equals: [account.accountId, id], limit: 10 };
    return (await service().store.read(AUDIT_EVENTS).page('byTarget', request)).rows.map(({ action }) => action);
  };

  describe('given an instance', () => {
    it('when an alias is made, read, renamed and deleted, then each answer is in the documented form', async () => {
      const answer = await made({ name: 'ours', source: instance.crn });
      const { guid, crn } = answer.body;
      const path = `${ALIASES}/${guid}`;
      const { iam_id: ownerIamId } = (await call('GET', '/latchkey/v1/me')).body;

      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({
        ...{
          id: crn,
          guid: expect.stringMatching(/^[0-9a-f-]{36}$/),
          crn: `${instance.crn.slice(0, -1)}resource-alias:${guid}`,
        },
        ...{ url: path, name: 'ours', state: 'active', migrated: false, account_id: account.accountId },
        ...{ created_at: expect.stringMatching(/Z$/), updated_at: answer.body.created_at, deleted_at: null },
        ...{ created_by: ownerIamId, updated_by: ownerIamId, deleted_by: '' },
        ...{ resource_instance_id: instance.crn, target_crn: KEPT_SPACE, region_instance_id: guid },
        region_instance_crn: `crn:v1:staging:public:cf:us-south:s/e1773b6e-17b4-40c8-b5ed-d2a1c4b620d7::cf-service-instance:${guid}`,
        resource_id: LOGS.instances?.catalogId,
        resource_group_id: defaultResourceGroup(account.accountId).id,
        resource_instance_url: `${INSTANCES}/${instance.guid}`,
        ...{ resource_bindings_url: `${path}/resource_bindings`, resource_keys_url: `${path}/resource_keys` },
      });
      expect((await call('GET', path)).body).toEqual(answer.body);
      expect((await call('GET', `${ALIASES}/${encodeURIComponent(crn)}`)).body).toEqual(answer.body);
      service().clock.pass(1);
      const renamed = await call('PATCH', path, { json: { name: 'theirs' } });
      expect(renamed.status).toBe(200);
      expect(renamed.body).toEqual({ ...answer.body, name: 'theirs', updated_at: renamed.body.updated_at });
      expect(await call('DELETE', path)).toMatchObject({ status: 204, text: '' });
      const removed = await call('GET', path);
      expect(removed.body).toEqual({
        ...renamed.body,
        ...{ state: 'removed', deleted_by: ownerIamId, deleted_at: removed.body.updated_at },
        updated_at: expect.any(String),
      });
      expectResourceRefusal(await call('DELETE', path), 410, 'RC-AlreadyDeleted');
      expectResourceRefusal(await call('PATCH', path, { json: { name: 'late' } }), 410, 'RC-AlreadyDeleted');
      expect(await actionsOn(guid)).toEqual([
        'resource-controller.alias.create',
        'resource-controller.alias.update',
        'resource-controller.alias.delete',
      ]);
    });

    it.each([
      ['an organisation', 'crn:v1:bluemix:public:bluemix:eu-gb:o/5e939cd5-6377-4383-b9e0-9db22cd11753::cf-space:one'],
      ['a service of another name', 'crn:v1:bluemix:dedicated:other:eu-gb:s/one::cf-space:two:three'],
    ])('when the target is of %s, then it is kept', async (_, target) => {
      const { status, body } = await made({ target });

      expect(status).toBe(201);
      expect(body.target_crn).toBe(target.replace(':public:bluemix:', ':public:cf:'));
    });

    it('when it is deleted, then its aliases are in the way, unless it is deleted with them', async () => {
      for (const plan of [STANDARD, LITE]) {
        const { guid } = await givenInstance(plan?.id);
        const [one, other] = [await givenAlias(guid), await givenAlias(guid)];

        expectResourceRefusal(await call('DELETE', `${INSTANCES}/${guid}`), 400, 'RC-HasDependents', /alias/);
        expect((await call('GET', `${ALIASES}/${one.guid}`)).body.state).toBe('active');
        expect((await call('DELETE', `${INSTANCES}/${guid}?recursive=true`)).status).toBe(204);

        for (const alias of [one, other]) {
          expect((await call('GET', `${ALIASES}/${alias.guid}`)).body.state).toBe('removed');
          expect(await actionsOn(alias.guid)).toEqual([
            'resource-controller.alias.create',
            'resource-controller.alias.delete',
          ]);
        }
        expectResourceRefusal(await made({ source: guid }), 410, 'RC-AlreadyDeleted');
        expect(guids(await call('GET', `${INSTANCES}/${guid}/resource_aliases`))).toEqual([]);
      }
    });

    /** Look, then delete: what is made in between would be an alias of nothing. */
    it('when it is deleted while aliases of it are made, then it is there, or none of them is', async () => {
      for (let round = 0; round < 5; round += 1) {
        const { guid } = await givenInstance(LITE?.id);

        const [deleted, ...answers] = await Promise.all([
          call('DELETE', `${INSTANCES}/${guid}${round % 2 === 0 ? '?recursive=true' : ''}`),
          ...Array.from({ length: 5 }, () => made({ source: guid })),
        ]);

        const left = guids(await call('GET', `${INSTANCES}/${guid}/resource_aliases`));
        const { state } = (await call('GET', `${INSTANCES}/${guid}`)).body;
        expect(answers.every(({ status }) => [201, 410, 409].includes(status))).toBe(true);
        if (deleted?.status === 204) expect({ state, left }).toEqual({ state: 'removed', left: [] });
        else expect({ state, left: left.length }).toEqual({ state: 'active', left: expect.any(Number) });
      }
    });

    it('when it has as many as it may, then another is refused', async () => {
      const { guid } = await givenInstance();
      const first = await service()
        .store.read(RESOURCE_ALIASES)
        .get((await givenAlias(guid)).guid);
      const rows = Array.from({ length: MOST_ALIASES_OF_INSTANCE - 1 }, () => ({ ...first, id: randomUUID() }));
      for (let from = 0; from < rows.length; from += 200) {
        // Safe: the first was just made.
        const changes = rows.slice(from, from + 200).map((row) => insert(RESOURCE_ALIASES, row as ResourceAlias));
        await service().store.commit(changes);
      }

      expectResourceRefusal(await made({ source: guid }), 409, 'RC-LimitReached');
    });
  });

  describe('given several aliases', () => {
    it('when they are listed page by page, then each is there once, and removed ones are not', async () => {
      const { guid } = await givenInstance();
      const all = [await givenAlias(guid), await givenAlias(guid), await givenAlias(guid)];
      const gone = await givenAlias(guid);
      await call('DELETE', `${ALIASES}/${gone.guid}`);
      const place = `${INSTANCES}/${guid}/resource_aliases`;

      const first = await call('GET', `${place}?limit=2&start=`);
      const second = await call('GET', first.body.next_url);

      expect(first.body.rows_count).toBe(2);
      expect(first.body.next_url).toContain(`${place}?limit=2&start=`);
      expect(second.body).toMatchObject({ rows_count: 1, next_url: null });
      expect([...guids(first), ...guids(second)].toSorted()).toEqual(all.map((alias) => alias.guid).toSorted());
    });

    it('when they are filtered, then only those asked for are there', async () => {
      const other = await givenInstance();
      const [one, two] = [await givenAlias(), await givenAlias(other.guid)];
      const { catalogId } = LOGS.instances ?? {};
      const group = defaultResourceGroup(account.accountId).id;
      const found = async (query: string) => guids(await call('GET', `${ALIASES}?${query}`));

      expect(await found(`guid=${one.guid}`)).toEqual([one.guid]);
      expect(await found(`guid=${encodeURIComponent(one.crn)}`)).toEqual([one.guid]);
      expect(await found(`region_instance_id=${one.guid}`)).toEqual([one.guid]);
      expect(await found(`name=${encodeURIComponent(two.name)}`)).toEqual([two.guid]);
      expect(await found(`resource_instance_id=${other.guid}`)).toEqual([two.guid]);
      expect(await found(`resource_instance_id=${encodeURIComponent(other.crn)}&name=none`)).toEqual([]);
      const all = `resource_id=${catalogId}&resource_group_id=${group}&updated_from=2000-01-01`;
      expect(await found(`${all}&resource_instance_id=${other.guid}`)).toEqual([two.guid]);
      for (const nothing of ['resource_id=none', 'resource_group_id=none', 'guid=none', 'updated_to=2000-01-01']) {
        expect(await found(nothing)).toEqual([]);
      }
    });
  });

  describe('given a request that is not right', () => {
    it.each([
      ['no name', { name: undefined }, 400],
      ['a name with a line end', { name: 'a\nb' }, 400],
      ['a name with a sign that names may not have', { name: 'a<b' }, 400],
      ['no target', { target: undefined }, 400],
      ['a target that is no CRN', { target: 'us-south' }, 400],
      ['a target with a control character', { target: `${SPACE}\u0000` }, 400],
      ['no source', { source: undefined }, 400],
    ])('when an alias with %s is made, then it is refused', async (_, json, status) => {
      expectResourceRefusal(await made(json), status, 'RC-InvalidRequest');
    });

    it('when its source is nothing, or of another account, then it is missing', async () => {
      const other = await givenOtherAccount(service());
      const theirs = (await provision(other.accountId, { token: await other.ownerToken() })).body;

      for (const source of ['none', randomUUID(), theirs.guid, theirs.crn, (await givenAlias()).crn]) {
        expectResourceRefusal(await made({ source }), 404, 'RC-NotFound');
      }
    });

    it('when it comes without a token, or from another account, then 401, or missing', async () => {
      const { guid, crn } = await givenAlias();
      const stranger = { token: await (await givenOtherAccount(service())).ownerToken() };

      expectResourceRefusal(await service().call('GET', ALIASES), 401, 'RC-IamErrorResponse');
      const notItsOwn = [crn.replace(instance.guid, randomUUID()), crn.replace('us-south', 'eu-de'), instance.crn];
      for (const wrong of notItsOwn) {
        expectResourceRefusal(await call('GET', `${ALIASES}/${encodeURIComponent(wrong)}`), 404, 'RC-NotFound');
      }
      for (const path of [`${ALIASES}/${guid}`, `${ALIASES}/${encodeURIComponent(crn)}`]) {
        expectResourceRefusal(await call('GET', path, stranger), 404, 'RC-NotFound');
        expectResourceRefusal(await call('PATCH', path, { ...stranger, json: { name: 'x' } }), 404, 'RC-NotFound');
        expectResourceRefusal(await call('DELETE', path, stranger), 404, 'RC-NotFound');
      }
      const ofInstance = `${INSTANCES}/${instance.guid}/resource_aliases`;
      expectResourceRefusal(await call('GET', ofInstance, stranger), 404, 'RC-NotFound');
      expect(guids(await call('GET', `${ALIASES}?guid=${guid}`, stranger))).toEqual([]);
    });
  });

  it('given somebody who may only view one instance, when they ask, then they see its aliases alone and change none', async () => {
    const { iamId: subject, key } = await givenServiceId(service());
    const asOwner = { token: await service().ownerToken() };
    const seen = (await provision(key.accountId, asOwner)).body;
    const hidden = (await provision(key.accountId, asOwner)).body;
    const aliasOf = async (source: string) =>
      (await call('POST', ALIASES, { ...asOwner, json: { name: subject, source, target: SPACE } })).body.guid;
    const [one, other] = [await aliasOf(seen.guid), await aliasOf(hidden.guid)];
    await givenPolicy(service(), {
      ...{ accountId: key.accountId, subject, roles: ['crn:v1:bluemix:public:iam::::role:Viewer'], service: 'logs' },
      conditions: [is('serviceInstance', seen.guid)],
    });
    const mine = { token: await service().tokenOf(key.secret) };

    expect(guids(await call('GET', `${ALIASES}?name=${subject}`, mine))).toEqual([one]);
    expect((await call('GET', `${ALIASES}/${one}`, mine)).status).toBe(200);
    const refused = [
      await call('GET', `${ALIASES}/${other}`, mine),
      await call('PATCH', `${ALIASES}/${one}`, { ...mine, json: { name: 'mine' } }),
      await call('DELETE', `${ALIASES}/${one}`, mine),
      await call('POST', ALIASES, { ...mine, json: { name: 'mine', source: seen.guid, target: SPACE } }),
    ];
    for (const answer of refused) expectResourceRefusal(answer, 403, 'RC-IamErrorResponse');
  });

  it('given deletions whose process ended halfway, when a moment passes, then they are finished, or as if not begun', async () => {
    const left = async (state: 'ending' | 'removing', gone: boolean): Promise<string> => {
      const { guid } = await givenAlias();
      const row = await service().store.read(RESOURCE_ALIASES).get(guid);
      if (row === undefined) throw new Error('there is no such alias');
      const modifiedAt = service().clock.now() - 60_000;
      const after = { ...row, state, gone, modifiedAt, entityTag: nextEntityTag(row.entityTag) };
      await service().store.commit([replace(RESOURCE_ALIASES, after, row.entityTag)]);
      return guid;
    };
    const [ending, removing] = [await left('ending', false), await left('removing', true)];
    const stateOf = async (guid: string) => (await service().store.read(RESOURCE_ALIASES).get(guid))?.state;

    await eventually(async () => {
      expect([await stateOf(ending), await stateOf(removing)]).toEqual(['active', 'removed']);
    }, 6_000);
  });
});
