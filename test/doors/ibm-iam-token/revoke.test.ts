import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { AUDIT_EVENTS } from '../../../src/audit/audit-event.ts';
import { REVOCATIONS } from '../../../src/revocations/revocation.ts';
import { newApiKeySecret } from '../../../src/secrets/api-key-secret.ts';
import { asOwner, givenKeyOf, givenServiceId, storedKey } from '../../harness/given-credentials.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { expectTokenRefusal } from '../../harness/token-refusal.ts';

/** RFC 7009, an addition of ours: who holds a credential may end it. */
describeOnEveryBackend('POST /identity/revoke', (service) => {
  const revoked = (form: Readonly<Record<string, string>>) => service().call('POST', '/identity/revoke', { form });
  const statusAt = async (path: string, token: string) => (await service().call('GET', path, { token })).status;

  describe('given an access token', () => {
    it('when it is revoked, then from the answer on it is refused everywhere', async () => {
      const token = await service().ownerToken();
      expect([await statusAt('/identity/userinfo', token), await statusAt('/v1/apikeys', token)]).toEqual([200, 200]);

      const { status, body } = await revoked({ token });

      expect([status, body]).toEqual([200, {}]);
      expectTokenRefusal(await service().call('GET', '/identity/userinfo', { token }), {
        status: 401,
        errorCode: 'BXNIM0439E',
        details: /Exchange a valid API key/,
      });
      expect(await statusAt('/v1/apikeys', token)).toBe(401);
      const introspected = await service().call('POST', '/identity/introspect', { form: { token } });
      expect(introspected.body).toEqual({ active: false });
    });

    it('when it is revoked, then other tokens of the same key go on', async () => {
      const [token, other] = [await service().ownerToken(), await service().ownerToken()];

      await revoked({ token });

      expect(await statusAt('/identity/userinfo', other)).toBe(200);
    });

    it('when it is revoked twice, then both answers are the same and it is recorded once', async () => {
      const token = await service().ownerToken();
      const { jti, account } = decodeJwt(token);

      const answers = [
        await revoked({ token }),
        await revoked({ token }),
        await revoked({ token, token_type_hint: 'x' }),
      ];

      expect(answers.map(({ status, text }) => [status, text])).toEqual(
        [200, 200, 200].map((status) => [status, '{}']),
      );
      const { bss } = account as { bss: string }; // every token has this claim
      const request = { equals: [bss, String(jti)], limit: 10 };
      const { rows } = await service().store.read(AUDIT_EVENTS).page('byTarget', request);
      expect(rows.map(({ action, outcome }) => [action, outcome])).toEqual([['token.revoke', 'success']]);
    });

    it('when it is revoked, then the record is kept until every verifier counts it as expired', async () => {
      const token = await service().ownerToken();
      const { jti, exp } = decodeJwt(token);

      await revoked({ token });

      const record = await service().store.read(REVOCATIONS).get(`token:${jti}@1`);
      expect(record).toMatchObject({ subject: `token:${jti}`, minimum: 1, expiresAt: Number(exp) * 1000 + 60_000 });
    });

    /** A thief's token must not live on because the clocks of two processes differ. */
    it('when it was issued by a clock that runs ahead of ours, then it is revoked all the same', async () => {
      service().clock.pass(50_000);
      const token = await service().ownerToken();
      service().clock.pass(-50_000);

      expect((await revoked({ token })).status).toBe(200);

      service().clock.pass(50_000);
      expect(await statusAt('/identity/userinfo', token)).toBe(401);
      service().clock.pass(-50_000);
    });

    it('when it was signed for nobody, changed or cut short, then 200 and nothing is revoked', async () => {
      const token = await service().ownerToken();
      const [header, claims, signature] = token.split('.');

      for (const other of [
        'x',
        'a.b.c',
        `${header}.${claims}.`,
        `${header}.${claims}.AAAA`,
        `${token}A`,
        signature ?? '',
      ]) {
        expect((await revoked({ token: other })).status).toBe(200);
      }

      expect(await statusAt('/identity/userinfo', token)).toBe(200);
    });
  });

  describe('given an API key', () => {
    it('when it is revoked, then from the answer on it and all its tokens are refused', async () => {
      const { key } = await givenServiceId(service());
      const token = await service().tokenOf(key.secret);

      const { status, body } = await revoked({ apikey: key.secret });

      expect([status, body]).toEqual([200, {}]);
      expectTokenRefusal(await service().exchange({ grant_type: 'apikey', apikey: key.secret }), {
        ...{ status: 400, errorCode: 'BXNIM0462E', details: /enable/ },
      });
      expect(await statusAt('/identity/userinfo', token)).toBe(401);
      expect(await storedKey(service(), key)).toMatchObject({ disabled: true, generation: 2 });
    });

    it('when a client that knows RFC 7009 alone sends it as a token, then it is refused from the answer on as well', async () => {
      const { key } = await givenServiceId(service());

      const answer = await service().call('POST', '/identity/revoke', { form: { token: key.secret } });

      expect(answer.status).toBe(200);
      const exchanged = await service().exchange({ grant_type: 'apikey', apikey: key.secret });
      expect(exchanged.body.errorCode).toBe('BXNIM0462E');
    });

    it('when it is locked, then that does not hold up the incident', async () => {
      const { iamId } = await givenServiceId(service());
      const key = await givenKeyOf(service(), iamId, { locked: true });

      expect((await revoked({ apikey: key.secret })).status).toBe(200);

      expect(await storedKey(service(), key)).toMatchObject({ disabled: true, locked: true });
    });

    it('when it is revoked twice, then its generation grows once', async () => {
      const { key } = await givenServiceId(service());

      await revoked({ apikey: key.secret });
      await revoked({ apikey: key.secret });

      expect(await storedKey(service(), key)).toMatchObject({ generation: 2 });
    });

    it('when many revoke it at once, then each is told that it is done', async () => {
      const { key } = await givenServiceId(service());

      const answers = await Promise.all(Array.from({ length: 8 }, () => revoked({ apikey: key.secret })));

      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
      expect(await storedKey(service(), key)).toMatchObject({ disabled: true });
    });

    it('when its owner was removed meanwhile, then 200', async () => {
      const { id, key } = await givenServiceId(service());
      await asOwner(service(), 'DELETE', `/v1/serviceids/${id}`);

      expect((await revoked({ apikey: key.secret })).status).toBe(200);
    });

    it('when it is unknown or malformed, then 200 tells nothing', async () => {
      for (const apikey of [newApiKeySecret(), 'abc', '*']) {
        const { status, body } = await revoked({ apikey });
        expect([status, body]).toEqual([200, {}]);
      }
    });
  });

  it('given neither or both, when it is asked, then the form is refused', async () => {
    expectTokenRefusal(await revoked({}), { status: 400, errorCode: 'BXNIM0109E', details: /'token' or 'apikey'/ });
    expectTokenRefusal(await revoked({ token: 'a', apikey: 'b' }), {
      ...{ status: 400, errorCode: 'BXNIM0106E', details: /Send one/ },
    });
  });

  it('given a wrong method or type, when it is asked, then 405 and 415', async () => {
    expectTokenRefusal(await service().call('GET', '/identity/revoke'), {
      ...{ status: 405, errorCode: 'BXNIM0060E', details: /^HTTP 405/, headers: { allow: 'POST' } },
    });
    expectTokenRefusal(await service().call('POST', '/identity/revoke', { json: {} }), {
      ...{ status: 415, errorCode: 'BXNIM0060E', details: /^HTTP 415/ },
    });
  });
});
