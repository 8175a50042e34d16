import { beforeAll, describe, expect, it } from '@jest/globals';
import { expectAccessRefusal } from '../../harness/access-refusal.ts';
import { asOwner, firstAccountId, givenServiceId } from '../../harness/given-credentials.ts';
import { platformRole, SENDER, v1Policy, v2Policy } from '../../harness/given-policies.ts';
import type { Sent } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const ENTITY_TAG = /^[0-9]+-[0-9a-f]{32}$/;
const HOUSEKEEPING = {
  id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  created_by_id: expect.stringMatching(/^IBMid-/),
  last_modified_at: expect.stringMatching(/\.\d{3}Z$/),
  last_modified_by_id: expect.stringMatching(/^IBMid-/),
  state: 'active',
};

let counted = 0;
/** An identity that no other test gives anything. */
const nobody = (): string => {
  counted += 1;
  return `iam-ServiceId-00000000-0000-4000-8000-${String(counted).padStart(12, '0')}`;
};

describeOnEveryBackend('policies', (service) => {
  let accountId: string;
  beforeAll(async () => {
    accountId = await firstAccountId(service());
  });

  const send = async (method: string, path: string, sent: Sent = {}) =>
    service().call(method, path, { token: await service().ownerToken(), ...sent });
  const create = (version: string, json: unknown) => asOwner(service(), 'POST', `/${version}/policies`, { json });

  describe.each([
    ['v1', v1Policy],
    ['v2', v2Policy],
  ] as const)('given %s', (version, policyOf) => {
    const path = (id: string) => `/${version}/policies/${id}`;

    it('when one is made, then it is echoed as it was sent, with its housekeeping and its tag, and reads back at once', async () => {
      const json = { ...policyOf({ accountId, iamId: nobody() }), description: 'may send' };

      const made = await create(version, json);
      const read = await asOwner(service(), 'GET', path(made.body.id));

      expect(made.status).toBe(201);
      expect(made.body).toEqual({
        ...json,
        ...HOUSEKEEPING,
        href: `${service().publicUrl}/${version}/policies/${made.body.id}`,
      });
      expect(made.headers.get('etag')).toMatch(ENTITY_TAG);
      expect(read.body).toEqual(made.body);
      expect(read.headers.get('etag')).toBe(made.headers.get('etag'));
    });

    it('when the same is made again, in another order, then the answer shows the whole one that is there', async () => {
      const words = { accountId, iamId: nobody(), instance: 'one' };
      const made = await create(version, policyOf(words));
      const again: Record<string, unknown> = policyOf(words);
      const turned = JSON.parse(
        JSON.stringify(again, (name, value) => (name === 'attributes' ? value.toReversed() : value)),
      );

      const refused = await send('POST', `/${version}/policies`, { json: turned });

      expectAccessRefusal(refused, 409, 'policy_conflict_error');
      const { conflicts_with: existing } = refused.body.errors[0].details;
      expect(existing).toEqual({ etag: made.headers.get('etag'), policy: made.body });
    });

    it('when ten make the same at once, then one does and nine are shown it', async () => {
      const json = policyOf({ accountId, iamId: nobody() });
      const token = await service().ownerToken();

      const calls = Array.from({ length: 10 }, () => service().call('POST', `/${version}/policies`, { token, json }));
      const answers = await Promise.all(calls);

      const made = answers.filter(({ status }) => status === 201);
      const refused = answers.filter(({ status }) => status === 409);
      expect([made.length, refused.length]).toEqual([1, 9]);
      for (const { body } of refused) {
        expect(body.errors[0].details.conflicts_with.policy.id).toBe(made[0]?.body.id);
      }
    });

    it('when it is replaced with its tag, then all of it is new; with the old tag 412, without one 400', async () => {
      const iamId = nobody();
      const made = await create(version, { ...policyOf({ accountId, iamId }), description: 'first' });
      const json = policyOf({ accountId, iamId, role: platformRole('Viewer') });
      const ifMatch = { 'If-Match': String(made.headers.get('etag')) };

      const replaced = await send('PUT', path(made.body.id), { json, headers: ifMatch });
      const stale = await send('PUT', path(made.body.id), { json: policyOf({ accountId, iamId }), headers: ifMatch });
      const without = await send('PUT', path(made.body.id), { json });

      expect(replaced.status).toBe(200);
      expect(replaced.body).toMatchObject({ ...json, id: made.body.id, created_at: made.body.created_at });
      expect(replaced.body).not.toHaveProperty('description');
      expect(replaced.headers.get('etag')).toMatch(/^2-/);
      expectAccessRefusal(stale, 412, 'policy_conflict_error', /changed/);
      expectAccessRefusal(without, 400, 'entity_tag_missing', /If-Match/);
    });

    it('when it is replaced by what another says, then 409 and it stays as it was', async () => {
      const iamId = nobody();
      const [one, two] = [policyOf({ accountId, iamId }), policyOf({ accountId, iamId, instance: 'two' })];
      await create(version, one);
      const made = await create(version, two);

      const refused = await send('PUT', path(made.body.id), { json: one, headers: { 'If-Match': '*' } });

      expectAccessRefusal(refused, 409, 'policy_conflict_error');
      expect((await asOwner(service(), 'GET', path(made.body.id))).body).toEqual(made.body);
    });

    it('when it is deleted, then it can be read as deleted, made again, and not deleted again', async () => {
      const json = policyOf({ accountId, iamId: nobody() });
      const made = await create(version, json);

      const deleted = await send('DELETE', path(made.body.id));
      const read = await send('GET', path(made.body.id));
      const twice = await send('DELETE', path(made.body.id));
      const put = await send('PUT', path(made.body.id), { json, headers: { 'If-Match': '*' } });
      const again = await send('POST', `/${version}/policies`, { json });

      expect([deleted.status, deleted.text, read.body.state, again.status]).toEqual([204, '', 'deleted', 201]);
      expectAccessRefusal(twice, 404, 'policy_not_found');
      expectAccessRefusal(put, 404, 'policy_not_found');
    });

    it('when it asks for the display form, then the roles say what they are called', async () => {
      const made = await create(version, policyOf({ accountId, iamId: nobody() }));

      const { body } = await asOwner(service(), 'GET', `${path(made.body.id)}?format=display`);
      const plain = await asOwner(service(), 'GET', `${path(made.body.id)}?format=include_last_permit`);

      const [role] = version === 'v1' ? body.roles : body.control.grant.roles;
      expect(role).toMatchObject({ role_id: SENDER, display_name: 'Sender', description: expect.stringMatching(/\S/) });
      if (version === 'v2') expect(role.actions[0]).toMatchObject({ id: 'logs.data-ingress.send' });
      expect(plain.body).toEqual(made.body);
    });

    it('when the service ID is locked, then it gets no new policy until it is unlocked', async () => {
      const { id, iamId } = await givenServiceId(service());
      const json = policyOf({ accountId, iamId });
      await asOwner(service(), 'POST', `/v1/serviceids/${id}/lock`);

      const refused = await send('POST', `/${version}/policies`, { json });
      await asOwner(service(), 'DELETE', `/v1/serviceids/${id}/lock`);
      const made = await send('POST', `/${version}/policies`, { json });

      expectAccessRefusal(refused, 409, 'request_not_processed', /locked/);
      expect(made.status).toBe(201);
    });

    it('when what is sent back holds display names and unknown members beside it, then it is taken', async () => {
      const made = await create(version, policyOf({ accountId, iamId: nobody() }));
      const { body: display } = await asOwner(service(), 'GET', `${path(made.body.id)}?format=display`);

      const replaced = await send('PUT', path(made.body.id), { json: display, headers: { 'If-Match': '*' } });

      expect(replaced.status).toBe(200);
      expect(replaced.body).toMatchObject({ ...display, last_modified_at: expect.anything() });
    });
  });

  describe('given a subject that names its account', () => {
    it('when it is the account of the resource, then the policy is made and echoed', async () => {
      const iamId = nobody();
      const attributes = [
        { name: 'iam_id', value: iamId },
        { name: 'accountId', value: accountId },
      ];
      const made = await create('v1', { ...v1Policy({ accountId, iamId }), subjects: [{ attributes }] });
      const listed = await asOwner(service(), 'GET', `/v1/policies?account_id=${accountId}&iam_id=${iamId}`);

      const again = await send('POST', '/v2/policies', { json: v2Policy({ accountId, iamId }) });

      expectAccessRefusal(again, 409, 'policy_conflict_error');
      expect(made.body.subjects).toEqual([{ attributes }]);
      expect(listed.body.policies).toEqual([made.body]);
    });
  });

  describe('given a deleted policy of v1', () => {
    it('when it is restored with its tag, then it is active; when another took its place meanwhile, then 409', async () => {
      const json = v1Policy({ accountId, iamId: nobody() });
      const made = await create('v1', json);
      const path = `/v1/policies/${made.body.id}`;
      await asOwner(service(), 'DELETE', path);
      const tag = String((await asOwner(service(), 'GET', path)).headers.get('etag'));
      const active = { json: { state: 'active' }, headers: { 'If-Match': tag } };

      const restored = await send('PATCH', path, active);
      const stale = await send('PATCH', path, active);
      const without = await send('PATCH', path, { json: { state: 'active' } });
      const other = await send('PATCH', path, { json: { state: 'deleted' }, headers: { 'If-Match': '*' } });
      await asOwner(service(), 'DELETE', path);
      const inItsPlace = await create('v1', json);
      const refused = await send('PATCH', path, { json: { state: 'active' }, headers: { 'If-Match': '*' } });

      expect(restored.status).toBe(200);
      expect(restored.body).toMatchObject({ ...json, id: made.body.id, state: 'active' });
      expectAccessRefusal(stale, 412, 'policy_conflict_error');
      expectAccessRefusal(without, 400, 'entity_tag_missing');
      expectAccessRefusal(other, 400, 'invalid_body', /'state'/);
      expectAccessRefusal(refused, 409, 'policy_conflict_error');
      expect(refused.body.errors[0].details.conflicts_with.policy.id).toBe(inItsPlace.body.id);
    });
  });

  describe('given a policy with a rule', () => {
    const rule = {
      operator: 'and' as const,
      conditions: [
        {
          key: '{{environment.attributes.current_time}}',
          operator: 'timeLessThanOrEquals' as const,
          value: '17:00:00+00:00',
        },
      ],
    };
    const pattern = 'time-based-conditions:weekly:custom-hours';

    it('when it is made under v2, then rule and pattern are echoed, and v1 shows that it cannot say it', async () => {
      const json = v2Policy({ accountId, iamId: nobody(), rule, pattern });
      const made = await create('v2', json);

      const asV1 = await asOwner(service(), 'GET', `/v1/policies/${made.body.id}`);
      const overwritten = await send('PUT', `/v1/policies/${made.body.id}`, {
        json: v1Policy({ accountId, iamId: nobody() }),
        headers: { 'If-Match': '*' },
      });

      expect(made.body).toMatchObject(json);
      expect(asV1.body.roles[0].role_id).toMatch(/UnsupportedVersion$/);
      expect(asV1.body.href).toBe(made.body.href);
      expectAccessRefusal(overwritten, 400, 'invalid_body', /v2/);
    });

    it('when the same is made with another rule, then both are there', async () => {
      const iamId = nobody();
      const made = await send('POST', '/v2/policies', { json: v2Policy({ accountId, iamId, rule }) });
      const other = await send('POST', '/v2/policies', { json: v2Policy({ accountId, iamId }) });
      const again = await send('POST', '/v2/policies', { json: v2Policy({ accountId, iamId, rule }) });

      expect([made.status, other.status, again.status]).toEqual([201, 201, 409]);
    });
  });

  describe('given what was made in the other version', () => {
    it('when it has no rule, then each version writes it in its own words', async () => {
      const iamId = nobody();
      const one = await create('v1', v1Policy({ accountId, iamId, instance: 'a' }));
      const two = await create('v2', v2Policy({ accountId, iamId, instance: 'b' }));

      const oneAsV2 = await asOwner(service(), 'GET', `/v2/policies/${one.body.id}`);
      const twoAsV1 = await asOwner(service(), 'GET', `/v1/policies/${two.body.id}`);

      expect(oneAsV2.body).toMatchObject(v2Policy({ accountId, iamId, instance: 'a' }));
      expect(twoAsV1.body.subjects).toEqual(v1Policy({ accountId, iamId }).subjects);
      expect(twoAsV1.body.roles).toEqual([{ role_id: SENDER }]);
    });
  });
});
