import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../contract/eventually.ts';
import { asOwner, firstAccountId, givenServiceId, givenUser } from '../harness/given-credentials.ts';
import { v1Policy, v2Policy } from '../harness/given-policies.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

const LONGEST_MILLISECONDS = 20_000;

describeOnEveryBackend('rights of who was removed', (service) => {
  let accountId: string;
  beforeAll(async () => {
    accountId = await firstAccountId(service());
  });

  /** Gives an identity a policy, one that is deleted again, and a group. */
  const givenRights = async (iamId: string): Promise<string> => {
    const words = { accountId, iamId };
    await asOwner(service(), 'POST', '/v1/policies', { json: v1Policy(words) });
    const deleted = await asOwner(service(), 'POST', '/v2/policies', { json: v2Policy({ ...words, instance: 'one' }) });
    await asOwner(service(), 'DELETE', `/v2/policies/${deleted.body.id}`);
    const group = await asOwner(service(), 'POST', `/v2/groups?account_id=${accountId}`, { json: { name: iamId } });
    const members = { members: [{ iam_id: iamId, type: 'user' }] };
    await asOwner(service(), 'PUT', `/v2/groups/${group.body.id}/members`, { json: members });
    return group.body.id;
  };
  const rightsOf = async (query: string): Promise<number[]> => {
    const of = async (state: string) => {
      const path = `/v1/policies?account_id=${accountId}&state=${state}&${query}`;
      return (await asOwner(service(), 'GET', path)).body.policies.length;
    };
    return [await of('active'), await of('deleted')];
  };
  const membersOf = async (group: string): Promise<number> =>
    (await asOwner(service(), 'GET', `/v2/groups/${group}/members`)).body.total_count;

  describe('given a user with policies, a deleted one among them, and a group', () => {
    it('when the user is removed and invited again, then nothing of it comes back (rights of a former life)', async () => {
      const { iamId, email } = await givenUser(service());
      const group = await givenRights(iamId);
      const users = `/v2/accounts/${accountId}/users`;
      const invitation = { users: [{ email, account_role: 'Member' }] };
      await asOwner(service(), 'DELETE', `${users}/${iamId}`);

      // Refused while something is left.
      await eventually(async () => {
        await asOwner(service(), 'POST', users, { json: invitation });
      }, LONGEST_MILLISECONDS);

      expect(await rightsOf(`iam_id=${iamId}`)).toEqual([0, 0]);
      expect(await membersOf(group)).toBe(0);
    });
  });

  describe('given a service ID with the same', () => {
    it('when it is deleted, then all of it goes', async () => {
      const { id, iamId } = await givenServiceId(service());
      const group = await givenRights(iamId);

      await asOwner(service(), 'DELETE', `/v1/serviceids/${id}`);

      await eventually(async () => {
        expect(await rightsOf(`iam_id=${iamId}`)).toEqual([0, 0]);
        expect(await membersOf(group)).toBe(0);
      }, LONGEST_MILLISECONDS);
    });
  });

  describe('given an access group with policies', () => {
    it('when it is deleted, then they go, and a policy for it gives nobody anything before', async () => {
      const { iamId } = await givenServiceId(service());
      const group = await givenRights(iamId);
      const subjects = [{ attributes: [{ name: 'access_group_id', value: group }] }];
      await asOwner(service(), 'POST', '/v1/policies', { json: { ...v1Policy({ accountId, iamId }), subjects } });
      expect(await rightsOf(`access_group_id=${group}`)).toEqual([1, 0]);

      await asOwner(service(), 'DELETE', `/v2/groups/${group}?force=true`);

      await eventually(
        async () => expect(await rightsOf(`access_group_id=${group}`)).toEqual([0, 0]),
        LONGEST_MILLISECONDS,
      );
    });
  });
});
