import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import jsonwebtoken from 'jsonwebtoken';
import { BACKENDS } from '../../harness/backends.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import {
  type AssertionChange,
  assertionOf,
  exchangeAssertion,
  type GivenServiceAccount,
  givenServiceAccount,
  tokenOfServiceAccount,
} from '../../harness/given-service-account.ts';
import { describeOnEveryBackend, type RunningService } from '../../harness/running-service.ts';
import { givenTwoServices } from '../../harness/two-services.ts';
import { withinASecond } from '../../harness/within-a-second.ts';

const INVALID = { error: 'invalid_grant', error_description: expect.stringMatching(/^The assertion is not valid\./) };
const OTHER = generateKeyPairSync('rsa', { modulusLength: 2048 });

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const secondsOf = (service: RunningService): number => Math.floor(service.clock.now() / 1_000);

describeOnEveryBackend('POST /am/oauth2/access_token with an assertion', (service) => {
  let account: OtherAccount;
  let signer: GivenServiceAccount;

  beforeAll(async () => {
    account = await givenOtherAccount(service());
    signer = await givenServiceAccount(service(), await account.ownerToken());
  });

  const exchanged = (assertion: string, form = {}) => exchangeAssertion(service(), assertion, form);
  const signed = (change: AssertionChange = {}): string => assertionOf(service(), signer, change);
  const publicUrl = (): string => service().publicUrl;

  it('when it is right, then the token says how it was made, for which scopes, and is a bearer of the service ID', async () => {
    const { status, body } = await exchanged(signed());

    expect([status, body]).toEqual([
      200,
      { access_token: expect.any(String), scope: 'fr:am:* fr:idm:*', token_type: 'Bearer', expires_in: 3_600 },
    ]);
    const seen = await service().call('POST', '/identity/introspect', { form: { token: body.access_token } });
    expect(seen.body).toMatchObject({
      ...{ active: true, sub_type: 'ServiceId', name: 'pipeline', scope: 'fr:am:* fr:idm:*' },
      ...{ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', account: { bss: account.accountId } },
    });
  });

  it('when the body is not percent-encoded, then it is read all the same', async () => {
    const raw = `assertion=${signed()}&client_id=service-account&grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&scope=fr:am:* fr:idm:*`;
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };

    expect((await service().call('POST', '/am/oauth2/access_token', { raw, headers })).status).toBe(200);
  });

  it('when scopes are asked for that it does not have, then it hears which, and may send the same assertion again', async () => {
    const assertion = signed();

    const refused = await exchanged(assertion, { scope: 'fr:idm:* fr:iga:* fr:idc:esv:*' });
    const again = await exchanged(assertion, { scope: 'fr:idm:*' });

    expect([refused.status, refused.body]).toEqual([
      400,
      {
        error: 'invalid_scope',
        error_description: 'Unsupported scope for service account: fr:iga:*,fr:idc:esv:*',
      },
    ]);
    expect([again.status, again.body.scope]).toEqual([200, 'fr:idm:*']);
  });

  describe('given other names of this service as the audience', () => {
    it.each<[string, (own: string) => string | string[]]>([
      ['the port twice', (own) => own.replace(/:(\d+)$/, ':$1:$1')],
      ['localhost', (own) => own.replace('127.0.0.1', 'localhost')],
      ['another case of the scheme', (own) => own.replace('http', 'HTTP')],
      ['one of several', (own) => own],
    ])('when it is %s, then it is taken', async (what, change) => {
      const own = change(publicUrl());
      const aud = `${String(own)}/am/oauth2/access_token`;

      expect(
        (await exchanged(signed({ aud: what === 'one of several' ? ['https://other.test', aud] : aud }))).status,
      ).toBe(200);
    });

    /** An assertion that was signed for another service, which sends it on to this one. */
    it.each<[string, (own: string) => unknown]>([
      ['another host', () => 'https://evil.test/am/oauth2/access_token'],
      ['another port', (own) => `${own.replace(/:\d+$/, ':1')}/am/oauth2/access_token`],
      ['two ports', (own) => `${own}:1/am/oauth2/access_token`],
      ['another scheme', (own) => `${own.replace('http', 'https')}/am/oauth2/access_token`],
      ['another path', (own) => `${own}/am/oauth2/other`],
      ['more', (own) => `${own}/am/oauth2/access_token?x`],
      ['the issuer', (own) => `${own}/identity`],
      ['nothing', () => undefined],
      ['a number', () => 1],
    ])('when it is %s, then it is refused', async (_what, change) => {
      const { status, body } = await exchanged(signed({ aud: change(publicUrl()) }));

      expect([status, body]).toEqual([400, INVALID]);
    });

    it('when the request names the evil host itself, in its header, then it is refused', async () => {
      const form = new URLSearchParams({
        ...{ client_id: 'service-account', grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer' },
        assertion: signed({ aud: 'http://evil.test/am/oauth2/access_token' }),
      });
      const headers = { Host: 'evil.test', 'Content-Type': 'application/x-www-form-urlencoded' };

      const { body } = await service().call('POST', '/am/oauth2/access_token', { raw: String(form), headers });

      expect(body).toEqual(INVALID);
    });
  });

  describe('given an attack', () => {
    it('when ten send one assertion at once, then one gets a token, also where it has no jti', async () => {
      for (const assertion of [signed(), signed({ jti: undefined })]) {
        const answers = await Promise.all(Array.from({ length: 10 }, () => exchanged(assertion)));

        expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 9 }, () => 400)]);
      }
    });

    it.each<[string, (service: RunningService, signer: GivenServiceAccount) => AssertionChange]>([
      ['it ended', (at) => ({ exp: secondsOf(at) - 61 })],
      ['it lasts for an hour', (at) => ({ exp: secondsOf(at) + 3_600 })],
      ['it has no end', () => ({ exp: undefined })],
      ['its end is text', (at) => ({ exp: String(secondsOf(at) + 60) })],
      ['it begins tomorrow', (at) => ({ nbf: secondsOf(at) + 86_400 })],
      ['it is from tomorrow', (at) => ({ iat: secondsOf(at) + 86_400 })],
      ['sub is another', () => ({ sub: 'other' })],
      [
        'iss is unknown',
        () => ({ iss: '00000000-0000-4000-8000-000000000000', sub: '00000000-0000-4000-8000-000000000000' }),
      ],
      ['iss is the id of the key', (_at, { id }) => ({ iss: `ApiKey-${id}`, sub: `ApiKey-${id}` })],
      ['iss is no text', () => ({ iss: ['x'], sub: ['x'] })],
    ])('when %s, then it is refused with the one sentence', async (_what, change) => {
      // Signed past the checks of the library, which would not sign some of them.
      const jwt = forged(change(service(), signer));

      const { status, body } = await exchanged(jwt);

      expect([status, body]).toEqual([400, INVALID]);
    });

    it.each<[string, () => string]>([
      ['alg none', () => `${part({ alg: 'none' })}.${signed().split('.')[1]}.`],
      ['HMAC with the public key', () => withHmac()],
      ['another key', () => jsonwebtoken.sign(claimsOf(signed()), OTHER.privateKey, { algorithm: 'RS256' })],
      ['another payload', () => [signed().split('.')[0], signed().split('.')[1], signed().split('.')[2]].join('.')],
      ['a crit header', () => forged({}, { crit: ['exp'] })],
      ['an embedded key', () => embedded()],
      [
        'the name of a file as kid',
        () => `${part({ alg: 'RS256', kid: '../../etc/passwd' })}.${signed().split('.').slice(1).join('.')}`,
      ],
      ['two parts', () => signed().split('.').slice(0, 2).join('.')],
      ['rubbish', () => 'x'],
      ['a bearer token', () => 'eyJhbGciOiJSUzI1NiJ9.e30.AAAA'],
    ])('when it has %s, then it is refused with the one sentence', async (_what, make) => {
      const { status, body } = await exchanged(make());

      expect([status, body]).toEqual([400, INVALID]);
    });

    it.each([
      [{ client_id: 'idmAdminClient' }, 401, 'invalid_client'],
      [{ client_id: '' }, 401, 'invalid_client'],
      [{ assertion: '' }, 400, 'invalid_request'],
      [{ scope: 'a\\b' }, 400, 'invalid_scope'],
    ])('when it is sent with %j, then the answer is %s %s', async (form, status, error) => {
      const answer = await exchanged(signed(), form);

      expect([answer.status, answer.body.error]).toEqual([status, error]);
    });
  });

  const claimsOf = (jwt: string): object => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
  const pem = (): string =>
    createPublicKey({ key: signer.publicJwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();

  function forged(change: AssertionChange, header: object = {}): string {
    const claims = Object.fromEntries(
      Object.entries({ ...claimsOf(signed()), ...change }).filter(([, value]) => value !== undefined),
    );
    const key = { key: signer.privateJwk, format: 'jwk' } as const;
    return jsonwebtoken.sign(JSON.stringify(claims), createPrivateKey(key), {
      algorithm: 'RS256',
      header: { alg: 'RS256', ...header },
    });
  }

  function withHmac(): string {
    const input = `${part({ alg: 'HS256' })}.${part(claimsOf(signed()))}`;
    return `${input}.${createHmac('sha256', pem()).update(input).digest('base64url')}`;
  }

  function embedded(): string {
    const jwk = OTHER.publicKey.export({ format: 'jwk' });
    return jsonwebtoken.sign(claimsOf(signed()), OTHER.privateKey, {
      ...{ algorithm: 'RS256' as const, header: { alg: 'RS256' as const, jwk } as never },
    });
  }
});

describe.each(BACKENDS)('a service account on two nodes [%s]', (backend) => {
  const services = givenTwoServices(backend);

  it('when one makes it inactive, then within a second the other takes neither its tokens nor its assertions', async () => {
    const { first, second } = services();
    const { ownerToken } = await givenOtherAccount(first);
    const token = await ownerToken();
    const signer = await givenServiceAccount(first, token);
    const bearer = await tokenOfServiceAccount(second, signer);
    const path = `/openidm/managed/svcacct/${signer.id}`;
    const seen = async () => [
      (await second.call('GET', path, { token: bearer })).status,
      (await exchangeAssertion(second, assertionOf(second, signer))).status,
    ];
    expect(await seen()).toEqual([200, 200]);

    const json = [{ operation: 'replace', field: 'accountStatus', value: 'inactive' }];
    expect((await first.call('PATCH', path, { token, json })).status).toBe(200);

    expect(await withinASecond(seen, [401, 400])).toEqual([401, 400]);
  });
});
