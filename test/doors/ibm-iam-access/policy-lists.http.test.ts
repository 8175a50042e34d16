import { beforeAll, describe, expect, it } from '@jest/globals';
import { expectAccessRefusal } from '../../harness/access-refusal.ts';
import { asOwner, firstAccountId, givenServiceId } from '../../harness/given-credentials.ts';
import { givenOtherAccount } from '../../harness/given-other-account.ts';
import { platformRole, SENDER, v1Policy, v2Policy } from '../../harness/given-policies.ts';
import type { Answer } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const IAM_ID = 'iam-ServiceId-11111111-0000-4000-8000-000000000000';
const GROUP = 'AccessGroupId-11111111-0000-4000-8000-000000000000';

describeOnEveryBackend('lists of policies', (service) => {
  let accountId: string;
  /** Ids in the order in which they were made. */
  const made: string[] = [];

  beforeAll(async () => {
    accountId = await firstAccountId(service());
    const words = { accountId, iamId: IAM_ID };
    for (const instance of ['a', 'b', 'c', 'd', 'e']) await make('v1', v1Policy({ ...words, instance }));
    await make('v2', v2Policy({ ...words, service: 'iam-identity', role: platformRole('Viewer') }));
    const tagged = v1Policy({ ...words, instance: 'tagged' });
    const [resource] = tagged.resources;
    await make('v1', { ...tagged, resources: [{ ...resource, tags: [{ name: 'env', value: 'test' }] }] });
    await make('v1', { ...v1Policy(words), ...ofAccount('serviceType', 'service'), roles: viewer });
    await make('v1', { ...v1Policy(words), ...ofAccount('service_group_id', 'IAM'), roles: viewer });
    await make('v1', { ...v1Policy(words), subjects: [{ attributes: [{ name: 'access_group_id', value: GROUP }] }] });
    const source = { subjects: [{ attributes: [{ name: 'serviceName', value: 'logdnaat' }] }] };
    await make('v1', { ...v1Policy(words), type: 'authorization', ...source });
  });

  const viewer = [{ role_id: platformRole('Viewer') }];
  const ofAccount = (name: string, value: string) => ({
    resources: [
      {
        attributes: [
          { name: 'accountId', value: accountId },
          { name, value },
        ],
      },
    ],
  });
  const make = async (version: string, json: unknown): Promise<void> => {
    const { body } = await asOwner(service(), 'POST', `/${version}/policies`, { json });
    made.push(body.id);
  };
  const list = async (query: Record<string, string>, version = 'v1'): Promise<Answer> => {
    const parameters = new URLSearchParams({ account_id: accountId, ...query });
    return service().call('GET', `/${version}/policies?${parameters}`, { token: await service().ownerToken() });
  };
  const ids = ({ body }: Answer): string[] => body.policies.map(({ id }: { id: string }) => id);

  it('given eleven policies, when they are listed, then all are there in the order in which they were made', async () => {
    const answer = await list({});

    expect(ids(answer)).toEqual(made);
    expect(answer.body).toMatchObject({ limit: 1_000, first: { href: expect.stringContaining('/v1/policies?') } });
    expect(answer.body).not.toHaveProperty('next');
    expect(answer.body).not.toHaveProperty('previous');
  });

  it.each([
    ['iam_id', { iam_id: IAM_ID }, [0, 1, 2, 3, 4, 5, 6, 7, 8]],
    ['access_group_id', { access_group_id: GROUP }, [9]],
    ['type access', { type: 'access', access_group_id: GROUP }, [9]],
    ['type authorization', { type: 'authorization' }, [10]],
    ['service_type', { service_type: 'service' }, [7]],
    ['service_name', { service_name: 'iam-identity' }, [5]],
    ['service_group_id', { service_group_id: 'IAM' }, [8]],
    ['tag_name', { tag_name: 'env' }, [6]],
    ['tag_name and tag_value', { tag_name: 'env', tag_value: 'live' }, []],
    ['a subject in the other order', { iam_id: IAM_ID, sort: '-created_at' }, [8, 7, 6, 5, 4, 3, 2, 1, 0]],
    ['an unknown subject', { iam_id: GROUP }, []],
    ['nothing deleted', { state: 'deleted' }, []],
  ])('given a filter by %s, when it is listed, then only those are there', async (_name, query, places) => {
    const inV1 = await list(query);
    const inV2 = await list(query, 'v2');

    expect(ids(inV1)).toEqual(places.map((place) => made[place]));
    expect(ids(inV2)).toEqual(ids(inV1));
  });

  it.each(['id', 'type', 'href', 'created_at', 'created_by_id', 'last_modified_at', 'last_modified_by_id', 'state'])(
    'given the order of %s, when it is paged through forwards and back, then no row is lost or twice',
    async (sort) => {
      for (const order of [sort, `-${sort}`]) {
        const whole = ids(await list({ sort: order }));
        const first = await list({ sort: order, limit: '4' });
        const second = await follow(first.body.next.href);
        const third = await follow(second.body.next.href);
        const back = await follow(third.body.previous.href);
        const backAgain = await follow(back.body.previous.href);

        expect([...ids(first), ...ids(second), ...ids(third)]).toEqual(whole);
        expect(third.body).not.toHaveProperty('next');
        expect([ids(back), ids(backAgain)]).toEqual([ids(second), ids(first)]);
        expect(whole.toSorted()).toEqual(made.toSorted());
      }
    },
  );

  const follow = async (href: string): Promise<Answer> => {
    const { pathname, search } = new URL(href);
    return service().call('GET', `${pathname}${search}`, { token: await service().ownerToken() });
  };

  it('given a page token, when it is used with another filter, or changed, then it is refused', async () => {
    const { next } = (await list({ limit: '2' })).body;

    expectAccessRefusal(await list({ limit: '2', start: next.start, type: 'access' }), 400, 'invalid_body', /start/);
    expectAccessRefusal(await list({ limit: '2', start: `${next.start}A` }), 400, 'invalid_body', /start/);
    expect(ids(await list({ limit: '2', start: next.start }))).toEqual(made.slice(2, 4));
    expect(ids(await list({ start: '' }))).toEqual(made);
  });

  it('given a deleted policy, when deleted ones are listed, then it is there and in no other list', async () => {
    const { iamId } = await givenServiceId(service());
    const { body } = await asOwner(service(), 'POST', '/v2/policies', { json: v2Policy({ accountId, iamId }) });
    await asOwner(service(), 'DELETE', `/v2/policies/${body.id}`);

    const deleted = await list({ state: 'deleted', iam_id: iamId });

    expect(deleted.body.policies).toMatchObject([{ id: body.id, state: 'deleted' }]);
    expect(ids(await list({ iam_id: iamId }))).toEqual([]);
  });

  it('given the display form, when it is listed, then roles say what they are called', async () => {
    const { body } = await list({ format: 'display', service_name: 'iam-identity' }, 'v2');

    const [role] = body.policies[0].control.grant.roles;
    expect(role).toMatchObject({ role_id: platformRole('Viewer'), display_name: 'Viewer' });
    expect(role.actions).toContainEqual(expect.objectContaining({ id: 'iam-identity.apikey.get' }));
  });

  describe('given who may not read all', () => {
    it('when a service ID without rights lists, then it reads what it was given itself, and nothing else', async () => {
      const { iamId, key } = await givenServiceId(service());
      const { body } = await asOwner(service(), 'POST', '/v1/policies', { json: v1Policy({ accountId, iamId }) });
      const token = await service().tokenOf(key.secret);

      const answer = await service().call('GET', `/v1/policies?account_id=${accountId}`, { token });

      expect(ids(answer)).toEqual([body.id]);
      expect((await service().call('GET', `/v1/policies/${body.id}`, { token })).status).toBe(200);
    });

    it('when an administrator of one service lists, then the policies of that service are there, and none of others', async () => {
      const { iamId, key } = await givenServiceId(service());
      const json = v1Policy({ accountId, iamId, role: platformRole('Administrator') });
      const own = await asOwner(service(), 'POST', '/v1/policies', { json });
      const token = await service().tokenOf(key.secret);

      const answer = await service().call('GET', `/v1/policies?account_id=${accountId}`, { token });

      expect(ids(answer)).toEqual(
        expect.arrayContaining([...made.slice(0, 5), made[6], made[9], made[10], own.body.id]),
      );
      for (const hidden of [made[5], made[7], made[8]]) expect(ids(answer)).not.toContain(hidden);
    });

    it('when an administrator of one instance lists, then the policies of that instance are there', async () => {
      const { iamId, key } = await givenServiceId(service());
      const json = v1Policy({ accountId, iamId, role: platformRole('Administrator'), instance: 'b' });
      const own = await asOwner(service(), 'POST', '/v1/policies', { json });
      const token = await service().tokenOf(key.secret);

      const answer = await service().call('GET', `/v1/policies?account_id=${accountId}`, { token });

      expect(ids(answer)).toEqual([made[1], own.body.id]);
    });

    it('when another account lists, then it reads nothing of this one', async () => {
      const other = await givenOtherAccount(service());
      const token = await other.ownerToken();

      const theirs = await service().call('GET', `/v1/policies?account_id=${other.accountId}`, { token });
      const ours = await service().call('GET', `/v1/policies?account_id=${accountId}`, { token });

      expect(ids(theirs)).toEqual([]);
      expectAccessRefusal(ours, 403, 'insufficent_permissions');
    });
  });

  it.each([
    ['no account', { account_id: '' }, 'missing_required_query_parameter'],
    ['an unknown order', { sort: 'name' }, 'invalid_body'],
    ['an unknown state', { state: 'gone' }, 'invalid_body'],
    ['an unknown type', { type: 'other' }, 'invalid_body'],
    ['no rows', { limit: '0' }, 'invalid_body'],
    ['too many rows', { limit: '1001' }, 'invalid_body'],
    ['two subjects', { iam_id: IAM_ID, access_group_id: GROUP }, 'invalid_body'],
  ])('given %s, when it is listed, then it is refused', async (_what, query, code) => {
    expectAccessRefusal(await list(query as unknown as Record<string, string>), 400, code);
  });

  it('given a role that only a caller reads, when SENDER is shown, then its CRN is the one that was sent', async () => {
    const { body } = await list({ iam_id: IAM_ID, limit: '1' });

    expect(body.policies[0].roles).toEqual([{ role_id: SENDER }]);
  });
});
