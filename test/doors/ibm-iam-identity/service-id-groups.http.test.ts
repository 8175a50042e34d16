import { beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, firstAccountId, givenServiceId } from '../../harness/given-credentials.ts';
import { givenOtherAccount } from '../../harness/given-other-account.ts';
import { givenPolicy } from '../../harness/given-rights.ts';
import type { Answer, Sent } from '../../harness/http-call.ts';
import { expectIdentityRefusal } from '../../harness/identity-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const ANY_VERSION = { 'If-Match': '*' };

describeOnEveryBackend('/v1/serviceid_groups', (service) => {
  let accountId: string;
  let ownerToken: string;
  beforeAll(async () => {
    accountId = await firstAccountId(service());
    ownerToken = await service().ownerToken();
  });

  const call = (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
    service().call(method, path, { token: ownerToken, ...sent });
  const givenGroup = async (name: string) =>
    (await asOwner(service(), 'POST', '/v1/serviceid_groups', { json: { account_id: accountId, name } })).body;
  const givenIn = async (group_id: string, name: string) =>
    (
      await asOwner(service(), 'POST', '/v1/serviceids', {
        json: { name, group_id, apikey: { name: `key of ${name}` } },
      })
    ).body;

  describe('given a group', () => {
    it('when it is made, read by id and CRN, listed, changed and deleted, then each answer is in the documented form', async () => {
      const json = { account_id: accountId, name: 'build servers', description: 'all of them' };
      const made = await call('POST', '/v1/serviceid_groups', { json });
      const path = `/v1/serviceid_groups/${made.body.id}`;
      const headers = { 'If-Match': made.body.entity_tag };

      const changed = await call('PUT', path, { json: { name: 'builders' }, headers });
      const stale = await call('PUT', path, { json: { name: 'too late' }, headers });
      const unseen = await call('PUT', path, { json: { name: 'unseen' } });

      expect(made).toMatchObject({ status: 201, body: json });
      expect(made.body).toEqual({
        ...json,
        id: expect.stringMatching(/^ServiceIdGroup-/),
        entity_tag: expect.stringMatching(/^1-[0-9a-f]{32}$/),
        crn: `crn:v1:bluemix:public:iam-identity::a/${accountId}::serviceid_group:${made.body.id}`,
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d\+0000$/),
        created_by: expect.stringMatching(/^IBMid-/),
        modified_at: made.body.created_at,
      });
      expect(made.headers.get('ETag')).toBe(made.body.entity_tag);
      expect(changed).toMatchObject({ status: 200, body: { name: 'builders', description: 'all of them' } });
      expectIdentityRefusal(stale, 409, 'conflict');
      expectIdentityRefusal(unseen, 400, 'entity_tag_missing');
      expect((await call('GET', path)).body).toEqual(changed.body);
      const byCrn = await call('GET', `/v1/serviceid_groups/${encodeURIComponent(made.body.crn)}`);
      expect(byCrn.body).toEqual(changed.body);
      const listed = await call('GET', `/v1/serviceid_groups?account_id=${accountId}`);
      expect(listed.body.serviceid_groups).toContainEqual(changed.body);
      expect(await call('DELETE', path)).toMatchObject({ status: 204, text: '' });
      expectIdentityRefusal(await call('GET', path), 404, 'not_found');
    });

    it('when another of its name is made, also at once, then one is', async () => {
      const json = { name: 'raced for' };

      const answers = await Promise.all(
        Array.from({ length: 6 }, () => call('POST', '/v1/serviceid_groups', { json })),
      );

      expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409, 409]);
      const refused = answers.find(({ status }) => status === 409);
      if (refused !== undefined) expectIdentityRefusal(refused, 409, 'already_exists');
    });

    it.each([
      ['no name', {}],
      ['a name with a control character (log injection)', { name: 'a\u001b[31mred' }],
      ['a name of 256 characters', { name: 'n'.repeat(256) }],
    ])('when one with %s is made, then it is refused', async (_, json) => {
      expect((await call('POST', '/v1/serviceid_groups', { json })).status).toBe(400);
    });

    it('when the owner of another account, or nobody, asks for it, then it is not there', async () => {
      const { id } = await givenGroup('not theirs');
      const token = await (await givenOtherAccount(service())).ownerToken();
      const path = `/v1/serviceid_groups/${id}`;
      const json = { name: 'taken' };

      const answers = [
        await call('GET', path, { token }),
        await call('PUT', path, { token, json, headers: ANY_VERSION }),
        await call('DELETE', path, { token }),
        await call('POST', '/v1/serviceids', { token, json: { name: 'intruder', group_id: id } }),
        await call('GET', `/v1/serviceids?group_id=${id}`, { token }),
        await call('GET', `/v1/serviceid_groups?account_id=${accountId}`, { token }),
        await call('POST', '/v1/serviceid_groups', { token, json: { ...json, account_id: accountId } }),
        await service().call('GET', path),
      ];

      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 403, 403, 401]);
      expect((await call('GET', path)).body.name).toBe('not theirs');
    });

    it('when somebody who may only see asks, then reading is allowed and everything else refused', async () => {
      const viewer = await givenServiceId(service());
      const roles = ['crn:v1:bluemix:public:iam::::role:Viewer'];
      await givenPolicy(service(), { accountId, subject: viewer.iamId, roles, service: 'iam-identity' });
      const token = await service().tokenOf(viewer.key.secret);
      const path = `/v1/serviceid_groups/${(await givenGroup('seen only')).id}`;

      const answers = [
        await call('GET', path, { token }),
        await call('GET', '/v1/serviceid_groups', { token }),
        await call('PUT', path, { token, json: { name: 'changed' }, headers: ANY_VERSION }),
        await call('DELETE', path, { token }),
        await call('POST', '/v1/serviceid_groups', { token, json: { name: 'made' } }),
      ];

      expect(answers.map(({ status }) => status)).toEqual([200, 200, 403, 403, 403]);
    });
  });

  describe('given service IDs in a group', () => {
    it('when they and their keys are listed by group, then these are there alone, in every order, page by page', async () => {
      const { id } = await givenGroup('listed');
      const names = ['listed b', 'listed a', 'listed c'];
      for (const name of names) await givenIn(id, name);
      await givenServiceId(service());
      const listed = async (query: string) => (await call('GET', `/v1/serviceids?group_id=${id}${query}`)).body;
      const namesIn = ({ serviceids }: { serviceids: { name: string }[] }) => serviceids.map(({ name }) => name);

      const first = await listed('&pagesize=2&show_group_id=true');
      const second = await call('GET', first.next.slice(service().publicUrl.length));
      const keys = await call('GET', `/v1/apikeys?group_id=${id}&account_id=${accountId}`);

      expect([...namesIn(first), ...namesIn(second.body)]).toEqual(names);
      expect(first.serviceids[0].group_id).toBe(id);
      expect(second.body.serviceids[0].group_id).toBe(id);
      expect(second.body).not.toHaveProperty('next');
      expect(namesIn(await listed('&sort=name'))).toEqual(names.toSorted());
      expect(namesIn(await listed('&name=listed%20b'))).toEqual(['listed b']);
      expect((await listed('')).serviceids[0]).not.toHaveProperty('group_id');
      expect(keys.body.apikeys.map(({ name }: { name: string }) => name)).toEqual(
        names.map((name) => `key of ${name}`),
      );
    });

    it('when it is asked for with show_group_id, then its group is there, also in the answer that makes it', async () => {
      const { id: group_id } = await givenGroup('shown');
      const json = { name: 'shown', group_id };
      const made = await call('POST', '/v1/serviceids?show_group_id=true', { json });

      const shown = await call('GET', `/v1/serviceids/${made.body.id}?show_group_id=true`);
      const hidden = await call('GET', `/v1/serviceids/${made.body.id}`);

      expect([made.body.group_id, shown.body.group_id]).toEqual([group_id, group_id]);
      expect(hidden.body).not.toHaveProperty('group_id');
      expect(made.headers.get('ETag')).toBe(shown.headers.get('ETag'));
    });

    it('when the group is to be deleted, then that is refused until the last service ID is gone', async () => {
      const { id } = await givenGroup('in use');
      const serviceId = await givenIn(id, 'the last');

      const refused = await call('DELETE', `/v1/serviceid_groups/${id}`);
      const another = await givenIn(id, 'another after the refusal');
      for (const { id: gone } of [serviceId, another]) await call('DELETE', `/v1/serviceids/${gone}`);

      expectIdentityRefusal(refused, 409, 'entity_in_use');
      expect((await call('DELETE', `/v1/serviceid_groups/${id}`)).status).toBe(204);
    });

    it('when the group is deleted while service IDs are made in it, then none is in a group that is gone', async () => {
      const { id } = await givenGroup('raced away');
      const json = { name: 'racing', group_id: id };

      const [deleted, ...made] = await Promise.all([
        call('DELETE', `/v1/serviceid_groups/${id}`),
        ...Array.from({ length: 4 }, () => call('POST', '/v1/serviceids', { json })),
        ...Array.from({ length: 4 }, () =>
          call('POST', '/v1/serviceids', { json: { ...json, apikey: { name: 'k' } } }),
        ),
      ]);

      const isThere = (await call('GET', `/v1/serviceid_groups/${id}`)).status === 200;
      expect(deleted?.status).toBe(isThere ? 409 : 204);
      expect(made.some(({ status }) => status === 201)).toBe(isThere);
      expect(made.every(({ status }) => status === 201 || status === 404)).toBe(true);
    });

    it('when a service ID is to be made in a group that is not there, then it is refused and none is made', async () => {
      const answer = await call('POST', '/v1/serviceids', {
        json: { name: 'homeless', group_id: 'ServiceIdGroup-none' },
      });

      expectIdentityRefusal(answer, 404, 'not_found');
      expect((await call('GET', '/v1/serviceids?name=homeless')).body.serviceids).toEqual([]);
    });
  });
});
