import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { BACKENDS } from '../../harness/backends.ts';
import { type RunningService, runningService } from '../../harness/running-service.ts';

const base64url = (content: string | Buffer): string => Buffer.from(content).toString('base64url');
const forger = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** The parts of a good token, and what a forger can know. */
interface Known {
  readonly good: string;
  readonly kid: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly jwk: JsonWebKey;
}

type Forgery = (known: Known) => string;

/** Header and claims as wanted, signed with the forger's own key. */
function forged({ kid, claims }: Known, header: object = {}, changes: object = {}): string {
  const head = base64url(JSON.stringify({ alg: 'RS256', kid, typ: 'at+jwt', ...header }));
  const input = `${head}.${base64url(JSON.stringify({ ...claims, ...changes }))}`;
  return `${input}.${base64url(sign('sha256', Buffer.from(input), forger.privateKey))}`;
}

/** Other parts around the good signature. */
function underGoodSignature({ good }: Known, header: object | undefined, claims?: object): string {
  const [head = '', payload = '', signature = ''] = good.split('.');
  const written = (part: string, json: object | undefined) =>
    json === undefined ? part : base64url(JSON.stringify(json));
  return `${written(head, header)}.${written(payload, claims)}.${signature}`;
}

function withHmac({ kid, claims }: Known, alg: string, secret: string | Buffer): string {
  const input = `${base64url(JSON.stringify({ alg, kid, typ: 'at+jwt' }))}.${base64url(JSON.stringify(claims))}`;
  return `${input}.${base64url(createHmac('sha256', secret).update(input).digest())}`;
}

const publicPem = ({ jwk }: Known): string =>
  createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();

/** R18, R19: every known way of passing a token off as ours (RFC 8725; ASVS 9.1). */
const FORGERIES: readonly (readonly [name: string, forgery: Forgery])[] = [
  ['alg none without a signature', (known) => `${forged(known, { alg: 'none' }).replace(/[^.]*$/, '')}`],
  ['alg none with our signature', (known) => underGoodSignature(known, { alg: 'none', kid: known.kid, typ: 'at+jwt' })],
  ['alg nOnE', (known) => `${forged(known, { alg: 'nOnE' }).replace(/[^.]*$/, '')}`],
  ['no signature', ({ good }) => good.replace(/[^.]*$/, '')],
  ['HMAC keyed with our public key', (known) => withHmac(known, 'HS256', publicPem(known))],
  ['HMAC keyed with the modulus', (known) => withHmac(known, 'HS256', known.jwk.n ?? '')],
  ['HMAC under the name RS256', (known) => withHmac(known, 'RS256', publicPem(known))],
  ['HMAC keyed with nothing', (known) => withHmac(known, 'HS256', '')],
  ['a key of the forger under our kid', (known) => forged(known)],
  ['a key of the forger in jwk', (known) => forged(known, { jwk: forger.publicKey.export({ format: 'jwk' }) })],
  ['a key of the forger at jku', (known) => forged(known, { jku: 'http://127.0.0.1:9/keys' })],
  ['a certificate at x5u', (known) => forged(known, { x5u: 'http://127.0.0.1:9/x' })],
  ['a certificate in x5c', (known) => forged(known, { x5c: ['AAAA'] })],
  ['a critical extension', (known) => forged(known, { crit: ['exp'], exp: 1 })],
  ['another type', (known) => forged(known, { typ: 'JWT' })],
  [
    'the type of a refresh token',
    (known) => underGoodSignature(known, { ...decodeProtectedHeader(known.good), typ: 'refresh+jwt' }),
  ],
  ['another kid', (known) => forged(known, { kid: 'other' })],
  ['a kid that is a path', (known) => forged(known, { kid: '../../../../dev/null' })],
  ['a kid with a quote', (known) => forged(known, { kid: "x' UNION SELECT '1" })],
  ['a kid with an operator', (known) => forged(known, { kid: '{"$ne":""}' })],
  ['a kid with NUL', (known) => forged(known, { kid: 'a\0b' })],
  ['a kid that is a list', (known) => forged(known, { kid: [known.kid] })],
  ['a kid named __proto__', (known) => forged(known, { kid: '__proto__' })],
  ['no kid', (known) => forged(known, { kid: undefined })],
  [
    'a later end under our signature',
    (known) => underGoodSignature(known, undefined, { ...known.claims, exp: 9_999_999_999 }),
  ],
  [
    'another identity under our signature',
    (known) => underGoodSignature(known, undefined, { ...known.claims, iam_id: 'IBMid-1' }),
  ],
  ['a foreign issuer', (known) => forged(known, {}, { iss: 'https://iam.cloud.ibm.com/identity' })],
  ['a foreign audience', (known) => forged(known, {}, { aud: 'elsewhere' })],
  ['a start in the future', (known) => forged(known, {}, { nbf: 9_999_999_999 })],
  ['a letter more', ({ good }) => `${good}A`],
  ['a part more', ({ good }) => `${good}.AAAA`],
  ['padding', ({ good }) => `${good}=`],
  ['two tokens', ({ good }) => `${good}.${good}`],
  ['a payload that is no JSON', ({ good }) => good.replace(/\.[^.]*\./, '.AAAA.')],
  ['a payload that is a list', (known) => underGoodSignature(known, undefined, [])],
  ['a header that is no JSON', ({ good }) => good.replace(/^[^.]*/, 'AAAA')],
  ['a zero signature', ({ good }) => good.replace(/[^.]*$/, base64url(Buffer.alloc(256)))],
  ['only dots', () => '...'],
  ['five parts, as JWE', () => 'a.b.c.d.e'],
];

