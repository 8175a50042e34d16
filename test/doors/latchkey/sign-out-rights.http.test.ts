import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  asOwner,
  firstAccountId,
  type GivenServiceId,
  type GivenUser,
  givenMembership,
  givenServiceId,
  givenUser,
} from '../../harness/given-credentials.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { BELIEVED, believedWays, REFUSED, signedIn } from '../../harness/signed-in.ts';
import { expectProductRefusal } from './product-refusal.ts';

describeOnEveryBackend('who may sign out whom', (service) => {
  let accountId: string;
  let ownerIamId: string;
  let user: GivenUser;
  let robot: GivenServiceId;
  let other: OtherAccount;
  beforeAll(async () => {
    accountId = await firstAccountId(service());
    ownerIamId = (await asOwner(service(), 'GET', '/v1/apikeys')).body.apikeys[0].iam_id;
    user = await givenUser(service());
    robot = await givenServiceId(service());
    other = await givenOtherAccount(service());
  });

  const signOut = (path: string, token: string) => service().call('POST', `/latchkey/v1/${path}/sign_out`, { token });
  const asUser = async (path: string, inAccount?: string) =>
    signOut(path, (await signedIn(service(), user.key.secret, inAccount)).token);
  const asRobot = async (path: string) => signOut(path, await service().tokenOf(robot.key.secret));
  const asOther = async (path: string) => signOut(path, await other.ownerToken());

  describe('given a user of the account who owns nothing in it', () => {
    it('when the user signs out the own key, itself and its membership, then it may', async () => {
      const paths = [`apikeys/${user.key.id}`, `users/${user.iamId}`, `accounts/${accountId}/users/${user.iamId}`];
      for (const path of paths) {
        const before = await signedIn(service(), user.key.secret);

        expect((await asUser(path)).status).toBe(200);
        expect(await believedWays(service(), before)).toEqual(REFUSED);
      }
    });

    it('when the user signs out what is not its own, then it is denied', async () => {
      for (const path of [
        `apikeys/${robot.key.id}`,
        `serviceids/${robot.id}`,
        `users/${ownerIamId}`,
        `accounts/${accountId}/users/${ownerIamId}`,
        `accounts/${accountId}`,
        'installation',
      ]) {
        expectProductRefusal(await asUser(path), 403, 'access_denied');
      }
    });
  });

  describe('given a user who is a member of two accounts', () => {
    it('when the user signs out itself with a token for the other one, then its tokens end in both', async () => {
      await givenMembership(service(), other.accountId, user.iamId);
      const here = await signedIn(service(), user.key.secret);
      const there = await signedIn(service(), user.key.secret, other.accountId);

      expect((await asUser(`users/${user.iamId}`, other.accountId)).status).toBe(200);

      expect([await believedWays(service(), here), await believedWays(service(), there)]).toEqual([REFUSED, REFUSED]);
    });

    it('when the owner of one signs the user out there, then its tokens for the other go on', async () => {
      const guest = await givenUser(service());
      await givenMembership(service(), other.accountId, guest.iamId);
      const here = await signedIn(service(), guest.key.secret);
      const there = await signedIn(service(), guest.key.secret, other.accountId);

      expect((await asOther(`accounts/${other.accountId}/users/${guest.iamId}`)).status).toBe(200);

      expect([await believedWays(service(), here), await believedWays(service(), there)]).toEqual([BELIEVED, REFUSED]);
    });
  });

  describe('given a service ID', () => {
    it('when it signs out its key and itself, then it may', async () => {
      for (const path of [`apikeys/${robot.key.id}`, `serviceids/${robot.id}`]) {
        const before = await signedIn(service(), robot.key.secret);

        expect((await asRobot(path)).status).toBe(200);
        expect(await believedWays(service(), before)).toEqual(REFUSED);
      }
    });

    it('when it signs out what is not its own, then it is denied', async () => {
      const another = await givenServiceId(service());
      for (const path of [
        `apikeys/${another.key.id}`,
        `serviceids/${another.id}`,
        `users/${user.iamId}`,
        `users/${robot.iamId}`,
        `accounts/${accountId}/users/${robot.iamId}`,
        `accounts/${accountId}`,
        'installation',
      ]) {
        expectProductRefusal(await asRobot(path), 403, 'access_denied');
      }
    });
  });

  /** Ids of other tenants must not be probed, and their sessions not ended. */
  describe("given the owner of another account, when it signs out what is this account's", () => {
    it('then the answer is the one for what does not exist', async () => {
      const beforehand = await signedIn(service(), robot.key.secret);
      const pairs = [
        [`apikeys/${robot.key.id}`, 'apikeys/ApiKey-none'],
        [`serviceids/${robot.id}`, 'serviceids/ServiceId-none'],
        [`accounts/${accountId}`, 'accounts/none'],
        [`accounts/${accountId}/users/${user.iamId}`, 'accounts/none/users/IBMid-NONE'],
      ] as const;
      for (const [theirs, missing] of pairs) {
        const [refused, unknown] = [await asOther(theirs), await asOther(missing)];

        expectProductRefusal(refused, 404, 'not_found');
        expect({ ...refused.body, ...unknown.body }).toEqual(unknown.body);
        expect(refused.body.message).toBe(unknown.body.message);
      }
      expect(await believedWays(service(), beforehand)).toEqual(BELIEVED);
    });

    it('then also a user is denied, whether it exists or not', async () => {
      const [refused, unknown] = [await asOther(`users/${user.iamId}`), await asOther('users/IBMid-NONE')];

      expectProductRefusal(refused, 403, 'access_denied');
      expect({ ...unknown.body, transaction_id: '', request_id: '' }).toEqual({
        ...refused.body,
        ...{ transaction_id: '', request_id: '' },
      });
    });

    it('then the installation is denied', async () => {
      expectProductRefusal(await asOther('installation'), 403, 'access_denied');
    });
  });

  describe('given the operator', () => {
    it('when a user of another account is signed out, then the user is', async () => {
      const before = await signedIn(service(), other.ownerSecret);

      await asOwner(service(), 'POST', `/latchkey/v1/users/${other.ownerIamId}/sign_out`);

      expect(await believedWays(service(), before)).toEqual(REFUSED);
    });

    it('when a user who does not exist is signed out, then the answer is 404', async () => {
      const answer = await signOut('users/IBMid-NONE', await service().ownerToken());

      expectProductRefusal(answer, 404, 'not_found');
    });

    /** A token of the operator for another tenant, taken there, must not open the installation. */
    it('when it asks with a token for another account, then the installation is denied', async () => {
      await givenMembership(service(), other.accountId, ownerIamId);
      const { token } = await signedIn(service(), service().adminKey, other.accountId);

      expectProductRefusal(await signOut('installation', token), 403, 'access_denied');
      expectProductRefusal(await signOut(`users/${user.iamId}`, token), 403, 'access_denied');
    });
  });
});
