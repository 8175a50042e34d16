import { describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { ACCOUNTS } from '../../../src/accounts/account.ts';
import { replace } from '../../../src/store/changes.ts';
import { firstAccountId, givenKeyOf, givenServiceId, givenUser } from '../../harness/given-credentials.ts';
import { describeOnEveryBackend, type RunningService } from '../../harness/running-service.ts';

const API_KEY_GRANT = 'urn:ibm:params:oauth:grant-type:apikey';
const BX = { Authorization: `Basic ${Buffer.from('bx:bx').toString('base64')}` };
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describeOnEveryBackend('what POST /identity/token grants', (service) => {
  const granted = async (secret: string, headers = {}) => {
    const answer = await service().exchange({ grant_type: API_KEY_GRANT, apikey: secret }, headers);
    expect(answer.status).toBe(200);
    return { ...answer, claims: decodeJwt(answer.body.access_token) };
  };

  describe('given a good API key', () => {
    it('when it is exchanged, then the body has exactly the fields of the contract', async () => {
      const { body, claims } = await granted(service().adminKey);

      expect(body).toEqual({
        access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        refresh_token: 'not_supported',
        token_type: 'Bearer',
        expires_in: 3600,
        expiration: claims.exp,
        scope: 'ibm openid',
      });
    });

    it('when it is exchanged, then the headers are those of the contract', async () => {
      const { headers } = await granted(service().adminKey);

      expect(Object.fromEntries(headers)).toMatchObject({
        'content-type': 'application/json',
        'cache-control': 'no-cache, no-store, must-revalidate',
        pragma: 'no-cache',
        expires: '0',
        'transaction-id': expect.stringMatching(UUID),
        'x-correlation-id': headers.get('transaction-id'),
        'x-request-id': expect.stringMatching(UUID),
        'x-content-type-options': 'nosniff',
        'content-language': 'en-US',
        'ibm-cloud-service-name': 'iam-identity',
      });
      expect(headers.has('x-powered-by')).toBe(false);
      expect(headers.has('etag')).toBe(false);
    });

    it('when the caller names its transaction, then the name is echoed and the request id is our own', async () => {
      const { headers } = await granted(service().adminKey, { 'Transaction-Id': 'build-4711' });

      expect(headers.get('transaction-id')).toBe('build-4711');
      expect(headers.get('x-correlation-id')).toBe('build-4711');
      expect(headers.get('x-request-id')).toMatch(UUID);
    });

    /** Header and log injection: what is echoed must not be able to forge a header or a line. */
    it('when the name of the transaction is not plain text, then it is replaced', async () => {
      const { headers } = await granted(service().adminKey, { 'Transaction-Id': 'a"b; c=<d>' });

      expect(headers.get('transaction-id')).toMatch(UUID);
    });

    it('when the header of the token is read, then it names algorithm, key and type and nothing else', async () => {
      const { body } = await granted(service().adminKey);

      expect(decodeProtectedHeader(body.access_token)).toEqual({
        alg: 'RS256',
        kid: expect.stringMatching(/\S/),
        typ: 'at+jwt',
      });
    });
  });

  const common = (running: RunningService, accountId: string) => ({
    iss: `${running.publicUrl}/identity`,
    aud: `${running.publicUrl}/identity`,
    iat: expect.any(Number),
    exp: expect.any(Number),
    jti: expect.stringMatching(UUID),
    client_id: 'default',
    account: { valid: true, bss: accountId, frozen: false },
    grant_type: API_KEY_GRANT,
    scope: 'ibm openid',
    acr: 1,
    amr: ['pwd'],
  });

  it('given the key of a user, when it is exchanged, then the claims are exactly those of a user', async () => {
    const user = await givenUser(service());

    const { claims } = await granted(user.key.secret);

    const person = { name: 'Robin Example', given_name: 'Robin', family_name: 'Example', email: user.email };
    expect(claims).toEqual({
      ...common(service(), user.key.accountId),
      ...person,
      iam_id: user.iamId,
      id: user.iamId,
      realmid: 'IBMid',
      identifier: user.iamId.replace('IBMid-', ''),
      sub: user.email,
      authn: { sub: user.email, iam_id: user.iamId, ...person },
      latchkey: {
        api_key_id: user.key.id,
        generations: { installation: 1, account: 1, identity: 1, membership: 1, key: 1 },
      },
    });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(3600);
  });

  it('given the key of a service ID, when it is exchanged, then the claims are exactly those of a service ID', async () => {
    const { id, iamId, key } = await givenServiceId(service());

    const { claims } = await granted(key.secret);

    expect(claims).toEqual({
      ...common(service(), key.accountId),
      iam_id: iamId,
      id: iamId,
      realmid: 'iam',
      identifier: id,
      sub: id,
      sub_type: 'ServiceId',
      name: 'build server',
      authn: { sub: id, iam_id: iamId, sub_type: 'ServiceId', name: 'build server' },
      latchkey: { api_key_id: key.id, generations: { installation: 1, account: 1, identity: 1, key: 1 } },
    });
  });

  it('given a service ID with unique instances, when its key is exchanged, then the token names them', async () => {
    const crns = ['crn:v1:bluemix:public:logs:us-south:a/1:2::'];
    const { key } = await givenServiceId(service(), { uniqueInstanceCrns: crns });

    const { claims } = await granted(key.secret);

    expect(claims['unique_instance_crns']).toEqual(crns);
  });

  it('given a client that names itself, when it exchanges a key, then it is in the token and gets a refresh token', async () => {
    const { body, claims } = await granted(service().adminKey, BX);

    expect(claims['client_id']).toBe('bx');
    expect(decodeProtectedHeader(body.refresh_token)).toMatchObject({ typ: 'refresh+jwt' });
    const refresh = decodeJwt(body.refresh_token);
    expect(Number(refresh.exp) - Number(refresh.iat)).toBe(259_200);
  });

  it('given one key, when it is exchanged twice, then the tokens have names of their own', async () => {
    const first = await granted(service().adminKey);
    const second = await granted(service().adminKey);

    expect(first.claims.jti).not.toBe(second.claims.jti);
  });

  /** R24: a verifier whose clock is exact or behind must not see a token from the future. */
  it('given the clock of the issuer, when a token is issued, then its iat is not in the future', async () => {
    const { claims } = await granted(service().adminKey);

    expect(Number(claims.iat) * 1000).toBeLessThanOrEqual(service().clock.now());
  });

  /** R6: a token never outlives its key. */
  it('given a key that ends sooner than a token would, when it is exchanged, then the token ends with the key', async () => {
    const expiresAt = service().clock.now() + 1_200_000;
    const { key } = await givenServiceId(service(), { expiresAt });

    const { body, claims } = await granted(key.secret, BX);

    expect(claims.exp).toBe(Math.floor(expiresAt / 1000));
    expect(body.expires_in).toBe(Number(claims.exp) - Number(claims.iat));
    expect(body.expiration).toBe(claims.exp);
    expect(decodeJwt(body.refresh_token).exp).toBe(claims.exp);
  });

  it('given an account that shortens its tokens, when a key is exchanged, then access and refresh token are as short', async () => {
    const accountId = await firstAccountId(service());
    const { key } = await givenServiceId(service());
    const settings = { accessTokenSeconds: 900, refreshTokenSeconds: 1800 };
    const accounts = service().store.read(ACCOUNTS);
    const account = await accounts.get(accountId);
    if (account === undefined) throw new Error('the first account is gone');
    await service().store.commit([replace(ACCOUNTS, { ...account, settings }, account.entityTag)]);

    const { body, claims } = await granted(key.secret, BX);

    await service().store.commit([replace(ACCOUNTS, { ...account, settings: {} }, account.entityTag)]);
    expect([body.expires_in, Number(claims.exp) - Number(claims.iat)]).toEqual([900, 900]);
    const refresh = decodeJwt(body.refresh_token);
    expect(Number(refresh.exp) - Number(refresh.iat)).toBe(1800);
  });

  it('given a locked key, when it is exchanged, then tokens still flow', async () => {
    const { iamId } = await givenServiceId(service());
    const { secret } = await givenKeyOf(service(), iamId, { locked: true });

    expect((await service().exchange({ grant_type: API_KEY_GRANT, apikey: secret })).status).toBe(200);
  });
});
