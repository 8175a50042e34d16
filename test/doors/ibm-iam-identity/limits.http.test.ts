import { beforeAll, expect, it } from '@jest/globals';
import { asOwner, firstAccountId, givenKeyOf, givenServiceId } from '../../harness/given-credentials.ts';
import { givenOtherAccount } from '../../harness/given-other-account.ts';
import { expectIdentityRefusal } from '../../harness/identity-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const NO_LIMIT = 2_147_483_647;

describeOnEveryBackend('/v1/accounts/{id}/limits/identity', (service) => {
  let path: string;
  beforeAll(async () => {
    path = `/v1/accounts/${await firstAccountId(service())}/limits/identity`;
  });

  it('when nothing is asked to be counted, then every limit of the form is answered, and no count', async () => {
    const { body } = await asOwner(service(), 'GET', path);

    expect(Object.keys(body).toSorted()).toEqual([
      ...['account_settings_templates', 'apikeys_per_identity', 'claim_rules_per_group', 'claim_rules_per_profile'],
      ...['cr_links', 'cr_links_per_profile', 'cr_rules', 'cr_rules_per_profile', 'idps', 'profile_templates'],
      ...['profiles', 'serviceid_groups', 'serviceids_per_group', 'template_versions_per_template'],
    ]);
    expect([body.apikeys_per_identity, body.profiles]).toEqual([{ limit: NO_LIMIT }, { limit: 0 }]);
    expect([body.serviceid_groups, body.serviceids_per_group]).toEqual([{ limit: 500 }, { limit: 10_000 }]);
  });

  it('given keys of an identity, when they are asked for in either way, then they are counted, and those of others are not', async () => {
    const { iamId } = await givenServiceId(service());
    await givenKeyOf(service(), iamId);
    const { ownerIamId } = await givenOtherAccount(service());

    const query = `?apikeys_per_identity=${iamId},${ownerIamId}&profiles=true&claim_rules_per_group=AccessGroupId-none`;
    const got = await asOwner(service(), 'GET', `${path}${query}`);
    const json = {
      apikeys_per_identity: [iamId, ownerIamId],
      profiles: true,
      claim_rules_per_group: ['AccessGroupId-none'],
    };
    const posted = await asOwner(service(), 'POST', path, { json });

    const identities = [
      { iam_id: iamId, count: 2 },
      { iam_id: ownerIamId, count: 0 },
    ];
    const rules = { limit: NO_LIMIT, access_groups: [{ group_id: 'AccessGroupId-none', count: 0 }] };
    const counted = { apikeys_per_identity: { limit: NO_LIMIT, identities }, claim_rules_per_group: rules };
    expect(got.body).toMatchObject({ ...counted, profiles: { limit: 0, count: 0 } });
    expect(posted.body).toEqual(got.body);
  });

  it('given a service ID group with a service ID, when they are asked for, then both are counted', async () => {
    const account_id = await firstAccountId(service());
    const group = await asOwner(service(), 'POST', '/v1/serviceid_groups', { json: { account_id, name: 'counted' } });
    const group_id = group.body.id;
    await asOwner(service(), 'POST', '/v1/serviceids', { json: { account_id, name: 'in it', group_id } });

    const { body } = await asOwner(service(), 'GET', `${path}?serviceid_groups=true&serviceids_per_group=${group_id}`);

    expect(body.serviceid_groups).toEqual({ limit: 500, count: 1 });
    expect(body.serviceids_per_group).toEqual({ limit: 10_000, serviceid_groups: [{ group_id, count: 1 }] });
  });

  it('when more ids are asked for than one answer counts, or a flag is none, then it is refused with 400', async () => {
    const token = await service().ownerToken();
    const ids = Array.from({ length: 101 }, (_, number) => `IBMid-${number}`);
    const calls = [
      service().call('GET', `${path}?apikeys_per_identity=${ids.join(',')}`, { token }),
      service().call('GET', `${path}?profiles=yes`, { token }),
      service().call('POST', path, { token, json: { apikeys_per_identity: ids } }),
      service().call('POST', path, { token, json: { apikeys_per_identity: 'IBMid-1' } }),
    ];

    for (const answer of await Promise.all(calls)) expectIdentityRefusal(answer, 400, 'parameter_invalid');
  });
});
