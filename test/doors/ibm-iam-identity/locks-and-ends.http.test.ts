import { describe, expect, it } from '@jest/globals';
import { asOwner, type GivenServiceId, givenKeyOf, givenServiceId } from '../../harness/given-credentials.ts';
import type { Answer } from '../../harness/http-call.ts';
import { expectIdentityRefusal } from '../../harness/identity-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const MINUTE = 60_000;

describeOnEveryBackend('locked keys, and tokens that end', (service) => {
  const send = async (method: string, path: string, sent: object = {}): Promise<Answer> =>
    service().call(method, path, { token: await service().ownerToken(), ...sent });
  const change = (path: string, json: object) => send('PUT', path, { json, headers: { 'If-Match': '*' } });

  /** What a token is told at two endpoints that are asked with it. */
  const usesOf = async (token: string): Promise<number[]> => {
    const list = await service().call('GET', '/v1/apikeys', { token });
    const userinfo = await service().call('GET', '/identity/userinfo', { token });
    return [list.status, userinfo.status];
  };

  describe('given a locked key (R7)', () => {
    const givenLocked = async () => {
      const { iamId } = await givenServiceId(service());
      const key = await givenKeyOf(service(), iamId, { locked: true });
      return { key, path: `/v1/apikeys/${key.id}` };
    };

    it('when it is changed, deleted or enabled, then each is refused with 409 and nothing changes', async () => {
      const { path } = await givenLocked();
      const before = (await asOwner(service(), 'GET', path)).body;

      expectIdentityRefusal(await change(path, { name: 'new' }), 409, 'entity_locked');
      expectIdentityRefusal(await send('DELETE', path), 409, 'entity_locked');
      expectIdentityRefusal(await send('DELETE', `${path}/disable`), 409, 'entity_locked');

      expect((await asOwner(service(), 'GET', path)).body).toEqual(before);
    });

    it('when it is exchanged, then it works; when it is unlocked, then it can be changed and deleted', async () => {
      const { path, key } = await givenLocked();

      expect(await usesOf(await service().tokenOf(key.secret))).toEqual([200, 200]);
      expect((await send('DELETE', `${path}/lock`)).status).toBe(204);
      expect((await change(path, { name: 'new' })).status).toBe(200);
      expect((await send('DELETE', path)).status).toBe(204);
    });

    /** Incident first: a lock must not stand in the way of who takes a stolen key out of use. */
    it('when it is disabled, then that works, its tokens end, and it stays locked and disabled', async () => {
      const { path, key } = await givenLocked();
      const token = await service().tokenOf(key.secret);

      expect((await send('POST', `${path}/disable`)).status).toBe(204);

      expect(await usesOf(token)).toEqual([401, 401]);
      expectIdentityRefusal(await send('DELETE', `${path}/disable`), 409, 'entity_locked');
      expect((await asOwner(service(), 'GET', path)).body).toMatchObject({ locked: true, disabled: true });
    });
  });

  describe('given a locked service ID (R7)', () => {
    it('when it is changed or deleted, then it is refused with 409; its keys are exchanged; unlocked, both work', async () => {
      const { id, key } = await givenServiceId(service());
      const path = `/v1/serviceids/${id}`;
      await asOwner(service(), 'POST', `${path}/lock`);

      expectIdentityRefusal(await change(path, { name: 'new' }), 409, 'entity_locked');
      expectIdentityRefusal(await send('DELETE', path), 409, 'entity_locked');
      expect(await usesOf(await service().tokenOf(key.secret))).toEqual([200, 200]);

      await asOwner(service(), 'DELETE', `${path}/lock`);
      expect((await change(path, { name: 'new' })).status).toBe(200);
      expect((await send('DELETE', path)).status).toBe(204);
    });
  });

  describe('given tokens of a key', () => {
    const given = async (): Promise<GivenServiceId & { token: string; path: string }> => {
      const serviceId = await givenServiceId(service());
      const token = await service().tokenOf(serviceId.key.secret);
      expect(await usesOf(token)).toEqual([200, 200]);
      return { ...serviceId, token, path: `/v1/apikeys/${serviceId.key.id}` };
    };
    const refusedAt = async (token: string): Promise<void> => {
      expectIdentityRefusal(await service().call('GET', '/v1/apikeys', { token }), 401, 'token_revoked');
      expect(await usesOf(token)).toEqual([401, 401]);
    };

    it('when the key is disabled, then they are refused from the answer on, and stay refused when it is enabled again', async () => {
      const { token, path, key } = await given();

      await asOwner(service(), 'POST', `${path}/disable`);
      await refusedAt(token);
      const whileDisabled = await service().exchange({ grant_type: 'apikey', apikey: key.secret });
      await asOwner(service(), 'DELETE', `${path}/disable`);

      await refusedAt(token);
      expect([whileDisabled.status, whileDisabled.body.errorCode]).toEqual([400, 'BXNIM0462E']);
      expect(await usesOf(await service().tokenOf(key.secret))).toEqual([200, 200]);
    });

    it('when the key is deleted, then they are refused from the answer on, and the key is unknown', async () => {
      const { token, path, key } = await given();

      await asOwner(service(), 'DELETE', path);

      await refusedAt(token);
      const exchanged = await service().exchange({ grant_type: 'apikey', apikey: key.secret });
      expect([exchanged.status, exchanged.body.errorCode]).toEqual([400, 'BXNIM0415E']);
    });

    it('when the owner of the key is deleted, then they are refused from the answer on, and the key is unknown', async () => {
      const { token, id, key } = await given();

      await asOwner(service(), 'DELETE', `/v1/serviceids/${id}`);

      await refusedAt(token);
      const exchanged = await service().exchange({ grant_type: 'apikey', apikey: key.secret });
      expect([exchanged.status, exchanged.body.errorCode]).toEqual([400, 'BXNIM0415E']);
    });

    it('when another key of the same owner is disabled or deleted, then these tokens stay good', async () => {
      const { token, iamId } = await given();
      const another = await givenKeyOf(service(), iamId);

      await asOwner(service(), 'POST', `/v1/apikeys/${another.id}/disable`);
      await asOwner(service(), 'DELETE', `/v1/apikeys/${another.id}`);

      expect(await usesOf(token)).toEqual([200, 200]);
    });

    it('when the key is renamed or locked, or its owner is, then they stay good', async () => {
      const { token, path, id } = await given();

      await change(path, { name: 'new' });
      await change(`/v1/serviceids/${id}`, { name: 'new' });
      await asOwner(service(), 'POST', `${path}/lock`);
      await asOwner(service(), 'POST', `/v1/serviceids/${id}/lock`);

      expect(await usesOf(token)).toEqual([200, 200]);
    });

    /** A token never outlives its key (R6). */
    it('when the end of the key is moved before their own, then they are refused, and new ones end with the key', async () => {
      const { token, path, key } = await given();
      const endsAt = Math.ceil(service().clock.now() / MINUTE) * MINUTE + 10 * MINUTE;

      const changed = await change(path, { expires_at: new Date(endsAt).toISOString() });

      expect(changed.status).toBe(200);
      await refusedAt(token);
      const exchanged = await service().exchange({ grant_type: 'apikey', apikey: key.secret });
      expect(exchanged.body.expiration).toBe(endsAt / 1000);
    });

    it('when the end of the key is moved into the past, then they are refused and the key is expired', async () => {
      const { token, path, key } = await given();

      await change(path, { expires_at: '2020-01-01T00:00+0000' });

      await refusedAt(token);
      const exchanged = await service().exchange({ grant_type: 'apikey', apikey: key.secret });
      expect([exchanged.status, exchanged.body.errorCode]).toEqual([400, 'BXNIM0462E']);
    });

    it('when the end of the key is set behind their own, then they stay good', async () => {
      const { token, path } = await given();
      const endsAt = service().clock.now() + 120 * MINUTE;

      await change(path, { expires_at: new Date(endsAt).toISOString() });

      expect(await usesOf(token)).toEqual([200, 200]);
    });

    it('when the caller disables the very key behind its token, then that is the last thing the token does', async () => {
      const { token, path } = await given();

      const disabled = await service().call('POST', `${path}/disable`, { token });

      expect(disabled.status).toBe(204);
      await refusedAt(token);
    });
  });
});
