import { beforeAll, describe, expect, it } from '@jest/globals';
import { replace } from '../../../src/store/changes.ts';
import { MEMBERSHIPS, membershipId } from '../../../src/users/user.ts';
import {
  asOwner,
  firstAccountId,
  givenMembership,
  givenServiceId,
  givenUser,
} from '../../harness/given-credentials.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import type { Sent } from '../../harness/http-call.ts';
import { expectIdentityRefusal } from '../../harness/identity-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

describeOnEveryBackend('members of more than one account', (service) => {
  let other: OtherAccount;
  let accountId: string;

  beforeAll(async () => {
    other = await givenOtherAccount(service());
    accountId = await firstAccountId(service());
  });

  /** A token of a key's holder that names the account asked for. */
  const tokenIn = async (account: string, apikey: string): Promise<string> => {
    const answer = await service().exchange({ grant_type: 'apikey', apikey, account });
    expect(answer.status).toBe(200);
    return String(answer.body.access_token);
  };

  describe('given the owner of one account, who is a plain member of another', () => {
    /** Confused deputy: a token names one account, and rights in another do not reach across. */
    it('when a token for the other is used, then neither account is open, but for what is the own', async () => {
      const owner = (await asOwner(service(), 'GET', '/v1/apikeys')).body.apikeys[0].iam_id;
      await givenMembership(service(), other.accountId, owner);
      const { id, key } = await givenServiceId(service());
      const token = await tokenIn(other.accountId, service().adminKey);
      const send = (method: string, path: string, sent: Sent = {}) => service().call(method, path, { token, ...sent });

      const missing = [`/v1/apikeys/${key.id}`, `/v1/serviceids/${id}`];
      for (const path of missing) expectIdentityRefusal(await send('DELETE', path), 404, 'not_found');
      const denied = [
        await send('GET', `/v1/apikeys/${other.ownerKeyId}`),
        await send('GET', '/v1/apikeys?scope=account'),
        await send('GET', `/v1/apikeys?account_id=${accountId}`),
        await send('GET', '/v1/serviceids'),
        await send('POST', '/v1/serviceids', { json: { name: 'mine' } }),
        await send('POST', '/v1/apikeys', { json: { name: 'mine', iam_id: other.ownerIamId } }),
        await send('POST', '/v1/apikeys', { json: { name: 'mine', iam_id: owner, account_id: accountId } }),
      ];
      for (const answer of denied) expectIdentityRefusal(answer, 403, 'access_denied');

      expect((await send('GET', '/v1/apikeys')).body.apikeys).toEqual([]);
      const made = await send('POST', '/v1/apikeys', { json: { name: 'of the member', iam_id: owner } });
      expect([made.status, made.body.account_id]).toEqual([201, other.accountId]);
      const seen = await service().call('GET', '/v1/apikeys?scope=account', { token: await other.ownerToken() });
      expect(seen.body.apikeys.map(({ id: listed }: { id: string }) => listed).sort()).toEqual(
        [made.body.id, other.ownerKeyId].sort(),
      );
    });
  });

  describe('given a user who is a plain member', () => {
    it('when the user asks, then the own keys are there, and all that is of others is refused with 403', async () => {
      const user = await givenUser(service());
      const { id, key } = await givenServiceId(service());
      const token = await service().tokenOf(user.key.secret);
      const send = (method: string, path: string, sent: Sent = {}) => service().call(method, path, { token, ...sent });

      const listed = await send('GET', '/v1/apikeys');
      const sessions = { name: 'mine', iam_id: user.iamId, support_sessions: true };
      const made = await send('POST', '/v1/apikeys', { json: sessions });

      expect(listed.body.apikeys.map(({ id: own }: { id: string }) => own)).toEqual([user.key.id]);
      expect([made.status, made.body.support_sessions]).toEqual([201, true]);
      for (const path of [`/v1/apikeys/${key.id}`, `/v1/serviceids/${id}`]) {
        expectIdentityRefusal(await send('DELETE', path), 403, 'access_denied');
      }
    });
  });

  describe('given a user who is suspended in the account', () => {
    it('when the user makes a key with a token of before, then the identity does not exist', async () => {
      const user = await givenUser(service());
      const token = await service().tokenOf(user.key.secret);
      const membership = await service().store.read(MEMBERSHIPS).get(membershipId(accountId, user.iamId));
      if (membership === undefined) throw new Error('there is no membership');
      const suspended = { ...membership, state: 'suspended' as const, entityTag: '2-0' };
      await service().store.commit([replace(MEMBERSHIPS, suspended, membership.entityTag)]);

      const json = { name: 'for nobody', iam_id: user.iamId };
      const refused = await service().call('POST', '/v1/apikeys', { token, json });

      expectIdentityRefusal(refused, 404, 'not_found');
    });
  });
});