/** Sent in the form only: they are no token68, so as a bearer they are refused as malformed. */
const NOT_SENDABLE_AS_BEARER = ['', '🔑', '{"payload":"","signatures":[]}', 'a b', '\\', "'"];

describe.each(BACKENDS)('forged tokens over HTTP [%s]', (backend) => {
  let service: RunningService;
  let known: Known;
  beforeAll(async () => {
    service = await runningService({ backend });
    const good = await service.ownerToken();
    const { kid = '' } = decodeProtectedHeader(good);
    const { body } = await service.call('GET', '/identity/keys');
    const { kty, n, e } = body.keys.find((key: { kid: string }) => key.kid === kid);
    known = { good, kid, claims: decodeJwt(good), jwk: { kty, n, e } };
  });
  afterAll(() => service.dispose());

  const introspected = (token: string) => service.call('POST', '/identity/introspect', { form: { token } });

  it('given the good token, when it is used, then it is accepted everywhere, so that what follows proves something', async () => {
    expect((await service.call('GET', '/identity/userinfo', { token: known.good })).status).toBe(200);
    expect((await service.call('GET', '/v1/apikeys', { token: known.good })).status).toBe(200);
    expect((await introspected(known.good)).body).toMatchObject({ active: true });
  });

  describe.each(FORGERIES)('given %s', (_name, forgery) => {
    it('when it comes as a bearer, then 401 in the form of the door', async () => {
      const token = forgery(known);

      const userinfo = await service.call('GET', '/identity/userinfo', { token });
      const keys = await service.call('GET', '/v1/apikeys', { token });

      expect([userinfo.status, userinfo.body.errorCode]).toEqual([401, 'BXNIM0407E']);
      expect([keys.status, keys.body.errors?.[0]?.code]).toEqual([401, 'token_invalid']);
    });

    it('when it is introspected or revoked, then it is not active, and revoking it does nothing', async () => {
      const token = forgery(known);

      const answer = await introspected(token);
      const revoked = await service.call('POST', '/identity/revoke', { form: { token } });

      expect([answer.status, answer.body]).toEqual([200, { active: false }]);
      expect([revoked.status, revoked.body]).toEqual([200, {}]);
      expect((await service.call('GET', '/identity/userinfo', { token: known.good })).status).toBe(200);
    });
  });

  it.each(NOT_SENDABLE_AS_BEARER)(
    'given "%s" in the form, when it is introspected, then it is refused or not active',
    async (token) => {
      const { status, body } = await introspected(token);

      expect([
        [200, { active: false }],
        [400, body],
      ]).toContainEqual([status, body]);
    },
  );

  it('given 10 kB in the header, when it comes as a bearer, then it is refused and the connection lives on', async () => {
    const { status } = await service.call('GET', '/identity/userinfo', { token: `${'k'.repeat(10_300)}.e30.AAAA` });

    expect(status).toBe(400);
    expect((await service.call('GET', '/identity/userinfo', { token: known.good })).status).toBe(200);
  });
});
