import { expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { givenServiceId, givenUser } from '../../harness/given-credentials.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { expectTokenRefusal } from '../../harness/token-refusal.ts';

const CHALLENGE = { 'www-authenticate': 'Basic realm="identity", Bearer realm="identity"' };

describeOnEveryBackend('GET /identity/userinfo', (service) => {
  const asked = (headers: Readonly<Record<string, string>>) => service().call('GET', '/identity/userinfo', { headers });

  it('given the token of a user, when it asks, then the answer has exactly the fields of the contract', async () => {
    const { iamId, email, key } = await givenUser(service());
    const token = await service().tokenOf(key.secret);

    const { status, body } = await service().call('GET', '/identity/userinfo', { token });

    const { iat, exp, iss } = decodeJwt(token);
    expect(status).toBe(200);
    expect(body).toEqual({
      active: true,
      realmId: 'IBMid',
      identifier: iamId.slice('IBMid-'.length),
      iam_id: iamId,
      given_name: 'Robin',
      family_name: 'Example',
      name: 'Robin Example',
      email,
      sub: email,
      account: { bss: key.accountId },
      ...{ iat, exp, iss },
      grant_type: 'urn:ibm:params:oauth:grant-type:apikey',
      client_id: 'default',
      scope: 'ibm openid',
      acr: 1,
      amr: ['pwd'],
    });
  });

  it('given the token of a service ID, when it asks, then what only people have is absent', async () => {
    const { id, key } = await givenServiceId(service());

    const { body } = await service().call('GET', '/identity/userinfo', { token: await service().tokenOf(key.secret) });

    expect(body).toMatchObject({ realmId: 'iam', identifier: id, sub: id, name: 'build server' });
    for (const name of ['given_name', 'family_name', 'email', 'latchkey']) expect(body).not.toHaveProperty(name);
  });

  it('given the word Bearer twice, when it asks, then that is tolerated', async () => {
    const token = await service().ownerToken();

    expect((await asked({ Authorization: `Bearer Bearer ${token}` })).status).toBe(200);
    expect((await asked({ Authorization: `bearer ${token}` })).status).toBe(200);
  });

  it('given no token, when it asks, then 401 asks for one', async () => {
    for (const headers of [{}, { Authorization: 'Bearer' }, { Authorization: 'Basic Yng6Yng=' }]) {
      expectTokenRefusal(await asked(headers), {
        status: 401,
        errorCode: 'BXNIM0308E',
        details: /Authorization: Bearer/,
        headers: CHALLENGE,
      });
    }
  });

  it('given a token whose time has passed, when it asks, then 401 says expired', async () => {
    const { key } = await givenServiceId(service(), { expiresAt: service().clock.now() + 60_000 });
    const token = await service().tokenOf(key.secret);

    service().clock.pass(60_000);

    expectTokenRefusal(await asked({ Authorization: `Bearer ${token}` }), { status: 401, errorCode: 'BXNIM0408E' });
  });

  it('given another method, when it asks, then 405 names GET and HEAD', async () => {
    expectTokenRefusal(await service().call('POST', '/identity/userinfo', { form: {} }), {
      status: 405,
      errorCode: 'BXNIM0060E',
      details: /^HTTP 405/,
      headers: { allow: 'GET, HEAD' },
    });
  });
});
