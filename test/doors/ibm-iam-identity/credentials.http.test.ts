import { beforeAll, describe, expect, it } from '@jest/globals';
import { API_KEY_OPERATIONS } from '../../../src/doors/ibm-iam-identity/api-key-operations.ts';
import { SERVICE_ID_OPERATIONS } from '../../../src/doors/ibm-iam-identity/service-id-operations.ts';
import { ACCESS_TOKEN_TYPE } from '../../../src/token-format/token-types.ts';
import { asOwner, type GivenServiceId, givenKeyOf, givenServiceId } from '../../harness/given-credentials.ts';
import { expectIdentityRefusal } from '../../harness/identity-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

/** Every route of the door, taken from what its OpenAPI document is made of: a new one is tested from its first day. */
const ROUTES = [...API_KEY_OPERATIONS, ...SERVICE_ID_OPERATIONS].map(({ method, path }) => [method, path] as const);

const NO_TOKEN = 'Bearer realm="identity"';
const BAD_TOKEN = 'Bearer realm="identity", error="invalid_token"';

describeOnEveryBackend('credentials of the identity API', (service) => {
  let given: GivenServiceId;

  beforeAll(async () => {
    given = await givenServiceId(service());
  });

  const pathOf = (path: string): string =>
    path.replace(':id', path.startsWith('/v1/apikeys') ? given.key.id : given.id);
  const list = (authorization: string) =>
    service().call('GET', '/v1/apikeys', { headers: { Authorization: authorization } });

  /** Credentials are looked at before the body: who is nobody learns nothing of what a right body looks like. */
  it.each(ROUTES)(
    'given no credentials, when %s %s comes, also with a bad body, then it is refused with 401',
    async (method, path) => {
      const answers = [
        await service().call(method, pathOf(path)),
        await service().call(
          method,
          pathOf(path),
          method === 'GET' ? {} : { raw: '{', headers: { 'Content-Type': 'a/b' } },
        ),
      ];

      for (const answer of answers) {
        expectIdentityRefusal(answer, 401, 'credentials_missing');
        expect(answer.headers.get('www-authenticate')).toBe(NO_TOKEN);
      }
      const { status } = await asOwner(service(), 'GET', `/v1/apikeys/${given.key.id}`);
      expect(status).toBe(200);
    },
  );

  it.each(['Basic Yng6Yng=', 'Bearer', 'Bearer ', 'Digest x', 'bearer'])(
    'given the Authorization %j, when a list is asked for, then it counts as none',
    async (authorization) => {
      const answer = await list(authorization);

      expectIdentityRefusal(answer, 401, 'credentials_missing');
      expect(answer.headers.get('www-authenticate')).toBe(NO_TOKEN);
    },
  );

  it.each(['rubbish', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.', 'x'.repeat(300)])(
    'given the bearer token %j, when a list is asked for, then it is refused with 401',
    async (token) => {
      const answer = await list(`Bearer ${token}`);

      expectIdentityRefusal(answer, 401, 'token_invalid');
      expect(answer.headers.get('www-authenticate')).toBe(BAD_TOKEN);
      expect(answer.text).not.toContain(token);
    },
  );

  it('given an API key in the place of a token, when it is sent, then it is refused and not repeated', async () => {
    const answer = await list(`Bearer ${given.key.secret}`);

    expectIdentityRefusal(answer, 401, 'token_invalid');
    expect(answer.text).not.toContain(given.key.secret.slice(3, 19));
  });

  /** Token substitution: a refresh token is signed by the same key and lives for days. */
  it("given a user's refresh token, when it is sent as a bearer, then it is refused with 401", async () => {
    const form = { grant_type: 'apikey', apikey: service().adminKey };
    const { body } = await service().exchange(form, { Authorization: 'Basic Yng6Yng=' });

    const answer = await list(`Bearer ${body.refresh_token}`);

    expect(body.refresh_token).toMatch(/^eyJ/);
    expectIdentityRefusal(answer, 401, 'token_invalid');
    expect((await list(`Bearer ${body.access_token}`)).status).toBe(200);
  });

  it('given a token whose signature or claims were altered, when it is sent, then it is refused with 401', async () => {
    const [header = '', claims = '', signature = ''] = (await service().ownerToken()).split('.');
    const other = JSON.stringify({ ...JSON.parse(Buffer.from(claims, 'base64url').toString()), iam_id: 'IBMid-X' });
    const flipped = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;

    for (const token of [
      `${header}.${Buffer.from(other).toString('base64url')}.${signature}`,
      `${header}.${claims}.${flipped}`,
    ]) {
      expectIdentityRefusal(await list(`Bearer ${token}`), 401, 'token_invalid');
    }
  });

  /** Cross-service replay: a token that another service was given must not open this one (RFC 9700, section 2.3). */
  it.each(['aud', 'iss'])(
    'given a token signed here whose %s is another, when it is sent, then it is refused with 401',
    async (claim) => {
      const [, claims = ''] = (await service().ownerToken()).split('.');
      const signed = (further: object) =>
        service().domains.signingKeys.sign(ACCESS_TOKEN_TYPE, {
          ...JSON.parse(Buffer.from(claims, 'base64url').toString()),
          ...further,
        });

      expectIdentityRefusal(
        await list(`Bearer ${await signed({ [claim]: 'https://else.example' })}`),
        401,
        'token_invalid',
      );
      expect((await list(`Bearer ${await signed({})}`)).status).toBe(200);
    },
  );

  it('given a token that was revoked, when it is sent, then it is refused from the answer on, and no other is', async () => {
    const [token, another] = [await service().ownerToken(), await service().ownerToken()];

    const revoked = await service().call('POST', '/identity/revoke', { form: { token } });

    expect(revoked.status).toBe(200);
    const answer = await list(`Bearer ${token}`);
    expectIdentityRefusal(answer, 401, 'token_revoked');
    expect(answer.headers.get('www-authenticate')).toBe(BAD_TOKEN);
    expect((await list(`Bearer ${another}`)).status).toBe(200);
  });

  it('given a token, when its hour is over, then it is refused with 401', async () => {
    const token = await service().ownerToken();
    service().clock.pass(3_600_000);

    const answer = await list(`Bearer ${token}`);

    expectIdentityRefusal(answer, 401, 'token_expired');
    expect(answer.headers.get('www-authenticate')).toBe(BAD_TOKEN);
  });

  /** Some clients store the word as a part of the token. */
  it.each(['Bearer Bearer', 'bearer', 'BEARER'])(
    'given the scheme written %s, when a token follows, then it is taken',
    async (scheme) => {
      expect((await list(`${scheme} ${await service().ownerToken()}`)).status).toBe(200);
    },
  );

  describe('given the key of a user', () => {
    it('when its value is revoked by its holder, then the key is disabled and its tokens are refused', async () => {
      const { body } = await asOwner(service(), 'GET', '/v1/apikeys');
      const key = await givenKeyOf(service(), body.apikeys[0].iam_id);
      const token = await service().tokenOf(key.secret);

      await service().call('POST', '/identity/revoke', { form: { apikey: key.secret } });

      expectIdentityRefusal(await list(`Bearer ${token}`), 401, 'token_revoked');
      expect((await asOwner(service(), 'GET', `/v1/apikeys/${key.id}`)).body.disabled).toBe(true);
    });
  });
});
