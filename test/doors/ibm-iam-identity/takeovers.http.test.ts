import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  asOwner,
  firstAccountId,
  givenKeyOf,
  givenKeyOfUser,
  givenMembership,
  givenServiceId,
  storedKey,
} from '../../harness/given-credentials.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import type { Sent } from '../../harness/http-call.ts';
import { expectIdentityRefusal } from '../../harness/identity-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const ANY_VERSION = { 'If-Match': '*' };
const HOUR = 3_600_000;

describeOnEveryBackend('attacks that would make a lasting credential', (service) => {
  let other: OtherAccount;
  let guestIamId: string;

  beforeAll(async () => {
    // The owner of the first account is a guest in the other one: what the other's owner gets hold of opens the first.
    other = await givenOtherAccount(service());
    guestIamId = (await asOwner(service(), 'GET', '/v1/apikeys')).body.apikeys[0].iam_id;
    await givenMembership(service(), other.accountId, guestIamId);
  });

  describe('attack: takeover of a guest, by the owner of an account in which the user is a guest', () => {
    const asHost = async (method: string, path: string, sent: Sent = {}) =>
      service().call(method, path, { token: await other.ownerToken(), ...sent });

    it('when the host makes a key for the guest, then it is refused with 403 and no key is made', async () => {
      const json = { name: 'mine now', iam_id: guestIamId };

      const refused = await asHost('POST', '/v1/apikeys', { json });

      expectIdentityRefusal(refused, 403, 'access_denied');
      expect(refused.body.errors[0].details).toMatch(/Only the user/);
      expect((await asHost('GET', `/v1/apikeys?iam_id=${guestIamId}`)).body.apikeys).toEqual([]);
    });

    it('when the host changes, lengthens or enables a key of the guest, then it is refused; ending it is allowed', async () => {
      const expiresAt = service().clock.now() + HOUR;
      const key = await givenKeyOfUser(service(), { iamId: guestIamId, accountId: other.accountId, expiresAt });
      const path = `/v1/apikeys/${key.id}`;

      const later = { json: { expires_at: '2049-01-01T00:00+0000' }, headers: ANY_VERSION };
      const renamed = { json: { name: 'x' }, headers: ANY_VERSION };
      const ended = [await asHost('POST', `${path}/lock`), await asHost('DELETE', `${path}/lock`)];
      ended.push(await asHost('POST', `${path}/disable`));
      const refused = [await asHost('PUT', path, later), await asHost('PUT', path, renamed)];
      refused.push(await asHost('DELETE', `${path}/disable`));

      for (const answer of refused) expectIdentityRefusal(answer, 403, 'access_denied');
      expect(await storedKey(service(), key)).toMatchObject({ disabled: true, expiresAt, name: 'a key' });
      ended.push(await asHost('GET', path), await asHost('DELETE', path));
      expect(ended.map(({ status }) => status)).toEqual([204, 204, 204, 200, 204]);
    });
  });

  describe('attack: an everlasting credential out of a leaked token of a service ID, which lives for an hour', () => {
    it('when the token makes, enables, unlocks or lengthens a key of its own, then it is refused with 403', async () => {
      const { iamId, key } = await givenServiceId(service());
      const token = await service().tokenOf(key.secret);
      const expiresAt = service().clock.now() + HOUR;
      const own = await givenKeyOf(service(), iamId, { expiresAt, disabled: true });
      const path = `/v1/apikeys/${own.id}`;
      const change = (json: object): [string, string, Sent] => ['PUT', path, { json, headers: ANY_VERSION }];

      const calls: [string, string, Sent][] = [
        ['POST', '/v1/apikeys', { json: { name: 'mine', iam_id: iamId } }],
        ['DELETE', `${path}/disable`, {}],
        ['DELETE', `${path}/lock`, {}],
        change({ expires_at: new Date(expiresAt + 60_000).toISOString() }),
        change({ action_when_leaked: 'none' }),
      ];
      for (const [method, at, sent] of calls) {
        expectIdentityRefusal(await service().call(method, at, { token, ...sent }), 403, 'access_denied');
      }

      expect(await storedKey(service(), own)).toMatchObject({ disabled: true, expiresAt, actionWhenLeaked: 'disable' });
      const [method, at, sent] = change({
        description: 'ours',
        expires_at: new Date(expiresAt - 60_000).toISOString(),
      });
      expect((await service().call(method, at, { token, ...sent })).status).toBe(200);
    });

    it('when the token reads a key whose value is stored, then the value is not shown; the owner of the account sees it', async () => {
      const { iamId, key } = await givenServiceId(service());
      const token = await service().tokenOf(key.secret);
      const json = { name: 'stored', iam_id: iamId, store_value: true };
      const { body: made } = await asOwner(service(), 'POST', '/v1/apikeys', { json });
      const path = `/v1/apikeys/${made.id}`;

      const read = await service().call('GET', path, { token });
      const renamed = await service().call('PUT', path, { token, json: { name: 'new' }, headers: ANY_VERSION });

      expect([read.status, renamed.status]).toEqual([200, 200]);
      expect([read.text, renamed.text].filter((text) => text.includes('lk_'))).toEqual([]);
      expect((await asOwner(service(), 'GET', path)).body.apikey).toBe(made.apikey);
    });
  });

  it('given a locked service ID, when a key is made for it, then it is refused with 409 until it is unlocked', async () => {
    const { id, iamId } = await givenServiceId(service());
    const token = await service().ownerToken();
    const json = { name: 'one more', iam_id: iamId };
    await asOwner(service(), 'POST', `/v1/serviceids/${id}/lock`);

    const refused = await service().call('POST', '/v1/apikeys', { token, json });
    await asOwner(service(), 'DELETE', `/v1/serviceids/${id}/lock`);

    expectIdentityRefusal(refused, 409, 'entity_locked');
    expect((await service().call('POST', '/v1/apikeys', { token, json })).status).toBe(201);
  });

  describe('given a key whose end is not on a whole minute', () => {
    it('when the end is sent back as it was read, then it stays to the millisecond, and the tokens stay good', async () => {
      const accountId = await firstAccountId(service());
      const expiresAt = Math.floor(service().clock.now() / 60_000) * 60_000 + 30 * 60_000 + 59_123;
      const { key } = await givenServiceId(service(), { expiresAt });
      const token = await service().tokenOf(key.secret);
      const path = `/v1/apikeys/${key.id}`;
      const { body } = await asOwner(service(), 'GET', path);

      const json = { name: 'renamed', expires_at: body.expires_at };
      const changed = await asOwner(service(), 'PUT', path, { json, headers: { 'If-Match': body.entity_tag } });

      expect(changed.body).toMatchObject({ name: 'renamed', account_id: accountId, expires_at: body.expires_at });
      expect(await storedKey(service(), key)).toMatchObject({ expiresAt, generation: 1 });
      expect((await service().call('GET', '/identity/userinfo', { token })).status).toBe(200);
    });
  });
});
