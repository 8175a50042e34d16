import { beforeAll, describe, expect, it } from '@jest/globals';
import { firstAccountId, type GivenServiceId, givenServiceId } from '../../harness/given-credentials.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import { givenPolicy } from '../../harness/given-rights.ts';
import type { Answer, Sent } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const READ = 'logs.data-access.read';
const SEND = 'logs.data-ingress.send';

describeOnEveryBackend('roles', (service) => {
  let accountId: string;
  let ownerToken: string;
  let other: OtherAccount;

  beforeAll(async () => {
    accountId = await firstAccountId(service());
    ownerToken = await service().ownerToken();
    other = await givenOtherAccount(service());
  });

  const call = (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
    service().call(method, path, { token: ownerToken, ...sent });
  const bodyOf = (name: string, changed: object = {}) => ({
    ...{ name, display_name: `Shown ${name}`, description: 'made in a test', actions: [READ] },
    ...{ account_id: accountId, service_name: 'logs', ...changed },
  });
  const givenRole = async (name: string, changed: object = {}): Promise<Answer> => {
    const made = await call('POST', '/v2/roles', { json: bodyOf(name, changed) });
    if (made.status !== 201) throw new Error(made.text);
    return made;
  };
  const policyWith = (role: string, subject: string) =>
    call('POST', '/v2/policies', {
      json: {
        type: 'access',
        subject: { attributes: [{ key: 'iam_id', operator: 'stringEquals', value: subject }] },
        resource: {
          attributes: [
            { key: 'accountId', operator: 'stringEquals', value: accountId },
            { key: 'serviceName', operator: 'stringEquals', value: 'logs' },
          ],
        },
        control: { grant: { roles: [{ role_id: role }] } },
      },
    });

  describe('given the roles that services have', () => {
    const crns = (roles: readonly { crn: string }[]): readonly string[] => roles.map(({ crn }) => crn);

    it('when those of one service are listed, then they are its own, with display names and actions', async () => {
      const { status, body } = await call('GET', '/v2/roles?service_name=logs');

      expect(status).toBe(200);
      expect(Object.keys(body).toSorted()).toEqual(['custom_roles', 'service_roles', 'system_roles']);
      expect(crns(body.system_roles)).toEqual(
        expect.arrayContaining(
          ['Viewer', 'Operator', 'Editor', 'Administrator'].map((role) => `crn:v1:bluemix:public:iam::::role:${role}`),
        ),
      );
      expect(body.service_roles).toContainEqual({
        crn: 'crn:v1:bluemix:public:logs::::serviceRole:Sender',
        display_name: 'Sender',
        description: expect.any(String),
        actions: [SEND],
      });
      expect(body.custom_roles).toEqual([]);
    });

    it('when those of the group IAM are listed, then ServiceIdCreator and the system roles are among them', async () => {
      const { body } = await call('GET', '/v2/roles?service_group_id=IAM');

      expect(crns(body.service_roles)).toContain('crn:v1:bluemix:public:iam-identity::::serviceRole:ServiceIdCreator');
      expect(crns(body.service_roles)).not.toContain('crn:v1:bluemix:public:logs::::serviceRole:Sender');
      expect(crns(body.system_roles)).toContain('crn:v1:bluemix:public:iam::::role:Administrator');
    });

    it.each([
      ['?service_name=no-such-service', 400],
      ['?service_group_id=NONE', 400],
      ['?policy_type=other', 400],
      ['?source_service_name=no-such-service', 400],
      ['?policy_type=authorization&source_service_name=logs&service_name=generic-service', 200],
      ['', 200],
    ])('when roles are listed with %j, then the answer is %i', async (query, status) => {
      expect((await call('GET', `/v2/roles${query}`)).status).toBe(status);
    });
  });

  describe('given a custom role', () => {
    it('when it is made, read, listed, replaced and deleted, then each answer is in the documented form', async () => {
      const made = await givenRole('FormOfIt');
      const path = `/v2/roles/${made.body.id}`;
      const headers = { 'If-Match': made.headers.get('ETag') ?? '' };
      const json = { display_name: 'Shown otherwise', actions: [READ, SEND] };

      const replaced = await call('PUT', path, { json, headers });
      const stale = await call('PUT', path, { json, headers });
      const unseen = await call('PUT', path, { json });
      const listed = await call('GET', `/v2/roles?account_id=${accountId}&service_name=logs`);
      const elsewhere = await call('GET', `/v2/roles?account_id=${accountId}&service_name=iam-groups`);

      expect(made.body).toEqual({
        ...bodyOf('FormOfIt'),
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        crn: `crn:v1:bluemix:public:iam-access-management::a/${accountId}::customRole:FormOfIt`,
        created_at: expect.stringMatching(/\.\d{3}Z$/),
        last_modified_at: made.body.created_at,
        created_by_id: expect.stringMatching(/^IBMid-/),
        last_modified_by_id: made.body.created_by_id,
        href: `${service().publicUrl}${path}`,
      });
      expect(made.headers.get('ETag')).toMatch(/^1-[0-9a-f]{32}$/);
      expect(replaced).toMatchObject({ status: 200, body: { ...json, description: '', name: 'FormOfIt' } });
      expect(stale).toMatchObject({ status: 412, body: { errors: [{ code: 'role_conflict_error' }] } });
      expect(unseen.status).toBe(400);
      expect(listed.body.custom_roles).toEqual([replaced.body]);
      expect(elsewhere.body.custom_roles).toEqual([]);
      expect((await call('GET', path)).body).toEqual(replaced.body);
      expect((await call('DELETE', path)).status).toBe(204);
      expect(await call('GET', path)).toMatchObject({ status: 404, body: { errors: [{ code: 'role_not_found' }] } });
    });

    it('when another of the same name is made, also at once, then one is, and the others are shown it', async () => {
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => call('POST', '/v2/roles', { json: bodyOf('RacedFor') })),
      );
      const made = answers.find(({ status }) => status === 201);
      const refused = answers.filter(({ status }) => status === 409);

      expect(refused).toHaveLength(5);
      expect(refused[0]?.body.errors[0]).toMatchObject({
        code: 'role_conflict_error',
        details: { conflicts_with: { etag: made?.headers.get('ETag'), role: made?.body } },
      });
      expect(
        (await givenRole('RacedFor', { service_name: 'iam-groups', actions: ['iam-groups.groups.read'] })).status,
      ).toBe(201);
    });

    it.each([
      ['a name that begins small', { name: 'small' }],
      ['a name with a space', { name: 'Two Words' }],
      ['no name', { name: '' }],
      ['no actions', { actions: [] }],
      ['an action of another service', { actions: ['iam-groups.groups.read'] }],
      ['an action that is nobody’s', { actions: ['logs.everything'] }],
      ['an unknown service', { service_name: 'no-such-service' }],
      ['no service', { service_name: undefined }],
      ['a display name with a line break (log injection)', { display_name: 'a\nb' }],
    ])('when one with %s is made, then the answer is 400 and none is made', async (_, changed) => {
      const answer = await call('POST', '/v2/roles', { json: bodyOf('Refused', changed) });

      expect(answer).toMatchObject({ status: 400, body: { errors: [{ code: 'invalid_body' }] } });
      const { body } = await call('GET', `/v2/roles?account_id=${accountId}`);
      expect(body.custom_roles.map(({ name }: { name: string }) => name)).not.toContain('Refused');
    });

    /** Who gives rights chooses by the name that is shown, and would give the impostor. */
    it.each(['vIEWER', 'Viewer ', 'View\u200Ber', '\uFF36iewer'])(
      'given %j, when it would be shown as a role that the service has, then it is refused (mistaken identity)',
      async (display_name) => {
        const answer = await call('POST', '/v2/roles', { json: bodyOf('Impostor', { display_name }) });

        expect(answer).toMatchObject({ status: 409, body: { errors: [{ code: 'role_conflict_error' }] } });
      },
    );

    it('when the owner of another account asks for it, then it is not there, and nothing is told', async () => {
      const { body } = await givenRole('NotTheirs');
      const token = await other.ownerToken();
      const path = `/v2/roles/${body.id}`;

      const answers = [
        await call('GET', path, { token }),
        await call('PUT', path, {
          ...{ token, headers: { 'If-Match': '*' } },
          json: { display_name: 'taken', actions: [READ] },
        }),
        await call('DELETE', path, { token }),
        await call('GET', `/v2/roles?account_id=${accountId}`, { token }),
        await call('POST', '/v2/roles', { token, json: bodyOf('Planted') }),
        await service().call('GET', '/v2/roles'),
      ];

      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 403, 403, 401]);
      expect((await call('GET', path)).body).toEqual(body);
    });
  });

  describe('given a custom role that a policy gives', () => {
    let holder: GivenServiceId;
    beforeAll(async () => {
      holder = await givenServiceId(service());
    });

    it('when it is to be deleted, then it is refused with the policy in the way, and goes when that is gone', async () => {
      const { body: role } = await givenRole('InUse');
      const policy = await policyWith(role.crn, holder.iamId);

      const refused = await call('DELETE', `/v2/roles/${role.id}`);
      const another = await policyWith(role.crn, 'IBMid-ANOTHER');
      await call('DELETE', `/v2/policies/${policy.body.id}`);
      await call('DELETE', `/v2/policies/${another.body.id}`);
      const deleted = await call('DELETE', `/v2/roles/${role.id}`);

      expect(policy.status).toBe(201);
      expect(refused).toMatchObject({ status: 409, body: { errors: [{ code: 'role_conflict_error' }] } });
      expect(refused.body.errors[0].message).toContain(policy.body.id);
      expect(another.status).toBe(201);
      expect(deleted.status).toBe(204);
    });

    it('when it is deleted while policies that give it are made, then no policy gives a role that is gone', async () => {
      const { body: role } = await givenRole('RacedAway');

      const [deleted, ...made] = await Promise.all([
        call('DELETE', `/v2/roles/${role.id}`),
        ...Array.from({ length: 8 }, (_, index) => policyWith(role.crn, `IBMid-RACE${index}`)),
      ]);

      const isThere = (await call('GET', `/v2/roles/${role.id}`)).status === 200;
      expect(deleted?.status).toBe(isThere ? 409 : 204);
      expect(made.some(({ status }) => status === 201)).toBe(isThere);
    });

    it('when its actions change, then its holders have what it is now, in the next call', async () => {
      const actions = ['iam-groups.groups.read', 'iam-groups.groups.list'];
      const { body: role } = await givenRole('GroupReader', { service_name: 'iam-groups', actions });
      await givenPolicy(service(), { accountId, subject: holder.iamId, roles: [role.crn], service: 'iam-groups' });
      const asHolder = async () =>
        (
          await call('GET', `/v2/groups?account_id=${accountId}`, {
            token: await service().tokenOf(holder.key.secret),
          })
        ).status;
      const before = await asHolder();

      await call('PUT', `/v2/roles/${role.id}`, {
        json: { display_name: role.display_name, actions: ['iam-groups.groups.read'] },
        headers: { 'If-Match': '*' },
      });

      expect([before, await asHolder()]).toEqual([200, 403]);
    });
  });
});
