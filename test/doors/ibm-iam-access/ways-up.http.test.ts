import { beforeAll, describe, expect, it } from '@jest/globals';
import { firstAccountId, type GivenServiceId, givenServiceId } from '../../harness/given-credentials.ts';
import { givenGroup, givenPolicy, is } from '../../harness/given-rights.ts';
import type { Answer, Sent } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const EDITOR = 'crn:v1:bluemix:public:iam::::role:Editor';
const ADMINISTRATOR = 'crn:v1:bluemix:public:iam::::role:Administrator';
const VIEWER = 'crn:v1:bluemix:public:iam::::role:Viewer';
const READER = 'crn:v1:bluemix:public:iam::::serviceRole:Reader';
const WRITER = 'crn:v1:bluemix:public:iam::::serviceRole:Writer';
const SENDER = 'crn:v1:bluemix:public:logs::::serviceRole:Sender';

/** Nobody gives, or comes to have, more than they hold (R34), by access groups and custom roles. */
describeOnEveryBackend('ways up by groups and roles', (service) => {
  let accountId: string;
  let climber: GivenServiceId;

  beforeAll(async () => {
    accountId = await firstAccountId(service());
    climber = await givenServiceId(service());
    // May fill and change every group, make every custom role, and write to one log instance.
    await given(climber.iamId, 'iam-groups', EDITOR);
    await given(climber.iamId, 'iam-access-management', ADMINISTRATOR);
    await given(climber.iamId, 'logs', READER);
    await given(climber.iamId, 'logs', WRITER, 'instance-1');
  });

  const given = (subject: string, name: string, role: string, instance?: string) =>
    givenPolicy(service(), {
      ...{ accountId, subject, roles: [role], service: name },
      conditions: instance === undefined ? [] : [is('serviceInstance', instance)],
    });
  const asClimber = async (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
    service().call(method, path, { token: await service().tokenOf(climber.key.secret), ...sent });
  const members = async (groupId: string): Promise<number> => {
    const token = await service().ownerToken();
    return (await service().call('GET', `/v2/groups/${groupId}/members`, { token })).body.total_count;
  };
  const add = (groupId: string, iamId: string) =>
    asClimber('PUT', `/v2/groups/${groupId}/members`, { json: { members: [{ iam_id: iamId, type: 'service' }] } });
  const REFUSED = { status: 403, body: { errors: [{ code: 'insufficent_permissions' }] } };

  describe('given a group that has more than the climber', () => {
    let group: string;
    beforeAll(async () => {
      group = await givenGroup(service(), accountId, []);
      await given(group, 'logs', ADMINISTRATOR);
    });

    it('when the climber joins it, then that is refused and nobody has joined (joining the administrators)', async () => {
      expect(await add(group, climber.iamId)).toMatchObject(REFUSED);
      expect(await members(group)).toBe(0);
    });

    it('when the climber sends an accomplice there, then that is refused (rights by an accomplice)', async () => {
      expect(await add(group, 'IBMid-ACCOMPLICE')).toMatchObject(REFUSED);
      expect(await members(group)).toBe(0);
    });

    it('when the climber joins it among many groups, then that one alone is refused (hidden among many)', async () => {
      const harmless = await givenGroup(service(), accountId, []);
      const path = `/v2/groups/_allgroups/members/${climber.iamId}?account_id=${accountId}`;

      const answer = await asClimber('PUT', path, { json: { type: 'service', groups: [harmless, group] } });

      expect(answer.body.groups).toMatchObject([
        { access_group_id: harmless, status_code: 200 },
        { access_group_id: group, status_code: 403, errors: [{ code: 'insufficent_permissions' }] },
      ]);
      expect(await members(group)).toBe(0);
    });

    it('when the climber makes or changes a rule that lets others in, then that is refused (way in by a rule)', async () => {
      const rule = {
        ...{ expiration: 1, realm_name: 'https://idp.example.test' },
        conditions: [{ claim: 'name', operator: 'EQUALS', value: '"climber"' }],
      };
      const path = `/v2/groups/${group}/rules`;
      const token = await service().ownerToken();
      const ofOwner = await service().call('POST', path, { token, json: { ...rule, name: 'of the owner' } });

      const made = await asClimber('POST', path, { json: rule });
      const changed = await asClimber('PUT', `${path}/${ofOwner.body.id}`, {
        json: rule,
        headers: { 'If-Match': '*' },
      });

      expect([made, changed]).toMatchObject([REFUSED, REFUSED]);
      expect((await service().call('GET', path, { token })).body.rules).toEqual([ofOwner.body]);
    });
  });

  describe('given groups that have no more than the climber', () => {
    it('when the climber adds members to one that reads all logs, or writes to the same instance, then it may', async () => {
      const readers = await givenGroup(service(), accountId, []);
      const writers = await givenGroup(service(), accountId, []);
      await given(readers, 'logs', READER);
      await given(writers, 'logs', WRITER, 'instance-1');

      expect([(await add(readers, 'IBMid-A')).status, (await add(writers, 'IBMid-B')).status]).toEqual([207, 207]);
    });

    it('when one writes to another instance, or to all, then the climber may not (from one instance to all)', async () => {
      const another = await givenGroup(service(), accountId, []);
      const all = await givenGroup(service(), accountId, []);
      await given(another, 'logs', WRITER, 'instance-2');
      await given(all, 'logs', WRITER);

      expect([await add(another, climber.iamId), await add(all, climber.iamId)]).toMatchObject([REFUSED, REFUSED]);
    });
  });

  describe('given the right to see groups alone', () => {
    it('when its holder adds, removes, makes, changes or deletes, then each is refused', async () => {
      const viewer = await givenServiceId(service());
      await given(viewer.iamId, 'iam-groups', VIEWER);
      const group = await givenGroup(service(), accountId, ['IBMid-THERE']);
      const token = await service().tokenOf(viewer.key.secret);
      const path = `/v2/groups/${group}`;
      const call = (method: string, suffix: string, json?: object) =>
        service().call(method, suffix, { token, ...(json && { json }), headers: { 'If-Match': '*' } });

      const answers = [
        await call('PUT', `${path}/members`, { members: [{ iam_id: viewer.iamId, type: 'service' }] }),
        await call('DELETE', `${path}/members/IBMid-THERE`),
        await call('POST', `${path}/members/delete`, { members: ['IBMid-THERE'] }),
        await call('DELETE', `/v2/groups/_allgroups/members/IBMid-THERE?account_id=${accountId}`),
        await call('PATCH', path, { name: 'renamed' }),
        await call('DELETE', `${path}?force=true`),
        await call('POST', `/v2/groups?account_id=${accountId}`, { name: 'made' }),
        await call('PATCH', `/v2/groups/settings?account_id=${accountId}`, { public_access_enabled: true }),
        await call('POST', '/v2/roles', {
          ...{ name: 'Made', display_name: 'made', actions: ['logs.data-access.read'] },
          ...{ account_id: accountId, service_name: 'logs' },
        }),
      ];

      expect(answers.map(({ status }) => status)).toEqual(Array(answers.length).fill(403));
      expect((await call('GET', path)).status).toBe(200);
      expect((await call('HEAD', `${path}/members/IBMid-THERE`)).status).toBe(204);
    });
  });

  describe('given a climber who may make custom roles', () => {
    const role = (name: string, actions: readonly string[], of = 'logs') => ({
      ...{ name, display_name: name, actions, account_id: accountId, service_name: of },
    });

    it('when it makes one of actions that it does not hold, then that is refused (a role of one’s own making)', async () => {
      expect(
        await asClimber('POST', '/v2/roles', { json: role('Everything', ['logs.ingestion-key.create']) }),
      ).toMatchObject(REFUSED);
    });

    it('when it makes one of what it holds on one instance only, then that is refused (from one instance to all)', async () => {
      expect(await asClimber('POST', '/v2/roles', { json: role('Sending', ['logs.data-ingress.send']) })).toMatchObject(
        REFUSED,
      );
      expect((await asClimber('POST', '/v2/roles', { json: role('Reading', ['logs.data-access.read']) })).status).toBe(
        201,
      );
    });

    it('when it adds actions to one that it, or another, has already, then that is refused (growth of a role in use)', async () => {
      const made = await asClimber('POST', '/v2/roles', { json: role('Growing', ['logs.data-access.read']) });
      await givenPolicy(service(), { accountId, subject: climber.iamId, roles: [made.body.crn], service: 'logs' });
      const path = `/v2/roles/${made.body.id}`;
      const headers = { 'If-Match': '*' };
      const change = (...actions: readonly string[]) => ({ headers, json: { display_name: 'Growing', actions } });

      const grown = await asClimber('PUT', path, change('logs.data-access.read', 'logs.ingestion-key.create'));
      const kept = await asClimber('PUT', path, change('logs.data-access.read', 'logs.dashboard.read'));

      expect(grown).toMatchObject(REFUSED);
      expect(kept).toMatchObject({ status: 200, body: { actions: ['logs.data-access.read', 'logs.dashboard.read'] } });
    });

    it('when a policy for several services names a role, then it makes none of that name for another of them (rights by a name)', async () => {
      const token = await service().ownerToken();
      const made = await service().call('POST', '/v2/roles', {
        ...{ token, json: role('ByName', ['iam-identity.apikey.list'], 'iam-identity') },
      });
      await givenPolicy(service(), {
        ...{ accountId, subject: 'IBMid-FRIEND', roles: [made.body.crn], conditions: [is('service_group_id', 'IAM')] },
      });

      const same = role('ByName', ['iam-groups.members.add'], 'iam-groups');

      expect(await asClimber('POST', '/v2/roles', { json: same })).toMatchObject(REFUSED);
      expect((await service().call('POST', '/v2/roles', { token, json: same })).status).toBe(201);
    });

    it('when the owner put more into a role, then the climber may take out of it, and not give the rest to a friend', async () => {
      const token = await service().ownerToken();
      const json = role('OfTheOwner', ['logs.ingestion-key.create', 'logs.ingestion-key.list']);
      const made = await service().call('POST', '/v2/roles', { token, json });
      const headers = { 'If-Match': '*' };

      const less = await asClimber('PUT', `/v2/roles/${made.body.id}`, {
        ...{ headers, json: { display_name: 'OfTheOwner', actions: ['logs.ingestion-key.create'] } },
      });
      const back = await asClimber('PUT', `/v2/roles/${made.body.id}`, {
        ...{ headers, json: { display_name: 'OfTheOwner', actions: ['logs.ingestion-key.list'] } },
      });

      expect(less.status).toBe(200);
      expect(back).toMatchObject(REFUSED);
    });
  });

  describe('given custom roles of several services', () => {
    it('when somebody lists them who manages rights to one service, then those of that service are shown alone', async () => {
      const manager = await givenServiceId(service());
      await given(manager.iamId, 'generic-service', ADMINISTRATOR);
      const token = await service().ownerToken();
      for (const [name, of, action] of [
        ['OfGeneric', 'generic-service', 'generic-service.resource.read'],
        ['OfLogs', 'logs', 'logs.data-access.read'],
      ]) {
        const json = { name, display_name: name, actions: [action], account_id: accountId, service_name: of };
        await service().call('POST', '/v2/roles', { token, json });
      }
      const sender = await givenServiceId(service());
      await given(sender.iamId, 'logs', SENDER, 'instance-1');
      const listedBy = async ({ key }: GivenServiceId) => {
        const { body } = await service().call('GET', `/v2/roles?account_id=${accountId}`, {
          token: await service().tokenOf(key.secret),
        });
        return body.custom_roles.map(({ name }: { name: string }) => name);
      };

      expect(await listedBy(manager)).toEqual(['OfGeneric']);
      expect(await listedBy(sender)).toEqual([]);
      expect(await listedBy(climber)).toEqual(expect.arrayContaining(['OfGeneric', 'OfLogs']));
    });
  });
});
