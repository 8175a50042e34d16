import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { defaultResourceGroup } from '../../../src/accounts/default-resource-group.ts';
import { AUDIT_EVENTS } from '../../../src/audit/audit-event.ts';
import { RESOURCE_INSTANCES } from '../../../src/resource-instances/resource-instance.ts';
import { MOST_PLAN_CHANGES } from '../../../src/resource-instances/resource-instances.ts';
import { insert } from '../../../src/store/changes.ts';
import { newInstance } from '../../harness/given-instance.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import type { Answer, Sent } from '../../harness/http-call.ts';
import { askForInstance, type ChosenInstance, planId, provision } from '../../harness/provision.ts';
import { expectResourceRefusal } from '../../harness/resource-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const PATH = '/v2/resource_instances';
const NOBODY = randomUUID();

describeOnEveryBackend('/v2/resource_instances', (service) => {
  let account: OtherAccount;
  let token: string;
  beforeAll(async () => {
    account = await givenOtherAccount(service());
    token = await account.ownerToken();
  });

  const call = (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
    service().call(method, path, { token, ...sent });
  const chosen = (more: Partial<ChosenInstance> = {}): ChosenInstance => ({
    ...{ token, accountId: account.accountId, ...more },
  });
  const given = (more: Partial<ChosenInstance> = {}) => provision(service(), chosen(more));
  const asked = (json: object, more: Partial<ChosenInstance> = {}) =>
    askForInstance(service(), chosen({ json, ...more }));
  const namesOf = ({ body }: Answer): string[] => body.resources.map(({ name }: { name: string }) => name);
  const actionsOn = async (guid: string): Promise<readonly string[]> => {
    const request = { equals: [account.accountId, guid], limit: 100 };
    const { rows } = await service().store.read(AUDIT_EVENTS).page('byTarget', request);
    return rows.map(({ action }) => action);
  };

  describe('given a plan, a region and a resource group', () => {
    it('when an instance is made, then every field of it is there, by GUID and by CRN, and its making is recorded', async () => {
      const parameters = { retention: 7, nested: { $where: ['a.b'] }, onetime_credentials: true };
      const instance = await given({ json: { parameters, tags: ['team:a'], allow_cleanup: true } });

      const { accountId, ownerIamId } = account;
      const crn = `crn:v1:bluemix:public:logs:us-south:a/${accountId}:${instance.guid}::`;
      const resourceGroup = defaultResourceGroup(accountId).id;
      const plan = planId('logs', false);
      const url = `${PATH}/${instance.guid}`;
      expect(instance).toEqual({
        ...{ id: crn, guid: instance.guid, url, crn, account_id: accountId, name: 'our lines', region_id: 'us-south' },
        ...{ created_at: expect.stringMatching(/^\d{4}-.*Z$/), updated_at: instance.created_at, deleted_at: null },
        ...{ created_by: ownerIamId, updated_by: ownerIamId, deleted_by: '' },
        ...{ scheduled_reclaim_at: null, scheduled_reclaim_by: '', restored_at: null, restored_by: '' },
        ...{ reseller_channel_id: '', resource_plan_id: plan, resource_group_id: resourceGroup },
        resource_group_crn: `crn:v1:bluemix:public:resource-controller::a/${accountId}::resource-group:${resourceGroup}`,
        target_crn: `crn:v1:bluemix:public:globalcatalog::::deployment:${plan}%3Aus-south`,
        ...{ onetime_credentials: true, parameters, allow_cleanup: true, state: 'active', locked: false },
        ...{ type: 'service_instance', sub_type: '', resource_id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
        ...{ dashboard_url: null, migrated: false, extensions: {}, controlled_by: '' },
        last_operation: {
          ...{ type: 'create', state: 'succeeded', async: false, cancelable: false, poll: false },
          description: 'Completed create instance operation',
        },
        resource_aliases_url: `${url}/resource_aliases`,
        resource_bindings_url: `${url}/resource_bindings`,
        resource_keys_url: `${url}/resource_keys`,
        plan_history: [{ resource_plan_id: plan, start_date: instance.created_at, requestor_id: ownerIamId }],
      });
      expect((await call('GET', `${PATH}/${instance.guid}`)).body).toEqual(instance);
      expect((await call('GET', `${PATH}/${encodeURIComponent(crn)}`)).body).toEqual(instance);
      expect(await actionsOn(instance.guid)).toEqual(['resource-controller.instance.create']);
    });

    it('when the target is a deployment, or the group a CRN, then they are understood', async () => {
      const first = await given({ headers: { 'Entity-Lock': 'true' } });

      const second = await given({ json: { target: first.target_crn, resource_group: first.resource_group_crn } });
      const third = await given({ json: { target: 'bluemix-us-south' } });

      expect(first).toMatchObject({ locked: true });
      expect(second).toMatchObject({ region_id: 'us-south', resource_group_id: first.resource_group_id });
      expect(third).toMatchObject({ region_id: 'us-south' });
    });

    it.each([
      ['no plan', { resource_plan_id: NOBODY }, 400, /resource_plan_id.*no plan/],
      ['no region of the plan', { target: 'moon-north' }, 400, /target.*us-south/],
      ['a name with a slash', { name: 'a/b' }, 400, /name/],
      ['a name with a control character', { name: 'a\u0085b' }, 400, /name/],
      ['a name that is too long', { name: 'n'.repeat(181) }, 400, /name.*180/],
      ['no name', { name: undefined }, 400, /name.*missing/],
      ['parameters that are too long', { parameters: { a: 'b'.repeat(16_384) } }, 400, /parameters.*16384/],
      ['parameters that are a list', { parameters: [] }, 400, /parameters/],
      ['one-time credentials that are a text', { parameters: { onetime_credentials: 'yes' } }, 400, /onetime/],
      ['a tag with a line end', { tags: ['a\nb'] }, 400, /tags/],
      ['no group of the account', { resource_group: 'f'.repeat(32) }, 404, /resource group/],
    ])('when it names %s, then it is refused, and nothing is made', async (_what, json, status, message) => {
      const name = `refused ${randomUUID()}`;

      const answer = await asked({ name, ...json });

      expectResourceRefusal(answer, status, status === 404 ? 'RC-NotFound' : 'RC-InvalidRequest', message);
      expect((await call('GET', `${PATH}?name=${encodeURIComponent(name)}`)).body.rows_count).toBe(0);
    });
  });

  describe('given instances of several kinds', () => {
    it('when they are listed by each filter, then those come that are so, and no deleted one', async () => {
      const { accountId, ownerToken } = await givenOtherAccount(service());
      const owner = { accountId, token: await ownerToken() };
      const lines = await given({ ...owner, json: { name: 'lines' } });
      const eu = await given({
        ...owner,
        service: 'generic-service',
        reclaims: true,
        json: { name: 'eu', target: 'eu-de' },
      });
      const gone = await given({ ...owner, json: { name: 'gone' } });
      await call('DELETE', `${PATH}/${gone.guid}`, owner);
      const listed = async (query: string) => namesOf(await call('GET', `${PATH}?${query}`, owner)).sort();
      const day = lines.created_at.slice(0, 10);

      expect(await listed('')).toEqual(['eu', 'lines']);
      expect(await listed(`guid=${lines.guid}`)).toEqual(['lines']);
      expect(await listed(`guid=${encodeURIComponent(lines.crn)}`)).toEqual(['lines']);
      expect(await listed(`guid=${NOBODY}`)).toEqual([]);
      expect(await listed('name=eu')).toEqual(['eu']);
      expect(await listed(`resource_group_id=${lines.resource_group_id}`)).toEqual(['eu', 'lines']);
      expect(await listed('resource_group_id=none')).toEqual([]);
      expect(await listed(`resource_id=${eu.resource_id}`)).toEqual(['eu']);
      expect(await listed('resource_id=none')).toEqual([]);
      expect(await listed(`resource_plan_id=${lines.resource_plan_id}`)).toEqual(['lines']);
      expect(await listed('type=service_instance')).toEqual(['eu', 'lines']);
      expect(await listed('type=other')).toEqual([]);
      expect(await listed('sub_type=other')).toEqual([]);
      expect(await listed('state=active&start=')).toEqual(['eu', 'lines']);
      expect(await listed('state=removed')).toEqual(['gone']);
      expect(await listed('state=inactive')).toEqual([]);
      expect(await listed(`updated_from=${day}&updated_to=${day}`)).toEqual(['eu', 'lines']);
      expect(await listed(`updated_from=${eu.updated_at}&updated_to=${eu.updated_at}`)).toContain('eu');
      expect(await listed('updated_to=2020-01-01')).toEqual([]);
      expectResourceRefusal(await call('GET', `${PATH}?updated_from=2026-02-30`), 400, 'RC-InvalidRequest');
      expectResourceRefusal(await call('GET', `${PATH}?state=asleep`), 400, 'RC-InvalidRequest');
    });

    it('when they are listed page by page, then each comes once; a limit over 100 is 100', async () => {
      const { accountId, ownerToken } = await givenOtherAccount(service());
      const owner = { accountId, token: await ownerToken() };
      for (const name of ['a', 'b', 'c']) await given({ ...owner, json: { name } });

      const first = await call('GET', `${PATH}?limit=2&state=active`, owner);
      const last = await call('GET', first.body.next_url, owner);
      const all = await call('GET', `${PATH}?limit=200`, owner);
      const start = new URLSearchParams(first.body.next_url.split('?')[1]).get('start');

      expect(first.body).toMatchObject({
        rows_count: 2,
        next_url: expect.stringMatching(/^\/v2\/resource_instances\?/),
      });
      expect(last.body).toMatchObject({ rows_count: 1, next_url: null });
      expect([...namesOf(first), ...namesOf(last)]).toEqual(['a', 'b', 'c']);
      expect(all.body).toMatchObject({ rows_count: 3, next_url: null });
      // A page token of one account must open nothing of another.
      expectResourceRefusal(await call('GET', `${PATH}?limit=2&state=active&start=${start}`), 400, 'RC-InvalidRequest');
      expectResourceRefusal(await call('GET', `${PATH}?limit=0`), 400, 'RC-InvalidRequest', /limit/);
    });
  });

  describe('given an instance', () => {
    it('when it is changed, then what was sent is new, the rest stays, and the plans that it had are kept', async () => {
      const before = await given({ json: { parameters: { a: 1 }, allow_cleanup: true } });
      const path = `${PATH}/${encodeURIComponent(before.crn)}`;

      const renamed = await call('PATCH', path, { json: { name: 'ünïcode 名前' } });
      const json = { resource_plan_id: planId('logs', true), parameters: { b: 2, onetime_credentials: true } };
      const moved = await call('PATCH', path, { json });

      expect(renamed).toMatchObject({ status: 200, body: { name: 'ünïcode 名前', parameters: { a: 1 } } });
      expect(renamed.body.last_operation).toMatchObject({ type: 'update', sub_type: 'config', state: 'succeeded' });
      expect(moved.body).toMatchObject({
        ...json,
        name: 'ünïcode 名前',
        onetime_credentials: true,
        allow_cleanup: true,
      });
      expect(moved.body.plan_history.map((phase: Record<string, unknown>) => phase['resource_plan_id'])).toEqual([
        planId('logs', false),
        planId('logs', true),
      ]);
      expect((await call('GET', path)).body).toEqual(moved.body);
      expect(await actionsOn(before.guid)).toContain('resource-controller.instance.update');
    });

    it.each([
      ['a plan of another service', { resource_plan_id: planId('generic-service', false) }, 'RC-InvalidRequest', 400],
      ['no plan', { resource_plan_id: NOBODY }, 'RC-InvalidRequest', 400],
      ['a name that is none', { name: '' }, 'RC-InvalidRequest', 400],
    ])('when it is changed to %s, then it is refused and unchanged', async (_what, json, code, status) => {
      const before = await given();

      const answer = await call('PATCH', `${PATH}/${before.guid}`, { json: { allow_cleanup: true, ...json } });

      expectResourceRefusal(answer, status, code);
      expect((await call('GET', `${PATH}/${before.guid}`)).body).toEqual(before);
    });

    it('when its plan was changed as often as may be, then the next change of it is refused', async () => {
      const phase = { planId: planId('logs', true), startedAt: 1, startedBy: 'IBMid-1' };
      const planHistory = Array.from({ length: MOST_PLAN_CHANGES + 1 }, () => phase);
      const row = newInstance({ accountId: account.accountId, service: 'logs', planId: phase.planId, planHistory });
      await service().store.commit([insert(RESOURCE_INSTANCES, row)]);

      const answer = await call('PATCH', `${PATH}/${row.id}`, { json: { resource_plan_id: planId('logs', false) } });

      expectResourceRefusal(answer, 409, 'RC-LimitReached', /100 times/);
    });

    it('when it is locked, then it is neither changed nor deleted until it is unlocked', async () => {
      const { guid } = await given();
      const path = `${PATH}/${guid}`;

      const locked = await call('POST', `${path}/lock`, { headers: { 'Content-Type': 'application/json' } });
      const changed = await call('PATCH', path, { json: { name: 'other' } });
      const deleted = await call('DELETE', `${path}?recursive=true`);
      const unlocked = await call('DELETE', `${path}/lock`);

      expect(locked).toMatchObject({ status: 200, body: { locked: true, last_operation: { type: 'lock' } } });
      expectResourceRefusal(changed, 422, 'RC-Locked');
      expectResourceRefusal(deleted, 422, 'RC-Locked');
      expect(unlocked).toMatchObject({ status: 200, body: { locked: false, last_operation: { type: 'unlock' } } });
      expect((await call('PATCH', path, { json: { name: 'other' } })).body).toMatchObject({ name: 'other' });
    });

    it('when its last operation is canceled, then it says that there is nothing to cancel', async () => {
      const { guid } = await given();

      expectResourceRefusal(await call('DELETE', `${PATH}/${guid}/last_operation`), 409, 'RC-Conflict', /has ended/);
    });

    it('when recursive is no truth value, then it is refused and there', async () => {
      const instance = await given();

      expectResourceRefusal(await call('DELETE', `${PATH}/${instance.guid}?recursive=yes`), 400, 'RC-InvalidRequest');
      expect((await call('GET', `${PATH}/${instance.guid}`)).body).toEqual(instance);
    });

    it('when ten delete it at once, then one does, and the others hear that it is gone', async () => {
      const { guid } = await given();

      const answers = await Promise.all(Array.from({ length: 10 }, () => call('DELETE', `${PATH}/${guid}`)));

      expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array.from({ length: 9 }, () => 410)]);
    });
  });
});
