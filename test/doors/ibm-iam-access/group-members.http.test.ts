import { beforeAll, describe, expect, it } from '@jest/globals';
import { GROUP_MEMBERS } from '../../../src/access-groups/group-member.ts';
import { insert } from '../../../src/store/changes.ts';
import { firstAccountId, givenServiceId, givenUser } from '../../harness/given-credentials.ts';
import { givenOtherAccount } from '../../harness/given-other-account.ts';
import { groupMember } from '../../harness/given-rights.ts';
import type { Answer, Sent } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

describeOnEveryBackend('members of access groups', (service) => {
  let accountId: string;
  let ownerToken: string;

  beforeAll(async () => {
    accountId = await firstAccountId(service());
    ownerToken = await service().ownerToken();
  });

  const call = (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
    service().call(method, path, { token: ownerToken, ...sent });
  const givenGroup = async (name: string): Promise<string> => {
    const made = await call('POST', `/v2/groups?account_id=${accountId}`, { json: { name } });
    if (made.status !== 201) throw new Error(made.text);
    return made.body.id;
  };
  const add = (id: string, ...iamIds: readonly string[]): Promise<Answer> =>
    call('PUT', `/v2/groups/${id}/members`, { json: { members: iamIds.map((iam_id) => ({ iam_id, type: 'user' })) } });
  const members = (id: string, query = ''): Promise<Answer> => call('GET', `/v2/groups/${id}/members${query}`);
  const iamIdsIn = ({ body }: Answer): readonly string[] =>
    body.members.map(({ iam_id: iamId }: { iam_id: string }) => iamId);

  describe('given a group', () => {
    it('when members are added, asked for and removed, then each answer has its status and the list follows at once', async () => {
      const id = await givenGroup('members');
      const added = await add(id, 'IBMid-ONE', 'IBMid-TWO');
      const again = await add(id, 'IBMid-TWO', 'IBMid-TWO', 'IBMid-THREE');
      const path = `/v2/groups/${id}/members`;

      expect(added.status).toBe(207);
      expect(added.body.members[0]).toEqual({
        ...{ iam_id: 'IBMid-ONE', type: 'user', status_code: 200 },
        created_at: expect.stringMatching(/Z$/),
        created_by_id: expect.stringMatching(/^IBMid-/),
      });
      expect(again.body.members.map(({ status_code: code }: { status_code: number }) => code)).toEqual([200, 200]);
      expect(again.body.members[0]).toEqual(added.body.members[1]);
      expect(await call('HEAD', `${path}/IBMid-THREE`)).toMatchObject({ status: 204, text: '' });
      expect(await call('DELETE', `${path}/IBMid-ONE`)).toMatchObject({ status: 204, text: '' });
      expect(await call('HEAD', `${path}/IBMid-ONE`)).toMatchObject({ status: 404, text: '' });
      const gone = await call('DELETE', `${path}/IBMid-ONE`);
      expect(gone.status).toBe(404);
      expect(gone.body.errors[0].message).toContain('IBMid-ONE');
      expect(gone.body.errors[0].message).toContain(id);
      expect(iamIdsIn(await members(id)).toSorted()).toEqual(['IBMid-THREE', 'IBMid-TWO']);
    });

    it('when some of many are removed, then each has its own status', async () => {
      const id = await givenGroup('many leave');
      await add(id, 'IBMid-ONE', 'IBMid-TWO');

      const answer = await call('POST', `/v2/groups/${id}/members/delete`, {
        json: { members: ['IBMid-ONE', 'IBMid-NEVER', 'IBMid-TWO'] },
      });

      expect(answer.status).toBe(207);
      expect(answer.body).toMatchObject({
        access_group_id: id,
        members: [
          { iam_id: 'IBMid-ONE', status_code: 204 },
          { iam_id: 'IBMid-NEVER', status_code: 404, errors: [{ code: 'not_found' }] },
          { iam_id: 'IBMid-TWO', status_code: 204 },
        ],
      });
      expect((await members(id)).body.total_count).toBe(0);
    });

    it.each([
      ['no members', { members: [] }],
      ['51 members', { members: Array.from({ length: 51 }, (_, at) => ({ iam_id: `IBMid-${at}`, type: 'user' })) }],
      ['a type of its own', { members: [{ iam_id: 'IBMid-A', type: 'robot' }] }],
      ['one without an iam_id', { members: [{ iam_id: 'IBMid-A', type: 'user' }, { type: 'user' }] }],
      ['an iam_id with a control character', { members: [{ iam_id: 'IBMid-\u0007', type: 'user' }] }],
    ])('when %s are to be added, then the answer is 400 and nobody is', async (name, json) => {
      const id = await givenGroup(`refuses ${name}`);

      const answer = await call('PUT', `/v2/groups/${id}/members`, { json });

      expect(answer).toMatchObject({ status: 400, body: { errors: [{ code: 'invalid_body' }] } });
      expect((await members(id)).body.total_count).toBe(0);
    });

    it('when a key is sent for an iam_id, then the refusal does not repeat it', async () => {
      const id = await givenGroup('keys are no names');

      const answer = await call('DELETE', `/v2/groups/${id}/members/${service().adminKey}`);

      expect(answer.status).toBe(404);
      expect(answer.text).not.toContain(service().adminKey);
    });
  });

  describe('given a group with more members than fit on a page', () => {
    it('when the client follows next, then it gets each once, by type too, and a last page has no next', async () => {
      const id = await givenGroup('paged');
      const all = Array.from({ length: 7 }, (_, index) => `IBMid-P${index}`);
      for (const iamId of all) await add(id, iamId);
      const json = { members: [{ iam_id: 'iam-ServiceId-1', type: 'service' }] };
      await call('PUT', `/v2/groups/${id}/members`, { json });

      const first = await members(id, '?limit=3&type=user');
      const second = await call('GET', first.body.next.href.slice(service().publicUrl.length));
      const third = await call('GET', second.body.next.href.slice(service().publicUrl.length));

      expect([first, second, third].flatMap(iamIdsIn)).toEqual(all);
      expect(third.body).toMatchObject({ offset: 6, limit: 3, total_count: 7 });
      expect(third.body).not.toHaveProperty('next');
      expect(third.body.previous.href).toContain('offset=3');
      expect(iamIdsIn(await members(id, '?type=service'))).toEqual(['iam-ServiceId-1']);
      expect(iamIdsIn(await members(id, '?type=user&sort=-id&limit=2&offset=1'))).toEqual(['IBMid-P5', 'IBMid-P4']);
      expect((await members(id, '?membership_type=dynamic')).body).toMatchObject({ total_count: 0, members: [] });
      expect((await members(id)).body.total_count).toBe(8);
    });

    /** Anybody's iam id may be put into a group: that must not tell an administrator who people of other tenants are. */
    it('when names are asked for, then only those of the account have one (probing for people of other tenants)', async () => {
      const id = await givenGroup('names');
      const user = await givenUser(service());
      const program = await givenServiceId(service());
      const stranger = await givenOtherAccount(service());
      const json = {
        members: [
          { iam_id: user.iamId, type: 'user' },
          { iam_id: program.iamId, type: 'service' },
          { iam_id: stranger.ownerIamId, type: 'user' },
        ],
      };
      await call('PUT', `/v2/groups/${id}/members`, { json });

      const { body } = await members(id, '?verbose=true');
      const sorted = await members(id, '?verbose=true&sort=-name');
      const of = (iamId: string) => body.members.find(({ iam_id }: { iam_id: string }) => iam_id === iamId);

      expect(of(user.iamId)).toMatchObject({ name: 'Robin Example', email: user.email, membership_type: 'static' });
      expect(of(program.iamId)).toMatchObject({ name: 'build server' });
      expect(of(stranger.ownerIamId)).not.toHaveProperty('name');
      expect(of(stranger.ownerIamId)).not.toHaveProperty('email');
      expect(iamIdsIn(sorted)).toEqual([user.iamId, program.iamId, stranger.ownerIamId]);
    });
  });

  describe('given several groups', () => {
    const path = (iamId: string) => `/v2/groups/_allgroups/members/${iamId}?account_id=${accountId}`;

    it('when one identity is added to many and removed from all, then each group has its status', async () => {
      const groups = [await givenGroup('all 1'), await givenGroup('all 2'), await givenGroup('all 3')];
      const wanted = [...groups.slice(0, 2), 'AccessGroupId-none'];
      const added = await call('POST', path('IBMid-ALL'), { json: { type: 'user', groups: wanted } });
      const listed = await call('GET', `/v2/groups?account_id=${accountId}&iam_id=IBMid-ALL`);

      const removed = await call('DELETE', path('IBMid-ALL'));
      const again = await call('DELETE', path('IBMid-ALL'));

      expect(added).toMatchObject({
        status: 207,
        body: {
          iam_id: 'IBMid-ALL',
          groups: [
            { access_group_id: groups[0], status_code: 200 },
            { access_group_id: groups[1], status_code: 200 },
            { access_group_id: 'AccessGroupId-none', status_code: 404, errors: [{ code: 'not_found' }] },
          ],
        },
      });
      expect(listed.body.groups.map(({ id }: { id: string }) => id).toSorted()).toEqual(groups.slice(0, 2).toSorted());
      expect(removed.status).toBe(207);
      expect(removed.body.groups).toEqual(
        expect.arrayContaining(groups.slice(0, 2).map((id) => ({ access_group_id: id, status_code: 204 }))),
      );
      expect(again.status).toBe(404);
      expect(again.body.errors[0].message).toMatch(/IBMid-ALL.*from all groups/);
    });

    it('when the path names an identity with a line end, then nobody is added under it (log injection)', async () => {
      const id = await givenGroup('no line ends');

      const answer = await call('PUT', path('IBMid-A%0Aforged%20line'), { json: { type: 'user', groups: [id] } });

      expect(answer).toMatchObject({ status: 400, body: { errors: [{ code: 'invalid_body' }] } });
      expect((await members(id)).body.total_count).toBe(0);
    });

    it('when an identity is in as many groups as one may be in, then the next refuses it and says why', async () => {
      const there = Array.from({ length: 200 }, (_, index) => ({
        ...{ accountId, groupId: `AccessGroupId-${index}`, iamId: 'IBMid-BUSY' },
      }));
      await service().store.commit(there.map((name) => insert(GROUP_MEMBERS, groupMember(service(), name))));
      const id = await givenGroup('one too many');

      const oneMore = await add(id, 'IBMid-IDLE', 'IBMid-BUSY');

      expect(oneMore).toMatchObject({ status: 409, body: { errors: [{ code: 'limit_reached' }] } });
      expect((await members(id)).body.total_count).toBe(0);
    });
  });

  describe('given many who change one group at once', () => {
    it('when 20 add different members, and 5 the same one, then each is in exactly once', async () => {
      const id = await givenGroup('raced');
      const wanted = Array.from({ length: 20 }, (_, index) => `IBMid-R${String(index).padStart(2, '0')}`);

      const answers = await Promise.all([...wanted, ...Array(5).fill('IBMid-SAME')].map((iamId) => add(id, iamId)));

      expect(answers.map(({ status }) => status)).toEqual(Array(25).fill(207));
      expect(iamIdsIn(await members(id)).toSorted()).toEqual([...wanted, 'IBMid-SAME']);
      expect((await members(id)).body.total_count).toBe(21);
    });

    it('when 10 remove one member at once, then one is answered 204 and the others 404', async () => {
      const id = await givenGroup('raced away');
      await add(id, 'IBMid-LEAVING');

      const answers = await Promise.all(
        Array.from({ length: 10 }, () => call('DELETE', `/v2/groups/${id}/members/IBMid-LEAVING`)),
      );

      expect(answers.map(({ status }) => status).toSorted()).toEqual([204, ...Array(9).fill(404)]);
      expect((await members(id)).body.total_count).toBe(0);
    });

    it('when members are added while the group is deleted, then none is in a group that is gone', async () => {
      const id = await givenGroup('deleted meanwhile');

      const answers = await Promise.all([
        ...Array.from({ length: 8 }, (_, index) => add(id, `IBMid-LATE${index}`)),
        call('DELETE', `/v2/groups/${id}?force=true`),
      ]);

      expect(answers.at(-1)?.status).toBe(204);
      expect(answers.slice(0, -1).every(({ status }) => status === 207 || status === 404)).toBe(true);
      for (const index of [0, 7]) {
        const listed = await call('GET', `/v2/groups?account_id=${accountId}&iam_id=IBMid-LATE${index}`);
        expect(listed.body.groups).toEqual([]);
      }
    });
  });
});
