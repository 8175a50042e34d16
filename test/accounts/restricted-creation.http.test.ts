import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Restriction } from '../../src/accounts/account-settings.ts';
import { platformRoleCrn, serviceRoleCrn } from '../../src/resource-catalog/service-definition.ts';
import { givenAccountSettings } from '../harness/given-account-settings.ts';
import {
  firstAccountId,
  type GivenUser,
  givenMembership,
  givenServiceId,
  givenUser,
} from '../harness/given-credentials.ts';
import { givenOtherAccount } from '../harness/given-other-account.ts';
import { givenPolicy } from '../harness/given-rights.ts';
import type { Answer } from '../harness/http-call.ts';
import { expectIdentityRefusal } from '../harness/identity-refusal.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';
import { signedIn } from '../harness/signed-in.ts';

const EDITOR = platformRoleCrn('Editor');
const SERVICE_ID_CREATOR = serviceRoleCrn('iam-identity', 'ServiceIdCreator');
const USER_KEY_CREATOR = serviceRoleCrn('iam-identity', 'UserApiKeyCreator');

describeOnEveryBackend('settings that say who may create', (service) => {
  let accountId: string;
  let user: GivenUser;

  beforeAll(async () => {
    accountId = await firstAccountId(service());
  });
  beforeEach(async () => {
    user = await givenUser(service());
  });
  afterEach(() => set({ serviceIdCreation: 'default', userApiKeyCreation: 'default' }));

  const set = (change: Parameters<typeof givenAccountSettings>[2]) =>
    givenAccountSettings(service(), accountId, change);
  const givenRole = (subject: string, role: string) =>
    givenPolicy(service(), { accountId, subject, service: 'iam-identity', roles: [role] });
  const createsServiceId = async (token: string, into = accountId): Promise<Answer> =>
    service().call('POST', '/v1/serviceids', { token, json: { name: 'made', account_id: into } });
  const createsOwnKey = async (token: string, iamId: string): Promise<Answer> =>
    service().call('POST', '/v1/apikeys', { token, json: { name: 'made', iam_id: iamId } });
  const tokenOf = (secret: string) => service().tokenOf(secret);

  describe('restrict_create_service_id', () => {
    /** What each of them hears under each value. */
    it.each([
      ['default', { user: 403, editor: 201, creator: 201, serviceId: 403, owner: 201 }],
      ['NOT_RESTRICTED', { user: 201, editor: 201, creator: 201, serviceId: 403, owner: 201 }],
      ['RESTRICTED', { user: 403, editor: 403, creator: 201, serviceId: 403, owner: 201 }],
    ] as const)('given %s, when somebody creates a service ID, then it is allowed as %j', async (value, expected) => {
      await set({ serviceIdCreation: value satisfies Restriction | 'default' });
      const [editor, creator] = [await givenUser(service()), await givenUser(service())];
      await givenRole(editor.iamId, EDITOR);
      await givenRole(creator.iamId, SERVICE_ID_CREATOR);
      const { key } = await givenServiceId(service());

      const heard = {
        user: (await createsServiceId(await tokenOf(user.key.secret))).status,
        editor: (await createsServiceId(await tokenOf(editor.key.secret))).status,
        creator: (await createsServiceId(await tokenOf(creator.key.secret))).status,
        serviceId: (await createsServiceId(await tokenOf(key.secret))).status,
        owner: (await createsServiceId(await service().ownerToken())).status,
      };

      expect(heard).toEqual(expected);
    });

    it('given RESTRICTED, when an editor creates one with its first key, then nothing is made and the missing right is named', async () => {
      await set({ serviceIdCreation: 'RESTRICTED' });
      await givenRole(user.iamId, EDITOR);
      const token = await tokenOf(user.key.secret);

      const refused = await service().call('POST', '/v1/serviceids', {
        token,
        json: { name: 'never made', account_id: accountId, apikey: { name: 'never made' } },
      });

      expectIdentityRefusal(refused, 403, 'access_denied');
      expect(refused.text).toContain('iam-identity.serviceid.create-restricted');
      const owned = { token: await service().ownerToken() };
      const { body } = await service().call('GET', '/v1/serviceids?name=never%20made', owned);
      expect(body.serviceids).toEqual([]);
    });

    describe('attack: an open account used through a token of another account', () => {
      it('when a user acts in another account, or is a member of that one alone, then this one stays closed', async () => {
        await set({ serviceIdCreation: 'NOT_RESTRICTED' });
        const other = await givenOtherAccount(service());
        await givenMembership(service(), other.accountId, user.iamId);
        const { token: elsewhere } = await signedIn(service(), user.key.secret, other.accountId);

        for (const token of [elsewhere, await other.ownerToken()]) {
          expectIdentityRefusal(await createsServiceId(token), 403, 'access_denied');
        }
        expectIdentityRefusal(await createsServiceId(elsewhere, other.accountId), 403, 'access_denied');
      });
    });
  });

  describe('restrict_create_platform_apikey', () => {
    it.each(['default', 'NOT_RESTRICTED'] as const)(
      'given %s, when a user makes a key of his own, then it is made',
      async (value) => {
        await set({ userApiKeyCreation: value });

        expect((await createsOwnKey(await tokenOf(user.key.secret), user.iamId)).status).toBe(201);
      },
    );

    it('given RESTRICTED, when users make keys of their own, then only who has the role and the owner may', async () => {
      await set({ userApiKeyCreation: 'RESTRICTED' });
      const [editor, creator] = [await givenUserBefore(EDITOR), await givenUserBefore(USER_KEY_CREATOR)];
      const owner = await service().call('GET', '/v1/apikeys', { token: await service().ownerToken() });

      for (const { key, iamId } of [user, editor]) {
        expectIdentityRefusal(await createsOwnKey(await tokenOf(key.secret), iamId), 403, 'access_denied');
      }
      expect((await createsOwnKey(await tokenOf(creator.key.secret), creator.iamId)).status).toBe(201);
      const ownerIamId = owner.body.apikeys[0].iam_id;
      expect((await createsOwnKey(await service().ownerToken(), ownerIamId)).status).toBe(201);
    });

    it('given RESTRICTED, when a key of a service ID is made by who may, then the setting does not concern it', async () => {
      const { iamId } = await givenServiceId(service());
      await set({ userApiKeyCreation: 'RESTRICTED' });
      await givenRole(user.iamId, EDITOR);

      expect((await createsOwnKey(await tokenOf(user.key.secret), iamId)).status).toBe(201);
    });

    describe('attack: a key of somebody else by the role that is for own keys', () => {
      it('when a user with the role makes a key for another user, then it is refused', async () => {
        await set({ userApiKeyCreation: 'RESTRICTED' });
        const creator = await givenUserBefore(USER_KEY_CREATOR);

        const refused = await createsOwnKey(await tokenOf(creator.key.secret), user.iamId);

        expectIdentityRefusal(refused, 403, 'access_denied');
      });
    });

    /** The user's first key is made before the account restricts it. */
    const givenUserBefore = async (role: string): Promise<GivenUser> => {
      await set({ userApiKeyCreation: 'default' });
      const made = await givenUser(service());
      await givenRole(made.iamId, role);
      await set({ userApiKeyCreation: 'RESTRICTED' });
      return made;
    };
  });
});
