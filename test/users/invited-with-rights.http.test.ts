import { beforeAll, describe, expect, it } from '@jest/globals';
import { commonRoleCrn, platformRoleCrn } from '../../src/resource-catalog/service-definition.ts';
import { MEMBERSHIPS, membershipId, USERS } from '../../src/users/user.ts';
import { expectUserRefusal } from '../doors/ibm-user-management/user-refusal.ts';
import { firstAccountId, type GivenUser, givenUser } from '../harness/given-credentials.ts';
import { activate, givenTenant, invite, newEmail } from '../harness/given-people.ts';
import { givenPolicy } from '../harness/given-rights.ts';
import type { Answer } from '../harness/http-call.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

/** Rights may be given before somebody comes: whoever lets them in, or holds their code, must hold those rights (R34). */
describeOnEveryBackend('invitations of people who have been given rights', (service) => {
  let accountId: string;
  let inviter: GivenUser;

  beforeAll(async () => {
    accountId = await firstAccountId(service());
    inviter = await givenUser(service());
    await allow(inviter.iamId, platformRoleCrn('Editor'), 'user-management');
  });

  const allow = (subject: string, role: string, name: string) =>
    givenPolicy(service(), { accountId, subject, roles: [role], service: name });
  const asInviter = async (...emails: readonly string[]): Promise<Answer> =>
    invite(service(), { token: await service().tokenOf(inviter.key.secret), accountId, emails });
  const asOwner = async (...emails: readonly string[]): Promise<Answer> =>
    invite(service(), { token: await service().ownerToken(), accountId, emails });

  describe('given somebody who was invited, was given rights, and has not come yet', () => {
    /** Attack: who may invite asks for a new code of the administrator to be, and comes in that one's place. */
    it('when who may only invite invites again, then it is refused, and the first code is good', async () => {
      const email = newEmail();
      const [invited] = (await asOwner(email)).body.resources;
      await allow(invited.iam_id, platformRoleCrn('Administrator'), 'logs');

      expectUserRefusal(await asInviter(email), 403, 'access_denied');
      // Hidden among others: all or none.
      expectUserRefusal(await asInviter(newEmail(), email), 403, 'access_denied');

      const activated = await activate(service(), invited.activation_code);
      expect([activated.status, activated.body.iam_id]).toEqual([201, invited.iam_id]);
    });

    it('when who holds the same invites again, then there is a new code', async () => {
      const email = newEmail();
      const [invited] = (await asOwner(email)).body.resources;
      await allow(invited.iam_id, commonRoleCrn('Reader'), 'generic-service');
      await allow(inviter.iamId, commonRoleCrn('Reader'), 'generic-service');

      const again = await asInviter(email);

      expect([again.status, again.body.resources[0].iam_id]).toEqual([202, invited.iam_id]);
    });
  });

  /** Attack: an accomplice of another account, for whom rights wait here, is let in by who does not hold them. */
  it('given a user of another account for whom rights wait here, when who may only invite invites, then it is refused and nobody has joined', async () => {
    const { owner } = await givenTenant(service());
    await allow(owner.iamId, platformRoleCrn('Administrator'), 'logs');

    expectUserRefusal(await asInviter(owner.email), 403, 'access_denied');

    expect(await service().store.read(MEMBERSHIPS).get(membershipId(accountId, owner.iamId))).toBeUndefined();
    expect((await asOwner(owner.email)).body.resources).toMatchObject([{ iam_id: owner.iamId, state: 'ACTIVE' }]);
  });

  /** Attack: an accomplice who was suspended is let back in, with rights that who lets in does not hold. */
  it('given a suspended user who has been given rights, when who may only change users activates the user, then it is refused', async () => {
    const suspended = await givenUser(service());
    await allow(suspended.iamId, platformRoleCrn('Administrator'), 'logs');
    const path = `/v2/accounts/${accountId}/users/${suspended.iamId}`;
    const token = await service().tokenOf(inviter.key.secret);
    const change = (state: string, by: string) => service().call('PATCH', path, { token: by, json: { state } });

    expect((await change('SUSPENDED', token)).status).toBe(204);
    expectUserRefusal(await change('ACTIVE', token), 403, 'access_denied');
    expect((await change('ACTIVE', await service().ownerToken())).status).toBe(204);
  });

  describe('given an invitation with a policy and an access group', () => {
    const viewer = { role_id: platformRoleCrn('Viewer') };
    const policyOn = (serviceName: string) => ({
      ...{ type: 'access', roles: [viewer] },
      resources: [{ attributes: [{ name: 'serviceName', value: serviceName }] }],
    });
    const givenGroup = async (): Promise<string> => {
      const path = `/v2/groups?account_id=${accountId}`;
      const json = { name: `Group of ${newEmail()}` };
      return (await service().call('POST', path, { token: await service().ownerToken(), json })).body.id;
    };
    const inviteWith = (token: string, email: string, rights: object) =>
      service().call('POST', `/v2/accounts/${accountId}/users`, { token, json: { users: [{ email }], ...rights } });

    it('when the owner invites, then the user has both from the first token on', async () => {
      const group = await givenGroup();
      await givenPolicy(service(), {
        ...{ accountId, subject: group, roles: [platformRoleCrn('Viewer')], service: 'user-management' },
      });
      const rights = { iam_policy: [policyOn('iam-identity')], access_groups: [group] };

      const invited = await inviteWith(await service().ownerToken(), newEmail(), rights);
      const { body: key } = await activate(service(), invited.body.resources[0].activation_code);

      const token = await service().tokenOf(key.apikey);
      const statuses = await Promise.all(
        ['/v1/serviceids', `/v2/accounts/${accountId}/users`, `/v2/groups?account_id=${accountId}`].map(
          async (path) => (await service().call('GET', path, { token })).status,
        ),
      );
      expect(statuses).toEqual([200, 200, 403]);
    });

    /** Attack: who may invite gives the invited, whose code is theirs, what they do not hold. */
    it('when who may only invite gives more than they hold, then it is refused and nobody is invited', async () => {
      const group = await givenGroup();
      const token = await service().tokenOf(inviter.key.secret);
      const email = newEmail();

      const refused = [
        await inviteWith(token, email, { iam_policy: [policyOn('iam-identity')] }),
        await inviteWith(token, email, { access_groups: [group] }),
      ];

      for (const answer of refused) expectUserRefusal(answer, 403, 'access_denied');
      expect(await service().store.read(USERS).find('byEmail', [email])).toBeUndefined();
    });

    it('when a member is given what is given already, then 409 and nothing changed', async () => {
      const email = newEmail();
      const token = await service().ownerToken();
      const rights = { iam_policy: [policyOn('logs')] };
      await inviteWith(token, email, rights);

      expectUserRefusal(await inviteWith(token, email, rights), 409, 'Conflict');
    });
  });

  it('given somebody nobody knows, when who may only invite invites, then there is a code', async () => {
    expect((await asInviter(newEmail())).body.resources).toMatchObject([{ state: 'PENDING' }]);
  });
});
