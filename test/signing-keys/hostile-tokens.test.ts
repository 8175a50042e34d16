import { createHmac, type KeyObject, sign } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import { TokenExpired, TokenInvalid } from '../../src/problems/credential-problems.ts';
import type { SigningKeys } from '../../src/signing-keys/signing-keys.ts';
import { jwtVerifier, type VerifyJwt } from '../../src/signing-keys/verify-jwt.ts';
import type { SigningAlgorithm } from '../../src/token-format/token-types.ts';
import { accessClaims, ISSUER, refreshClaims } from '../token-format/given-claims.ts';
import { givenInstallation, givenKeyPair, type SigningKeysUnderTest } from './given-signing-keys.ts';

const base64url = (text: string | Buffer): string => Buffer.from(text).toString('base64url');
const EXPECTED = { typ: 'at+jwt', issuer: ISSUER, audience: ISSUER } as const;

/** R18, R19: every way known to us of passing a token off as ours, against keys of both algorithms. */
describe.each<SigningAlgorithm>(['RS256', 'ES256'])('verifyJwt with an %s key', (algorithm) => {
  let installation: SigningKeysUnderTest;
  let keys: SigningKeys;
  let verify: VerifyJwt;
  let token: string;
  let kid: string;
  beforeAll(async () => {
    installation = await givenInstallation();
    keys = await installation.open({ algorithm });
    verify = jwtVerifier({ signingKeys: keys, clock: installation.clock });
    token = await keys.sign('at+jwt', accessClaims());
    kid = String(decodeProtectedHeader(token).kid);
  });
  afterAll(() => installation.close());

  const refused = (hostile: unknown, expected: { readonly audience?: string; readonly issuer?: string } = {}) =>
    expect(verify(hostile, { ...EXPECTED, ...expected })).rejects.toBeInstanceOf(TokenInvalid);
  const header = (changes: object = {}): object => ({ alg: algorithm, kid, typ: 'at+jwt', ...changes });
  const inputOf = (head: object, claims: object = accessClaims()): string =>
    `${base64url(JSON.stringify(head))}.${base64url(JSON.stringify(claims))}`;
  /** The strongest forger: our header and claims, signed with a key of their own. */
  const signedBy = (privateKey: KeyObject, input: string): string =>
    `${input}.${base64url(sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }))}`;
  const signature = (): string => token.slice(token.lastIndexOf('.') + 1);
  const unsignedPart = (): string => token.slice(0, token.lastIndexOf('.'));
  /** The public half as the forger finds it in the key set. */
  const published = (): Record<string, string> => JSON.parse(String(keys.jwks().body)).keys[0];
  const publicPem = (type: 'spki' | 'pkcs1'): string =>
    String(keys.verificationKey(kid)?.publicKey.export({ type, format: 'pem' }));

  it('when the token is ours, then its claims come back', async () => {
    expect(await verify(token, EXPECTED)).toEqual(accessClaims());
  });

  describe('algorithm confusion', () => {
    it.each(['none', 'None', 'NONE', 'nOnE', ''])(
      'when alg is %j without a signature, then it is refused',
      async (alg) => {
        await refused(`${inputOf(header({ alg }))}.`);
        await refused(`${inputOf(header({ alg }))}.${signature()}`);
      },
    );

    it('when our own alg stands over an empty signature, then it is refused', () => refused(`${unsignedPart()}.`));

    it('when alg is HS256 keyed with our public key as PEM, DER or JWK, then it is refused', async () => {
      const spki = keys.verificationKey(kid)?.publicKey.export({ type: 'spki', format: 'der' }) ?? Buffer.alloc(0);
      const { alg: _alg, kid: _kid, use: _use, ...jwk } = published();
      const secrets = [
        publicPem('spki'),
        publicPem('spki').trim(),
        spki,
        JSON.stringify(jwk),
        JSON.stringify(published()),
      ];
      if (algorithm === 'RS256') secrets.push(publicPem('pkcs1'), jwk['n'] ?? '');
      for (const alg of ['HS256', 'HS384', 'HS512', algorithm]) {
        const input = inputOf(header({ alg }));
        for (const secret of secrets) {
          await refused(`${input}.${base64url(createHmac('sha256', secret).update(input).digest())}`);
        }
      }
    });

    it('when alg is swapped for the other one of our list, then it is refused', async () => {
      const other = algorithm === 'RS256' ? 'ES256' : 'RS256';
      const { privateKey } = givenKeyPair(other);

      await refused(signedBy(privateKey, inputOf(header({ alg: other }))));
      await refused(`${inputOf(header({ alg: other }))}.${signature()}`);
    });

    it.each(['PS256', 'RS512', 'RS1', 'ES384', 'EdDSA', 'dir'])('when alg is %s, then it is refused', (alg) =>
      refused(`${inputOf(header({ alg }))}.${signature()}`),
    );
  });

  describe('forged or changed signatures', () => {
    it('when it is signed with a key of the forger under our kid, then it is refused', async () => {
      const { privateKey } = givenKeyPair(algorithm);

      await refused(signedBy(privateKey, inputOf(header())));
    });

    it('when a claim is changed under our signature, then it is refused', () =>
      refused(`${inputOf(header(), accessClaims({ iam_id: 'IBMid-owner' }))}.${signature()}`));

    it('when the type in the header is changed under our signature, then it is refused', () =>
      refused(`${inputOf(header({ typ: 'refresh+jwt' }))}.${signature()}`));

    it('when a bit of the signature is flipped, then it is refused', async () => {
      for (const position of [0, 31, 63]) {
        const bytes = Buffer.from(signature(), 'base64url');
        bytes.writeUInt8(bytes.readUInt8(position) ^ 1, position);
        await refused(`${unsignedPart()}.${base64url(bytes)}`);
      }
    });

    /** CVE-2022-21449 ("psychic signatures"): r = s = 0 passed some verifiers for every message. */
    it('when the signature is all zero, or r and s are the order of the curve, then it is refused', async () => {
      const order = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551';

      await refused(`${unsignedPart()}.${base64url(Buffer.alloc(64))}`);
      await refused(`${unsignedPart()}.${base64url(Buffer.alloc(256))}`);
      await refused(`${unsignedPart()}.${base64url(Buffer.from(order + order, 'hex'))}`);
    });

    it('when the signature is in DER instead of r and s, then it is refused', async () => {
      const half = Buffer.concat([Buffer.from([2, 32]), Buffer.alloc(32, 1)]);
      const der = Buffer.concat([Buffer.from([0x30, 68]), half, half]);

      await refused(`${unsignedPart()}.${base64url(der)}`);
    });
  });

  describe('key ids', () => {
    it.each([
      ['another well-formed id', '202001010000-ffffffffffff'],
      ['a path', '../../../../dev/null'],
      ['a path with NUL', '/dev/null\0.pem'],
      ['a quote', "x' OR '1'='1"],
      ['an operator', '{"$ne":""}'],
      ['a command', '|whoami'],
      ['10 kB', 'k'.repeat(10_240)],
      ['__proto__', '__proto__'],
      ['constructor', 'constructor'],
      ['nothing', ''],
    ])('when kid is %s, then it is refused', async (_name, hostile) => {
      await refused(`${inputOf(header({ kid: hostile }))}.${signature()}`);
      await refused(signedBy(givenKeyPair('ES256').privateKey, inputOf(header({ kid: hostile }))));
    });

    it('when kid is missing, a number, a list or an object, then it is refused', async () => {
      for (const hostile of [undefined, 1, [kid], { kid }, null, true]) {
        await refused(`${inputOf(header({ kid: hostile }))}.${signature()}`);
      }
    });
  });

  describe('key injection and extensions in the header', () => {
    const forger = givenKeyPair('RS256');
    it.each([
      ['jwk (CVE-2018-0114)', { jwk: forger.publicKey.export({ format: 'jwk' }) }],
      ['jku', { jku: 'http://127.0.0.1:9/keys.json' }],
      ['x5u', { x5u: 'http://127.0.0.1:9/chain.pem' }],
      ['x5c', { x5c: ['MIIB'] }],
      ['x5t', { x5t: 'AAAA' }],
      ['crit', { crit: ['exp'], exp: 1 }],
      ['b64', { b64: false, crit: ['b64'] }],
      ['cty', { cty: 'JWT' }],
      ['an unknown member', { anything: 1 }],
    ])('when the header has %s, then it is refused', async (_name, members) => {
      await refused(signedBy(forger.privateKey, inputOf(header({ alg: 'RS256', ...members }))));
      await refused(`${inputOf(header(members))}.${signature()}`);
    });
  });

  describe('token substitution', () => {
    it('when a genuine refresh token comes as an access token, then it is refused', async () => {
      await refused(await keys.sign('refresh+jwt', refreshClaims()));
    });

    it('when a genuine access token comes as a refresh token, then it is refused', () =>
      expect(verify(token, { ...EXPECTED, typ: 'refresh+jwt' })).rejects.toBeInstanceOf(TokenInvalid));

    it.each(['JWT', 'jwt', 'at+JWT', 'application/at+jwt', 'logout+jwt', 'dpop+jwt', ''])(
      'when typ is %j, then it is refused',
      (typ) => refused(`${inputOf(header({ typ }))}.${signature()}`),
    );

    it('when typ is missing, then it is refused', () => refused(`${inputOf({ alg: algorithm, kid })}.${signature()}`));
  });

  describe('foreign issuers and audiences, all with a genuine signature', () => {
    it.each([
      ['another host', 'https://iam.example.org/identity'],
      ['a slash more', `${ISSUER}/`],
      ['another case', ISSUER.toUpperCase()],
      ['a longer host', `${ISSUER}.evil.example`],
    ])('when iss is %s, then it is refused', async (_name, iss) => {
      await refused(await keys.sign('at+jwt', accessClaims({ iss })));
    });

    it.each([
      ['another service', 'https://api.example.com'],
      ['the beginning of ours', ISSUER.slice(0, -1)],
      ['a list without ours', ['https://api.example.com', `${ISSUER}/`]],
    ])('when aud is %s, then it is refused', async (_name, aud) => {
      await refused(await keys.sign('at+jwt', accessClaims({ aud })));
    });

    it('when aud is a list with ours, or any audience will do, then it is accepted', async () => {
      const listed = await keys.sign('at+jwt', accessClaims({ aud: ['https://api.example.com', ISSUER] }));
      const foreign = await keys.sign('at+jwt', accessClaims({ aud: 'https://api.example.com' }));

      await expect(verify(listed, EXPECTED)).resolves.toBeDefined();
      await expect(verify(foreign, { ...EXPECTED, audience: undefined })).resolves.toBeDefined();
    });
  });

  describe('times, all with a genuine signature (the clock stands at 1,700,000,000)', () => {
    const signedWith = (changes: object) => keys.sign('at+jwt', accessClaims(changes));

    it('when exp is this very second, then it is expired: exp is exclusive', async () => {
      const hostile = await signedWith({ exp: 1_700_000_000 });

      await expect(verify(hostile, EXPECTED)).rejects.toBeInstanceOf(TokenExpired);
      await expect(verify(hostile, { ...EXPECTED, clockToleranceSeconds: 60 })).resolves.toBeDefined();
    });

    it('when exp is past the tolerance, then it is expired all the same', async () => {
      const hostile = await signedWith({ exp: 1_699_999_940 });

      await expect(verify(hostile, { ...EXPECTED, clockToleranceSeconds: 60 })).rejects.toBeInstanceOf(TokenExpired);
    });

    it('when an expired token is also of another issuer, then only "invalid" is told', async () => {
      await refused(await signedWith({ exp: 1, iss: 'https://evil.example' }));
    });

    it('when nbf or iat lies in the future, then it is refused, but not for a clock a minute off (R24)', async () => {
      await refused(await signedWith({ nbf: 1_700_000_061 }));
      await refused(await signedWith({ iat: 1_700_000_061 }));
      await expect(verify(await signedWith({ nbf: 1_700_000_060 }), EXPECTED)).resolves.toBeDefined();
      await expect(verify(await signedWith({ iat: 1_700_000_005 }), EXPECTED)).resolves.toBeDefined();
    });

    it.each([
      ['exp as a text', { exp: '9999999999' }],
      ['exp as a list', { exp: [9_999_999_999] }],
      ['no exp', { exp: undefined }],
      ['exp null', { exp: null }],
      ['iat as a text', { iat: '1' }],
      ['no jti', { jti: undefined }],
      ['no private claim', { latchkey: undefined }],
    ])('when the claims have %s, then it is refused', async (_name, changes) => {
      await refused(await signedWith(changes));
    });
  });

  describe('malleable spellings of a genuine token', () => {
    it.each([
      ['a byte after it', (text: string) => `${text}A`],
      ['four characters after it', (text: string) => `${text}AAAA`],
      ['a fourth part', (text: string) => `${text}.AAAA`],
      ['an empty fourth part', (text: string) => `${text}.`],
      ['padding', (text: string) => `${text}==`],
      ['a line end', (text: string) => `${text}\n`],
      ['a space before', (text: string) => ` ${text}`],
      ['a space within', (text: string) => text.replace('.', ' .')],
      ['NUL after it', (text: string) => `${text}\0`],
      ['"Bearer " before', (text: string) => `Bearer ${text}`],
      ['quotes around', (text: string) => `"${text}"`],
      ['the standard alphabet', (text: string) => text.replaceAll('-', '+').replaceAll('_', '/').concat('+')],
      ['stray bits at the end', strayBits],
      ['16 kB of header', (text: string) => `${'A'.repeat(16_384)}${text}`],
    ])('when it has %s, then it is refused', (_name, spoil) => refused(spoil(token)));

    it('when it is no text, then it is refused', async () => {
      for (const hostile of [undefined, null, 1, {}, [token], Buffer.from(token)]) await refused(hostile);
    });

    it('when the payload is not a JSON object, then it is refused', async () => {
      for (const payload of ['[]', '"x"', 'null', '1', '{', '']) {
        await refused(`${base64url(JSON.stringify(header()))}.${base64url(payload)}.${signature()}`);
      }
    });
  });

  it('when a token is refused, then neither the sentence nor the diagnostic repeats any of it', async () => {
    const payload = base64url('{"iss":INJECTED}');
    const hostile = `${base64url(JSON.stringify(header()))}.${payload}.${signature()}`;

    const refusal = await verify(hostile, EXPECTED).catch((problem: unknown) => problem);

    expect(refusal).toMatchObject({ message: 'Provided token is invalid.' });
    expect(inspect(refusal, { depth: 9 })).not.toContain('INJECTED');
  });
});

/** The same bytes spelt with another last character, which lenient decoders accept. */
function strayBits(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return token.slice(0, -1) + alphabet.charAt(alphabet.indexOf(token.slice(-1)) + 1);
}
