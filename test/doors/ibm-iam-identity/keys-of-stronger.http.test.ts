import { beforeAll, describe, expect, it } from '@jest/globals';
import { commonRoleCrn, platformRoleCrn } from '../../../src/resource-catalog/service-definition.ts';
import {
  asOwner,
  firstAccountId,
  type GivenServiceId,
  type GivenUser,
  givenKeyOf,
  givenServiceId,
  givenUser,
  storedKey,
} from '../../harness/given-credentials.ts';
import { givenCustomRole, givenGroup, givenPolicy, is } from '../../harness/given-rights.ts';
import type { Answer, Sent } from '../../harness/http-call.ts';
import { expectIdentityRefusal } from '../../harness/identity-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const MANAGER = commonRoleCrn('Manager');
const ADMINISTRATOR = platformRoleCrn('Administrator');
const ANY_VERSION = { 'If-Match': '*' };

/** Whoever may make keys of others could become any of them: nobody comes by a key of who holds more than they do (R34). */
describeOnEveryBackend('keys of identities that hold more than who asks', (service) => {
  let accountId: string;
  let asker: GivenUser;
  let stronger: GivenServiceId;

  beforeAll(async () => {
    accountId = await firstAccountId(service());
    asker = await givenUser(service());
    await allow(asker.iamId, ADMINISTRATOR, 'iam-identity');
    stronger = await givenServiceId(service());
    await allow(stronger.iamId, MANAGER, 'logs');
  });

  const allow = (subject: string, role: string, name: string) =>
    givenPolicy(service(), { accountId, subject, roles: [role], service: name });
  const ask = async (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
    service().call(method, path, { token: await service().tokenOf(asker.key.secret), ...sent });
  const makeKey = (iamId: string): Promise<Answer> =>
    ask('POST', '/v1/apikeys', { json: { name: 'way up', iam_id: iamId } });
  const keysOf = async (iamId: string): Promise<number> =>
    (await asOwner(service(), 'GET', `/v1/apikeys?iam_id=${iamId}&account_id=${accountId}`)).body.apikeys.length;

  async function expectNoWay(iamId: string): Promise<void> {
    const before = await keysOf(iamId);
    expectIdentityRefusal(await makeKey(iamId), 403, 'access_denied');
    expect(await keysOf(iamId)).toBe(before);
  }

  /** Attack: an administrator of identities makes a key of the service ID that manages the logs, and reads them. */
  it('given a service ID with a policy that the asker does not hold, when a key of it is made, then it is refused and none is made', () =>
    expectNoWay(stronger.iamId));

  /** Attack: the same, where the right comes by a group. */
  it('given one that holds more through an access group, when a key of it is made, then it is refused', async () => {
    const { iamId } = await givenServiceId(service());
    await allow(await givenGroup(service(), accountId, [iamId]), MANAGER, 'logs');

    await expectNoWay(iamId);
  });

  /** Attack: the same, where the right comes by a custom role. */
  it('given one that holds more through a custom role, when a key of it is made, then it is refused', async () => {
    const { iamId } = await givenServiceId(service());
    const actions = ['logs.data-access.read'];
    const role = await givenCustomRole(service(), { accountId, service: 'logs', name: 'Peeper', actions });
    await allow(iamId, `crn:v1:bluemix:public:iam-access-management::a/${accountId}::customRole:${role.name}`, 'logs');

    await expectNoWay(iamId);
  });

  /** Attack: who holds a right on one instance takes a key of who holds it on all. */
  it('given one that holds the same on all instances, when who holds it on one makes a key, then it is refused', async () => {
    const narrow = await givenUser(service());
    await allow(narrow.iamId, ADMINISTRATOR, 'iam-identity');
    const conditions = [is('serviceInstance', 'one')];
    await givenPolicy(service(), { accountId, subject: narrow.iamId, roles: [MANAGER], service: 'logs', conditions });

    const made = await service().call('POST', '/v1/apikeys', {
      token: await service().tokenOf(narrow.key.secret),
      json: { name: 'way up', iam_id: stronger.iamId },
    });

    expectIdentityRefusal(made, 403, 'access_denied');
  });

  /** Attack: the owner's rights are in no policy, so a comparison of policies alone would find nothing in the way. */
  it('given the owner of the account, when an administrator makes a key of the owner, then it is refused', async () => {
    const owner = (await asOwner(service(), 'GET', '/v1/apikeys')).body.apikeys[0].iam_id;

    await expectNoWay(owner);
  });

  /** Attack: an old key that was switched off is as good as a new one, to whoever kept its value. */
  it('given a disabled key of the stronger, when it is enabled, then it is refused and stays disabled', async () => {
    const key = await givenKeyOf(service(), stronger.iamId, { disabled: true });

    expectIdentityRefusal(await ask('DELETE', `/v1/apikeys/${key.id}/disable`), 403, 'access_denied');

    expect((await storedKey(service(), key)).disabled).toBe(true);
  });

  /** Attack: a key that was about to end lives on. */
  it('given a key of the stronger that ends soon, when its end is moved, then it is refused; an earlier end is not', async () => {
    const soon = service().clock.now() + 10 * 86_400_000;
    const key = await givenKeyOf(service(), stronger.iamId, { expiresAt: soon });
    const endAt = (at: number): Promise<Answer> =>
      ask('PUT', `/v1/apikeys/${key.id}`, { json: { expires_at: new Date(at).toISOString() }, headers: ANY_VERSION });

    expectIdentityRefusal(await endAt(soon + 86_400_000), 403, 'access_denied');

    expect((await storedKey(service(), key)).expiresAt).toBe(soon);
    expect((await endAt(soon - 86_400_000)).status).toBe(200);
  });

  /** Attack: a stored value is read by who may look at the key. */
  it('given a key of the stronger with a stored value, when the key is read, then the value is not in it', async () => {
    const json = { name: 'readable', iam_id: stronger.iamId, store_value: true };
    const { id } = (await asOwner(service(), 'POST', '/v1/apikeys', { json })).body;

    const read = await ask('GET', `/v1/apikeys/${id}`);

    expect([read.status, read.body.apikey]).toEqual([200, undefined]);
    expect((await asOwner(service(), 'GET', `/v1/apikeys/${id}`)).body.apikey).toBeDefined();
  });

  describe('given the asker comes to hold the same', () => {
    it('when a key of the stronger is made, then it may', async () => {
      const { iamId } = await givenServiceId(service());
      await allow(iamId, commonRoleCrn('Reader'), 'generic-service');
      await expectNoWay(iamId);

      await allow(asker.iamId, commonRoleCrn('Writer'), 'generic-service');

      expect((await makeKey(iamId)).status).toBe(201);
    });
  });

  it('given a service ID that holds nothing, when a key of it is made, alone or with the service ID, then it may', async () => {
    const weaker = await givenServiceId(service());

    expect((await makeKey(weaker.iamId)).status).toBe(201);
    const json = { account_id: accountId, name: 'with a key', apikey: { name: 'first' } };
    expect((await ask('POST', '/v1/serviceids', { json })).status).toBe(201);
  });
});
