import { beforeAll, expect, it } from '@jest/globals';
import { customRoleCrn } from '../../../src/policies/custom-role.ts';
import { expectAccessRefusal } from '../../harness/access-refusal.ts';
import { asOwner, firstAccountId, type GivenServiceId, givenServiceId } from '../../harness/given-credentials.ts';
import { platformRole, SENDER, v1Policy, v2Policy } from '../../harness/given-policies.ts';
import { givenCustomRole } from '../../harness/given-rights.ts';
import type { Answer, Sent } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const ADMINISTRATOR = platformRole('Administrator');
const VIEWER = platformRole('Viewer');
const WRITER = 'crn:v1:bluemix:public:iam::::serviceRole:Writer';
const HOURS = {
  key: '{{environment.attributes.current_time}}',
  operator: 'timeGreaterThanOrEquals' as const,
  value: '00:00:00+00:00',
};

describeOnEveryBackend('ways up by policies', (service) => {
  let accountId: string;
  /** Manages rights to one instance of logs, and may not send there. */
  let climber: GivenServiceId;
  let friend: GivenServiceId;

  beforeAll(async () => {
    accountId = await firstAccountId(service());
    climber = await givenServiceId(service());
    friend = await givenServiceId(service());
    await give(v1Policy({ accountId, iamId: climber.iamId, role: ADMINISTRATOR, instance: 'one' }));
  });

  const give = (json: unknown) => asOwner(service(), 'POST', '/v1/policies', { json });
  const asClimber = async (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
    service().call(method, path, { token: await service().tokenOf(climber.key.secret), ...sent });
  const tries = (json: unknown, version = 'v1') => asClimber('POST', `/${version}/policies`, { json });
  const refused = (answer: Answer) => expectAccessRefusal(answer, 403, 'insufficent_permissions');
  const toFriend = (words: { role?: string; instance?: string; service?: string }) =>
    v1Policy({ accountId, iamId: friend.iamId, role: VIEWER, instance: 'one', ...words });
  /** The same, for instances told in another way. */
  const where = (...conditions: { operator: string; value: unknown }[]) => ({
    ...toFriend({}),
    resources: [
      {
        attributes: [
          { name: 'accountId', value: accountId },
          { name: 'serviceName', value: 'logs' },
          ...conditions.map((condition) => ({ name: 'serviceInstance', ...condition })),
        ],
      },
    ],
  });

  it('given what the climber holds, when it gives it to a friend, then it may, and may change and take it back', async () => {
    const made = await tries(toFriend({}));
    const path = `/v1/policies/${made.body.id}`;
    const changed = await asClimber('PUT', path, { json: toFriend({ role: platformRole('Operator') }), headers: ANY });

    expect([made.status, changed.status]).toEqual([201, 200]);
    expect((await asClimber('DELETE', path)).status).toBe(204);
    expect((await asClimber('PATCH', path, { json: { state: 'active' }, headers: ANY })).status).toBe(200);
    expect((await asClimber('DELETE', path)).status).toBe(204);
  });

  it.each([
    [
      'gives itself the right to send (growth by oneself)',
      () => v1Policy({ accountId, iamId: climber.iamId, instance: 'one' }),
    ],
    ['gives a friend the right to send (rights by an accomplice)', () => toFriend({ role: SENDER })],
    [
      'hides it among what it holds (hidden among many)',
      () => ({ ...toFriend({}), roles: [{ role_id: VIEWER }, { role_id: SENDER }] }),
    ],
    ['gives what it holds on another instance', () => toFriend({ instance: 'two' })],
    ['gives it on all instances (from one instance to all)', () => where()],
    ['gives it on instances by a pattern', () => where({ operator: 'stringMatch', value: '*' })],
    ['gives it on instances by a narrow pattern', () => where({ operator: 'stringMatch', value: 'one*' })],
    ['gives it on one instance and another', () => where({ operator: 'stringEqualsAnyOf', value: ['one', 'two'] })],
    ['gives it wherever there is an instance', () => where({ operator: 'stringExists', value: true })],
    [
      'gives it on all services',
      () => ({
        ...toFriend({}),
        resources: [
          {
            attributes: [
              { name: 'accountId', value: accountId },
              { name: 'serviceType', value: 'service' },
            ],
          },
        ],
      }),
    ],
    [
      'gives it in a resource group',
      () => ({
        ...toFriend({}),
        resources: [
          {
            attributes: [
              { name: 'accountId', value: accountId },
              { name: 'resourceGroupId', value: 'default' },
            ],
          },
        ],
      }),
    ],
    ['gives rights to identities', () => toFriend({ service: 'iam-identity', role: ADMINISTRATOR })],
    ['gives rights to rights', () => toFriend({ service: 'iam-access-management', role: ADMINISTRATOR })],
    [
      'authorizes a service to send (rights by a service)',
      () => ({
        ...toFriend({ role: SENDER }),
        type: 'authorization',
        subjects: [{ attributes: [{ name: 'serviceName', value: 'logdnaat' }] }],
      }),
    ],
    [
      'gives a group the right to send (rights by a group)',
      () => ({
        ...toFriend({ role: SENDER }),
        subjects: [{ attributes: [{ name: 'access_group_id', value: 'AccessGroupId-1' }] }],
      }),
    ],
  ])('given the climber, when it %s, then that is refused', async (_what, json) => {
    refused(await tries(json()));
  });

  it('given the policy of somebody else on its instance, when it makes it its own, then that is refused (growth by taking over)', async () => {
    const { body } = await give(v1Policy({ accountId, iamId: friend.iamId, role: WRITER, instance: 'one' }));
    const json = v1Policy({ accountId, iamId: climber.iamId, role: WRITER, instance: 'one' });

    refused(await asClimber('PUT', `/v1/policies/${body.id}`, { json, headers: ANY }));
    expect((await asOwner(service(), 'GET', `/v1/policies/${body.id}`)).body).toEqual(body);
  });

  it('given a deleted policy that let it send, when it restores it, then that is refused (growth by restoring)', async () => {
    const { body } = await give(v1Policy({ accountId, iamId: climber.iamId, role: WRITER, instance: 'one' }));
    await asOwner(service(), 'DELETE', `/v1/policies/${body.id}`);

    refused(await asClimber('PATCH', `/v1/policies/${body.id}`, { json: { state: 'active' }, headers: ANY }));
  });

  it('given a policy on another instance, when it deletes, replaces or reads it, then that is refused', async () => {
    const { body } = await give(v1Policy({ accountId, iamId: friend.iamId, instance: 'two' }));
    const path = `/v1/policies/${body.id}`;

    refused(await asClimber('GET', path));
    refused(await asClimber('DELETE', path));
    refused(await asClimber('PUT', path, { json: toFriend({}), headers: ANY }));
  });

  it('given its own policy, when it widens it, then that is refused (growth of one’s own policy)', async () => {
    const { body } = await asClimber('GET', `/v1/policies?account_id=${accountId}&iam_id=${climber.iamId}`);
    const own = body.policies.find(
      ({ roles }: { roles: { role_id: string }[] }) => roles[0]?.role_id === ADMINISTRATOR,
    );
    const wider = v1Policy({ accountId, iamId: climber.iamId, role: ADMINISTRATOR });

    refused(await asClimber('PUT', `/v1/policies/${own.id}`, { json: wider, headers: ANY }));
  });

  it('given a right at certain hours, when it is given on without them, then that is refused (from hours to ever)', async () => {
    const worker = await givenServiceId(service());
    const words = { accountId, iamId: worker.iamId, instance: 'hours' };
    await give(v1Policy({ ...words, role: ADMINISTRATOR }));
    await asOwner(service(), 'POST', '/v2/policies', { json: v2Policy({ ...words, role: WRITER, rule: HOURS }) });
    const token = await service().tokenOf(worker.key.secret);
    const toOther = { accountId, iamId: friend.iamId, role: WRITER, instance: 'hours' };
    const post = (json: unknown) => service().call('POST', '/v2/policies', { token, json });

    const always = await post(v2Policy(toOther));
    const later = await post(v2Policy({ ...toOther, rule: { ...HOURS, value: '01:00:00+00:00' } }));
    const alike = await post(v2Policy({ ...toOther, rule: HOURS }));

    refused(always);
    refused(later);
    expect(alike.status).toBe(201);
  });

  it('given a custom role that may send, when the climber gives it, then that is refused (rights by a role)', async () => {
    const place = { store: service().store, clock: service().clock };
    const role = await givenCustomRole(place, {
      accountId,
      service: 'logs',
      name: 'Mailer',
      actions: ['logs.data-ingress.send'],
    });

    refused(await tries(toFriend({ role: customRoleCrn(role) })));
    expect((await give(toFriend({ role: customRoleCrn(role) }))).status).toBe(201);
  });

  it.each(['Viewer', 'Operator', 'Editor'])(
    'given a service ID that is %s of all logs, when it gives that, then it may not',
    async (role) => {
      const holder = await givenServiceId(service());
      await give(v1Policy({ accountId, iamId: holder.iamId, role: platformRole(role) }));
      const token = await service().tokenOf(holder.key.secret);

      refused(await service().call('POST', '/v1/policies', { token, json: toFriend({ role: platformRole(role) }) }));
    },
  );

  it('given an administrator of logs, when its policy is deleted, then its next call is refused', async () => {
    const holder = await givenServiceId(service());
    const { body } = await give(v1Policy({ accountId, iamId: holder.iamId, role: ADMINISTRATOR }));
    const token = await service().tokenOf(holder.key.secret);
    const post = (instance: string) => service().call('POST', '/v1/policies', { token, json: toFriend({ instance }) });

    const before = await post('before');
    await asOwner(service(), 'DELETE', `/v1/policies/${body.id}`);

    expect(before.status).toBe(201);
    refused(await post('after'));
  });
});

const ANY = { 'If-Match': '*' };
