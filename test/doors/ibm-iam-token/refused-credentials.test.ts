import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { newApiKeySecret } from '../../../src/secrets/api-key-secret.ts';
import { replace } from '../../../src/store/changes.ts';
import { MEMBERSHIPS, type Membership, membershipId } from '../../../src/users/user.ts';
import {
  asOwner,
  givenAccount,
  givenKeyOf,
  givenMembership,
  givenServiceId,
  givenUser,
} from '../../harness/given-credentials.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { expectTokenRefusal, withoutRequestNames } from '../../harness/token-refusal.ts';

/** Refusals of a key, with status, code and exact form (IBM Cloud IAM Identity API, token operations; errors). */
describeOnEveryBackend('what POST /identity/token refuses of a key', (service) => {
  const exchanged = (apikey: string, more = {}, headers = {}) =>
    service().exchange({ grant_type: 'apikey', apikey, ...more }, headers);

  describe('given a secret that is no key', () => {
    it('when it is well-formed, then it could not be found', async () => {
      const answer = await exchanged(newApiKeySecret());

      expectTokenRefusal(answer, { status: 400, errorCode: 'BXNIM0415E' });
      expect(answer.body.errorMessage).toBe('Provided API key could not be found.');
    });

    it('when its key was deleted, then it could not be found', async () => {
      const { key } = await givenServiceId(service());
      await asOwner(service(), 'DELETE', `/v1/apikeys/${key.id}`);

      expectTokenRefusal(await exchanged(key.secret), { status: 400, errorCode: 'BXNIM0415E' });
    });

    it('when its service ID was deleted, then it could not be found', async () => {
      const { id, key } = await givenServiceId(service());
      await asOwner(service(), 'DELETE', `/v1/serviceids/${id}`);

      expectTokenRefusal(await exchanged(key.secret), { status: 400, errorCode: 'BXNIM0415E' });
    });

    /** R4: an answer that told a nearly right secret from an unknown one would let a caller probe for keys. */
    it('when it is nearly that of a good, a disabled or an expired key, then nothing tells it from an unknown one', async () => {
      const { iamId, key } = await givenServiceId(service());
      const disabled = await givenKeyOf(service(), iamId, { disabled: true });
      const expired = await givenKeyOf(service(), iamId, { expiresAt: service().clock.now() - 1000 });
      const unknown = withoutRequestNames(await exchanged(newApiKeySecret()));

      for (const { secret } of [key, disabled, expired]) {
        const nearly = `${secret.slice(0, -1)}${secret.endsWith('0') ? '1' : '0'}`;
        expect(withoutRequestNames(await exchanged(nearly))).toEqual(unknown);
      }
      for (const malformed of ['no-such-key', 'lk_', `${key.secret} `, key.secret.slice(1), '🔑', '*', '{"$ne":1}']) {
        expect(withoutRequestNames(await exchanged(malformed))).toEqual(unknown);
      }
    });
  });

  describe('given the right secret of a key that is not good now', () => {
    it('when the key is disabled, then its holder is told so', async () => {
      const { iamId } = await givenServiceId(service());
      const { secret } = await givenKeyOf(service(), iamId, { disabled: true });

      const answer = await exchanged(secret);

      expectTokenRefusal(answer, { status: 400, errorCode: 'BXNIM0462E', details: /owner can enable/ });
      expect(answer.body.errorMessage).toBe('Provided API key is disabled.');
    });

    it('when the key has expired, then its holder is told the instant', async () => {
      const { iamId } = await givenServiceId(service());
      const { secret } = await givenKeyOf(service(), iamId, { expiresAt: Date.UTC(2021, 1, 3, 4, 5) });

      const answer = await exchanged(secret);

      expectTokenRefusal(answer, { status: 400, errorCode: 'BXNIM0462E', details: /2021-02-03T04:05:00\.000Z/ });
      expect(answer.body.errorMessage).toBe('Provided API key is expired.');
    });

    it('when the time of a good key passes, then it is refused from then on', async () => {
      const { key } = await givenServiceId(service(), { expiresAt: service().clock.now() + 50_000 });
      expect((await exchanged(key.secret)).status).toBe(200);

      service().clock.pass(50_000);

      expectTokenRefusal(await exchanged(key.secret), { status: 400, errorCode: 'BXNIM0462E', details: /expired at/ });
    });

    it('when a disabled key is enabled again, then it works again', async () => {
      const { key } = await givenServiceId(service());
      await asOwner(service(), 'POST', `/v1/apikeys/${key.id}/disable`);
      expectTokenRefusal(await exchanged(key.secret), { status: 400, errorCode: 'BXNIM0462E', details: /enable/ });

      await asOwner(service(), 'DELETE', `/v1/apikeys/${key.id}/disable`);

      expect((await exchanged(key.secret)).status).toBe(200);
    });
  });

  describe('given accounts and members', () => {
    it('when the member is suspended, then 401 says that the user is not active, with a challenge', async () => {
      const { key } = await givenUser(service());
      const memberships = service().store.read(MEMBERSHIPS);
      const found = await memberships.get(membershipId(key.accountId, key.iamId));
      const suspended = { ...found, state: 'suspended' } as Membership; // it was made by givenUser
      await service().store.commit([replace(MEMBERSHIPS, suspended, suspended.entityTag)]);

      expectTokenRefusal(await exchanged(key.secret), {
        status: 401,
        errorCode: 'BXNIM0436E',
        details: /administrator/,
        headers: { 'www-authenticate': 'Basic realm="identity", Bearer realm="identity"' },
      });
    });

    it.each(['no-such-account', '0'.repeat(32), "' or 1=1"])(
      'when a user asks for the account %s, then it is refused',
      async (account) => {
        expectTokenRefusal(await exchanged(service().adminKey, { account }), {
          status: 400,
          errorCode: 'BXNIM0141E',
          details: /leave the account out/,
        });
      },
    );

    it('when a user asks for an account without being a member, then it is refused as one that does not exist', async () => {
      const foreign = await exchanged(service().adminKey, { account: await givenAccount(service()) });
      const missing = await exchanged(service().adminKey, { account: 'f'.repeat(32) });

      expect(withoutRequestNames(foreign)).toEqual(withoutRequestNames(missing));
    });

    it('when a user asks for another account of which they are a member, then the token names that account', async () => {
      const { key } = await givenUser(service());
      const account = await givenAccount(service());
      await givenMembership(service(), account, key.iamId);

      const { body } = await exchanged(key.secret, { account });

      expect(decodeJwt(body.access_token)['account']).toEqual({ valid: true, bss: account, frozen: false });
    });

    it('when a service ID asks for an account that is not its own, then it is refused', async () => {
      const { key } = await givenServiceId(service());
      const account = await givenAccount(service());

      expectTokenRefusal(await exchanged(key.secret, { account }), {
        status: 400,
        errorCode: 'BXNIM0141E',
        details: /leave the account out/,
      });
    });

    it('when the tenant list leaves out the account of the key, then there is no token', async () => {
      const answer = await exchanged(service().adminKey, {}, { 'ibm-cloud-tenant': 'a, b,c' });

      expectTokenRefusal(answer, { status: 400, errorCode: 'BXNIM0141E' });
      expect(answer.body.errorMessage).toBe('The API key belongs to none of the accounts asked for.');
    });
  });
});
