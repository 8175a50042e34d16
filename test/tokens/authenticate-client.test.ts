import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { newApiKeySecret } from '../../src/secrets/api-key-secret.ts';
import { asOwner, givenKeyOf, givenServiceId } from '../harness/given-credentials.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';
import { expectTokenRefusal } from '../harness/token-refusal.ts';

const basic = (id: string, secret: string) => ({
  Authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
});
const UNKNOWN = { status: 400, errorCode: 'BXNIM0310E', details: /client secret one of its API keys/ } as const;
const CONFLICT = { status: 400, errorCode: 'BXNIM0106E', details: /once/ } as const;

/** A service ID is an OAuth client: its id the client id, one of its keys the client secret (RFC 6749, section 2.3.1). */
describeOnEveryBackend('a client at POST /identity/token', (service) => {
  const exchanged = (headers: Readonly<Record<string, string>>, more = {}) =>
    service().exchange({ grant_type: 'apikey', apikey: service().adminKey, ...more }, headers);

  describe('given a service ID with a key', () => {
    it('when it names itself in the header, then the token names it and it gets a refresh token of its own', async () => {
      const { id, key } = await givenServiceId(service());

      const { status, body } = await exchanged(basic(id, key.secret));

      expect(status).toBe(200);
      expect(decodeJwt(body.access_token)['client_id']).toBe(id);
      expect(decodeJwt(body.refresh_token)['client_id']).toBe(id);
    });

    it('when it names itself in the form, then that is the same', async () => {
      const { id, key } = await givenServiceId(service());

      const { body } = await exchanged({}, { client_id: id, client_secret: key.secret });

      expect(decodeJwt(body.access_token)['client_id']).toBe(id);
    });

    it('when it says the same in both places, then that is no conflict', async () => {
      const { id, key } = await givenServiceId(service());

      const twice = await exchanged(basic(id, key.secret), { client_id: id, client_secret: key.secret });
      const onlyTheId = await exchanged(basic(id, key.secret), { client_id: id });

      expect([twice.status, onlyTheId.status]).toEqual([200, 200]);
    });

    it('when its refresh token is used with another of its keys, then it works, and with bx:bx it does not', async () => {
      const { id, iamId, key } = await givenServiceId(service());
      const other = await givenKeyOf(service(), iamId);
      const { body } = await exchanged(basic(id, key.secret));
      const form = { grant_type: 'refresh_token', refresh_token: body.refresh_token };

      const honest = await service().exchange(form, basic(id, other.secret));
      const stolen = await service().exchange(form, basic('bx', 'bx'));

      expect(honest.status).toBe(200);
      expectTokenRefusal(stolen, { status: 400, errorCode: 'BXNIM0407E' });
    });
  });

  describe('given a client that proves nothing', () => {
    it('when its secret is unknown, malformed or empty, then it is refused', async () => {
      const { id } = await givenServiceId(service());

      for (const secret of [newApiKeySecret(), 'secret', '']) {
        expectTokenRefusal(await exchanged(basic(id, secret)), UNKNOWN);
      }
    });

    it('when its secret is the key of another service ID or of a user, then it is refused', async () => {
      const { id } = await givenServiceId(service());
      const other = await givenServiceId(service());

      expectTokenRefusal(await exchanged(basic(id, other.key.secret)), UNKNOWN);
      expectTokenRefusal(await exchanged(basic(id, service().adminKey)), UNKNOWN);
    });

    it('when there is no such client, then it is refused alike', async () => {
      const { key } = await givenServiceId(service());

      for (const id of ['ServiceId-0', 'BX', '__proto__', '*', 'iam-ServiceId-1']) {
        expectTokenRefusal(await exchanged(basic(id, key.secret)), UNKNOWN);
      }
    });

    it('when its key is disabled or expired, then it is refused alike', async () => {
      const { id, iamId } = await givenServiceId(service());
      const disabled = await givenKeyOf(service(), iamId, { disabled: true });
      const expired = await givenKeyOf(service(), iamId, { expiresAt: service().clock.now() - 1 });

      expectTokenRefusal(await exchanged(basic(id, disabled.secret)), UNKNOWN);
      expectTokenRefusal(await exchanged(basic(id, expired.secret)), UNKNOWN);
    });

    /** Its keys are removed in the background; until then they must not prove a client that is gone. */
    it('when the service ID was removed a moment ago, then it is refused', async () => {
      const { id, key } = await givenServiceId(service());
      await asOwner(service(), 'DELETE', `/v1/serviceids/${id}`);

      expectTokenRefusal(await exchanged(basic(id, key.secret)), UNKNOWN);
    });
  });

  describe('given two different clients in one request', () => {
    it('when header and form name different ids, then it is a conflict', async () => {
      expectTokenRefusal(await exchanged(basic('bx', 'bx'), { client_id: 'kube' }), CONFLICT);
    });

    it('when header and form have different secrets, then it is a conflict', async () => {
      const { id, key } = await givenServiceId(service());

      expectTokenRefusal(await exchanged(basic(id, key.secret), { client_id: id, client_secret: 'other' }), CONFLICT);
    });
  });

  it.each([
    ['no Base64', 'Basic ?'],
    ['no colon', `Basic ${Buffer.from('bx').toString('base64')}`],
    ['no id', `Basic ${Buffer.from(':bx').toString('base64')}`],
    ['bytes that are not UTF-8', `Basic ${Buffer.from([0x62, 0x78, 0x3a, 0xff, 0xfe]).toString('base64')}`],
    ['a NUL', `Basic ${Buffer.from('bx:a\0').toString('base64')}`],
  ])('given Basic credentials with %s, when they are sent, then 0106E', async (_name, authorization) => {
    expectTokenRefusal(await exchanged({ Authorization: authorization }), { status: 400, errorCode: 'BXNIM0106E' });
  });

  it('given another scheme, when a key is exchanged, then the header is passed over', async () => {
    expect((await exchanged({ Authorization: 'Bearer abc' })).status).toBe(200);
  });
});
