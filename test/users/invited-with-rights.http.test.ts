import { beforeAll, describe, expect, it } from '@jest/globals';
import { commonRoleCrn, platformRoleCrn } from '../../src/resource-catalog/service-definition.ts';
import { MEMBERSHIPS, membershipId } from '../../src/users/user.ts';
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

  it('given somebody nobody knows, when who may only invite invites, then there is a code', async () => {
    expect((await asInviter(newEmail())).body.resources).toMatchObject([{ state: 'PENDING' }]);
  });
});
