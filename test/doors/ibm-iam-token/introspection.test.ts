import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { newApiKeySecret } from '../../../src/secrets/api-key-secret.ts';
import { asOwner, givenKeyOf, givenServiceId, givenUser } from '../../harness/given-credentials.ts';
import { describeOnEveryBackend, type RunningService, runningService } from '../../harness/running-service.ts';
import { expectTokenRefusal } from '../../harness/token-refusal.ts';

const basic = (id: string, secret: string) => ({
  Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});
const INACTIVE = { active: false };

describeOnEveryBackend('POST /identity/introspect', (service) => {
  const introspected = async (form: Readonly<Record<string, string>>, headers = {}) => {
    const { status, body } = await service().call('POST', '/identity/introspect', { form, headers });
    expect(status).toBe(200);
    return body;
  };

  describe('given an access token', () => {
    it('when it is good, then the answer is active with its claims, and without the private one', async () => {
      const token = await service().ownerToken();

      const state = await introspected({ token });

      const { latchkey: _private, ...claims } = decodeJwt(token);
      expect(state).toEqual({ active: true, token_type: 'Bearer', ...claims });
    });

    it('when it was revoked, then it is not active, and nothing else is said', async () => {
      const token = await service().ownerToken();
      await service().call('POST', '/identity/revoke', { form: { token } });

      expect(await introspected({ token })).toEqual(INACTIVE);
    });

    it('when its key was disabled, deleted, or went with its service ID, then it is not active', async () => {
      for (const end of ['disabled', 'deleted', 'owner removed']) {
        const { id, key } = await givenServiceId(service());
        const token = await service().tokenOf(key.secret);
        expect(await introspected({ token })).toMatchObject({ active: true, iam_id: key.iamId });
        if (end === 'disabled') await asOwner(service(), 'POST', `/v1/apikeys/${key.id}/disable`);
        if (end === 'deleted') await asOwner(service(), 'DELETE', `/v1/apikeys/${key.id}`);
        if (end === 'owner removed') await asOwner(service(), 'DELETE', `/v1/serviceids/${id}`);

        expect([end, await introspected({ token })]).toEqual([end, INACTIVE]);
      }
    });

    it('when its time has passed, then it is not active', async () => {
      const { key } = await givenServiceId(service(), { expiresAt: service().clock.now() + 60_000 });
      const token = await service().tokenOf(key.secret);

      service().clock.pass(60_000);

      expect(await introspected({ token })).toEqual(INACTIVE);
    });
  });

  it.each(['x', 'a.b.c', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.', 'Bearer x', '🔑', 'x'.repeat(8000)])(
    'given a token that is none (%#), when it is asked, then it is not active',
    async (token) => {
      expect(await introspected({ token })).toEqual(INACTIVE);
    },
  );

  it('given a refresh token, when it is asked, then it is not active', async () => {
    const form = { grant_type: 'apikey', apikey: service().adminKey };
    const { body } = await service().exchange(form, basic('bx', 'bx'));

    expect(await introspected({ token: body.refresh_token })).toEqual(INACTIVE);
  });

  describe('given an API key', () => {
    it('when it is that of a user, then the answer is active and says whose it is', async () => {
      const { iamId, email, key } = await givenUser(service());

      const person = { name: 'Robin Example', given_name: 'Robin', family_name: 'Example', email };
      expect(await introspected({ apikey: key.secret })).toEqual({
        active: true,
        iam_id: iamId,
        id: iamId,
        realmid: 'IBMid',
        identifier: iamId.slice('IBMid-'.length),
        ...person,
        sub: email,
        authn: { sub: email, iam_id: iamId, ...person },
        account: { valid: true, bss: key.accountId },
      });
    });

    it('when it is locked, then it is active; when it is disabled, expired, unknown or malformed, then it is not', async () => {
      const { iamId } = await givenServiceId(service());
      const locked = await givenKeyOf(service(), iamId, { locked: true });
      const disabled = await givenKeyOf(service(), iamId, { disabled: true });
      const expired = await givenKeyOf(service(), iamId, { expiresAt: service().clock.now() - 1 });

      expect(await introspected({ apikey: locked.secret })).toMatchObject({ active: true, iam_id: iamId });
      for (const apikey of [disabled.secret, expired.secret, newApiKeySecret(), 'abc', '*']) {
        expect(await introspected({ apikey })).toEqual(INACTIVE);
      }
    });

    it('when its service ID was removed, then it is not active', async () => {
      const { id, key } = await givenServiceId(service());
      await asOwner(service(), 'DELETE', `/v1/serviceids/${id}`);

      expect(await introspected({ apikey: key.secret })).toEqual(INACTIVE);
    });
  });

  describe('given the form', () => {
    it('when it has neither a token nor a key, then 0109E names both', async () => {
      const answer = await service().call('POST', '/identity/introspect', { form: { pretty: 'true' } });

      expectTokenRefusal(answer, { status: 400, errorCode: 'BXNIM0109E', details: /'token' or 'apikey'/ });
    });

    it('when it has both, then it is a conflict', async () => {
      const form = { token: await service().ownerToken(), apikey: service().adminKey };

      const answer = await service().call('POST', '/identity/introspect', { form });

      expectTokenRefusal(answer, { status: 400, errorCode: 'BXNIM0106E', details: /Send one of them/ });
    });

    it('when clients add a grant type and ?pretty=true, then they are passed over', async () => {
      const form = { token: await service().ownerToken(), grant_type: 'x' };

      const { body } = await service().call('POST', '/identity/introspect?pretty=true', { form });

      expect(body).toMatchObject({ active: true });
    });

    it('when the method, type or size is wrong, then 405, 415 and 413', async () => {
      const at = '/identity/introspect';
      const large = { form: { token: 'x'.repeat(8200) } };

      expectTokenRefusal(await service().call('GET', at), {
        ...{ status: 405, errorCode: 'BXNIM0060E', details: /^HTTP 405/, headers: { allow: 'POST' } },
      });
      expectTokenRefusal(await service().call('POST', at, { json: {} }), {
        ...{ status: 415, errorCode: 'BXNIM0060E', details: /^HTTP 415/ },
      });
      expectTokenRefusal(await service().call('POST', at, large), { status: 413, errorCode: 'BXNIM0106E' });
    });
  });

  describe('given credentials of the caller', () => {
    it('when a bearer or a client proves itself, then it is answered', async () => {
      const token = await service().ownerToken();
      const { id, key } = await givenServiceId(service());

      expect(await introspected({ token }, { Authorization: `Bearer ${token}` })).toMatchObject({ active: true });
      expect(await introspected({ token }, basic(id, key.secret))).toMatchObject({ active: true });
      expect(await introspected({ token }, basic('bx', 'bx'))).toMatchObject({ active: true });
    });

    it('when the bearer is no good, then 401', async () => {
      const token = await service().ownerToken();
      const sent = { form: { token }, headers: { Authorization: 'Bearer a.b.c' } };

      expectTokenRefusal(await service().call('POST', '/identity/introspect', sent), {
        status: 401,
        errorCode: 'BXNIM0407E',
      });
    });

    it('when the client is unknown, then 0310E', async () => {
      const sent = { form: { token: await service().ownerToken() }, headers: basic('ServiceId-1', 'x') };

      expectTokenRefusal(await service().call('POST', '/identity/introspect', sent), {
        status: 400,
        errorCode: 'BXNIM0310E',
        details: /client secret/,
      });
    });
  });
});

describe('POST /identity/introspect where nobody may ask without credentials', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await runningService({ settings: { LATCHKEY_ANONYMOUS_INTROSPECTION: 'off' } });
  });
  afterAll(() => service.dispose());

  const asked = async (headers = {}) =>
    service.call('POST', '/identity/introspect', { form: { token: await service.ownerToken() }, headers });

  it('when nobody names itself, then 401 asks for credentials', async () => {
    expectTokenRefusal(await asked(), { status: 401, errorCode: 'BXNIM0308E', details: /Authorization/ });
  });

  /** bx is a name without a secret: it proves nothing, so it must not open what is closed. */
  it('when bx:bx asks, then that is nobody', async () => {
    expectTokenRefusal(await asked(basic('bx', 'bx')), {
      status: 401,
      errorCode: 'BXNIM0308E',
      details: /Authorization/,
    });
  });

  it('when a bearer or a client with a secret asks, then it is answered', async () => {
    const { id, key } = await givenServiceId(service);

    expect((await asked({ Authorization: `Bearer ${await service.ownerToken()}` })).body).toMatchObject({
      active: true,
    });
    expect((await asked(basic(id, key.secret))).body).toMatchObject({ active: true });
  });

  it('when discovery is read, then it does not offer to ask without credentials', async () => {
    const { body } = await service.call('GET', '/identity/.well-known/openid-configuration');

    expect(body.introspection_endpoint_auth_methods_supported).toEqual(['client_secret_basic', 'bearer']);
  });
});
