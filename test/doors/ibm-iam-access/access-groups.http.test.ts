import { beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, firstAccountId } from '../../harness/given-credentials.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import type { Answer, Sent } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

describeOnEveryBackend('access groups', (service) => {
  let accountId: string;
  let other: OtherAccount;
  let ownerToken: string;

  beforeAll(async () => {
    accountId = await firstAccountId(service());
    other = await givenOtherAccount(service());
    ownerToken = await service().ownerToken();
  });

  const call = (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
    service().call(method, path, { token: ownerToken, ...sent });
  const create = (json: object): Promise<Answer> => call('POST', `/v2/groups?account_id=${accountId}`, { json });
  const givenGroup = async (name: string, description?: string): Promise<Answer> => {
    const made = await create({ name, ...(description !== undefined && { description }) });
    if (made.status !== 201) throw new Error(made.text);
    return made;
  };
  const listed = async (query: string): Promise<Answer> => call('GET', `/v2/groups?account_id=${accountId}${query}`);

  describe('given a new group', () => {
    it('when it is created and read, then both answers have every member, and the ETag changes with each change', async () => {
      const made = await givenGroup('Platform team');
      const { id } = made.body;
      const read = await call('GET', `/v2/groups/${id}`);
      const headers = { 'If-Match': made.headers.get('ETag') ?? '' };

      const changed = await call('PATCH', `/v2/groups/${id}`, { json: { description: 'all of it' }, headers });
      const stale = await call('PATCH', `/v2/groups/${id}`, { json: { description: 'too late' }, headers });

      expect(made.status).toBe(201);
      expect(made.body).toEqual({
        id: expect.stringMatching(/^AccessGroupId-[0-9a-f-]{36}$/),
        ...{ name: 'Platform team', description: '', account_id: accountId, is_federated: false },
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        created_by_id: expect.stringMatching(/^IBMid-/),
        last_modified_at: made.body.created_at,
        last_modified_by_id: made.body.created_by_id,
        href: `${service().publicUrl}/v2/groups/${id}`,
      });
      expect(read.body).toEqual(made.body);
      expect(read.headers.get('ETag')).toBe(made.headers.get('ETag'));
      expect(read.headers.get('ETag')).toMatch(/^1-[0-9a-f]{32}$/);
      expect(changed).toMatchObject({ status: 200, body: { name: 'Platform team', description: 'all of it' } });
      expect(changed.headers.get('ETag')).toMatch(/^2-/);
      expect(stale).toMatchObject({ status: 412, body: { errors: [{ code: 'conflict' }] } });
    });

    it('when another of the same name in other letters is made or renamed, then it is refused with 409', async () => {
      await givenGroup('Unique Name');
      const second = await givenGroup('another name');

      const again = await create({ name: 'UNIQUE name' });
      const renamed = await call('PATCH', `/v2/groups/${second.body.id}`, {
        json: { name: 'unique NAME' },
        headers: { 'If-Match': '*' },
      });

      expect([again.status, renamed.status]).toEqual([409, 409]);
      expect(again.body.errors[0].code).toBe('conflict');
      expect((await call('GET', `/v2/groups/${second.body.id}`)).body.name).toBe('another name');
    });

    it('when ten of one name are made at once, then one is, and its name is free again when it is deleted', async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => create({ name: 'raced for' })));
      const made = answers.filter(({ status }) => status === 201);
      await call('DELETE', `/v2/groups/${made[0]?.body.id}`);

      const again = await create({ name: 'raced for' });

      expect(made).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 409)).toHaveLength(9);
      expect(again.status).toBe(201);
    });
  });

  describe('given a request that is not allowed', () => {
    it.each([
      ['no name', {}],
      ['an empty name', { name: '' }],
      ['a name with a line break (log injection)', { name: 'one\ntwo' }],
      ['a name of 101 characters', { name: 'n'.repeat(101) }],
      ['a description of 251 characters', { name: 'long', description: 'd'.repeat(251) }],
      ['a name that is no text', { name: 7 }],
    ])('when a group is made with %s, then the answer is 400 and nothing is made', async (_, json) => {
      const before = await listed('&limit=0');

      const answer = await create(json);

      expect(answer).toMatchObject({ status: 400, body: { status_code: 400, errors: [{ code: 'invalid_body' }] } });
      expect((await listed('&limit=0')).body.total_count).toBe(before.body.total_count);
    });

    it('when there is no account, no If-Match, no token or no such group, then each has its status', async () => {
      const { id } = (await givenGroup('refused')).body;
      const unknown = '/v2/groups/AccessGroupId-00000000-0000-0000-0000-000000000000';

      const answers = [
        await call('GET', '/v2/groups'),
        await call('POST', '/v2/groups', { json: { name: 'nowhere' } }),
        await call('PATCH', `/v2/groups/${id}`, { json: { name: 'unseen' } }),
        await service().call('GET', `/v2/groups/${id}`),
        await call('GET', unknown),
        await call('DELETE', unknown),
        await call('PUT', `/v2/groups/${id}`, { json: {} }),
        await listed('&limit=101'),
        await listed('&offset=-1'),
        await listed('&sort=secret'),
      ];

      expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 401, 404, 404, 405, 400, 400, 400]);
      expect(answers[0]?.body.errors[0].code).toBe('missing_required_query_parameter');
    });

    it('when the owner of another account asks, then every answer is 404 or 403 and nothing is told', async () => {
      const { id } = (await givenGroup('not theirs')).body;
      const token = await other.ownerToken();
      const headers = { 'If-Match': '*' };

      const answers = [
        await call('GET', `/v2/groups/${id}`, { token }),
        await call('PATCH', `/v2/groups/${id}`, { token, headers, json: { name: 'taken' } }),
        await call('DELETE', `/v2/groups/${id}?force=true`, { token }),
        await call('GET', `/v2/groups/${id}/members`, { token }),
        await call('PUT', `/v2/groups/${id}/members`, {
          token,
          json: { members: [{ iam_id: other.ownerIamId, type: 'user' }] },
        }),
        await call('GET', `/v2/groups/${id}/rules`, { token }),
        await listedAs(token),
        await call('POST', `/v2/groups?account_id=${accountId}`, { token, json: { name: 'planted' } }),
        await call('PATCH', `/v2/groups/settings?account_id=${accountId}`, { token, json: {} }),
      ];

      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404, 403, 403, 403]);
      expect(answers.map(({ text }) => text).join()).not.toContain('not theirs');
      expect((await call('GET', `/v2/groups/${id}`)).body.name).toBe('not theirs');
    });
    const listedAs = (token: string) => call('GET', `/v2/groups?account_id=${accountId}`, { token });
  });

  describe('given many groups', () => {
    let names: readonly string[];
    beforeAll(async () => {
      names = ['page c', 'page a', 'page e', 'page b', 'page d'];
      for (const name of names) await givenGroup(name, `described as ${name.toUpperCase()}`);
    });

    it('when the client follows next by name, then it gets each once, and the links say where it is', async () => {
      const pages: Answer[] = [await listed('&search=name:page%20&sort=name&limit=2')];
      for (let next = pages[0]?.body.next; next !== undefined; next = pages.at(-1)?.body.next) {
        const { pathname, search } = new URL(next.href);
        pages.push(await call('GET', `${pathname}${search}`));
      }

      expect(pages.map(({ body }) => body.groups.map(({ name }: { name: string }) => name))).toEqual([
        ['page a', 'page b'],
        ['page c', 'page d'],
        ['page e'],
      ]);
      expect(pages.map(({ body }) => [body.offset, body.limit, body.total_count])).toEqual([
        [0, 2, 5],
        [2, 2, 5],
        [4, 2, 5],
      ]);
      expect(pages[0]?.body).not.toHaveProperty('previous');
      expect(pages[1]?.body.previous.href).toContain('offset=0');
      expect(pages[2]?.body).not.toHaveProperty('next');
      expect(pages[0]?.body.last.href).toContain('offset=4');
      expect(pages[2]?.body.first.href).toContain('offset=0');
    });

    it.each([
      ['&search=page%20c', ['page c']],
      ['&search=description:PAGE%20D', ['page d']],
      ['&search=name:described', []],
      ['&search=name:page%20&sort=-name&limit=1', ['page e']],
      ['&search=name:page%20&sort=description&offset=4', ['page e']],
      ['&search=name:page%20&limit=0', []],
      ['&search=name:page%20&offset=100', []],
    ])('when the list is asked for with %s, then it has these', async (query, expected) => {
      const { body } = await listed(query);

      expect(body.groups.map(({ name }: { name: string }) => name)).toEqual(expected);
      expect('next' in body).toBe(query.endsWith('limit=1'));
    });

    it('when it is asked which have rules, then the one with a rule has, and sorts last', async () => {
      const { id } = (await givenGroup('page with rule')).body;
      await asOwner(service(), 'POST', `/v2/groups/${id}/rules`, {
        json: {
          ...{ expiration: 12, realm_name: 'https://idp.example.test' },
          conditions: [{ claim: 'team', operator: 'EQUALS', value: '"build"' }],
        },
      });

      const { body } = await listed('&search=name:page&sort=is_federated&show_federated=true');

      expect(body.groups.map(({ is_federated }: { is_federated: boolean }) => is_federated)).toEqual([
        ...[false, false, false, false, false, true],
      ]);
      expect(body.groups.at(-1).id).toBe(id);
      expect((await listed('&search=name:page')).body.groups[0]).not.toHaveProperty('is_federated');
    });
  });

  describe('given a group with a member', () => {
    it('when it is deleted, then only with force, and then it is gone for good with its members', async () => {
      const { id } = (await givenGroup('to be deleted')).body;
      const iamId = 'IBMid-DELETED';
      await call('PUT', `/v2/groups/${id}/members`, { json: { members: [{ iam_id: iamId, type: 'user' }] } });

      const unforced = await call('DELETE', `/v2/groups/${id}`);
      const forced = await call('DELETE', `/v2/groups/${id}?force=true`);

      expect(unforced).toMatchObject({ status: 409, body: { errors: [{ code: 'conflict' }] } });
      expect(forced).toMatchObject({ status: 204, text: '' });
      expect((await call('GET', `/v2/groups/${id}`)).status).toBe(404);
      expect((await call('DELETE', `/v2/groups/${id}?force=true`)).status).toBe(404);
      expect((await listed(`&iam_id=${iamId}`)).body.groups).toEqual([]);
      expect((await call('HEAD', `/v2/groups/${id}/members/${iamId}`)).status).toBe(404);
    });
  });

  describe("given an account's settings about groups", () => {
    it('when they are read, changed and read again, then the change stays, and unknown values are refused', async () => {
      const path = `/v2/groups/settings?account_id=${accountId}`;
      const before = await call('GET', path);

      const changed = await call('PATCH', path, { json: { public_access_enabled: true } });
      const refused = await call('PATCH', path, { json: { public_access_enabled: 'yes' } });

      expect(before.body).toEqual({ account_id: accountId, public_access_enabled: false });
      expect(changed).toMatchObject({ status: 200, body: { account_id: accountId, public_access_enabled: true } });
      expect(changed.body.last_modified_by_id).toMatch(/^IBMid-/);
      expect(refused.status).toBe(400);
      expect((await call('GET', path)).body).toEqual(changed.body);
    });

    it('when ten change them at once for the first time, then each is answered and one record is left', async () => {
      const token = await other.ownerToken();
      const path = `/v2/groups/settings?account_id=${other.accountId}`;

      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          call('PATCH', path, { token, json: { public_access_enabled: index % 2 === 0 } }),
        ),
      );

      expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    });
  });
});
