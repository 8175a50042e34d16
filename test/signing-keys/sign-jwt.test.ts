import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, importJWK, jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { Overloaded } from '../../src/problems/request-problems.ts';
import { jwtSigner, jwtSigningKey } from '../../src/signing-keys/sign-jwt.ts';
import type { SigningKeys } from '../../src/signing-keys/signing-keys.ts';
import type { SigningAlgorithm } from '../../src/token-format/token-types.ts';
import { accessClaims, ISSUER } from '../token-format/given-claims.ts';
import { givenInstallation, givenKeyPair, MAX_AGE_SECONDS, type SigningKeysUnderTest } from './given-signing-keys.ts';

const AT = 1_700_000_000;

describe.each<SigningAlgorithm>(['RS256', 'ES256'])('sign with %s', (algorithm) => {
  let installation: SigningKeysUnderTest;
  let keys: SigningKeys;
  beforeEach(async () => {
    installation = await givenInstallation();
    keys = await installation.open({ algorithm });
  });
  afterEach(() => installation.close());

  it('when jose reads the token with the published key set, then it verifies, typ and audience too', async () => {
    const token = await keys.sign('at+jwt', accessClaims());
    const keySet = createLocalJWKSet(JSON.parse(String(keys.jwks().body)));

    const { payload, protectedHeader } = await jwtVerify(token, keySet, {
      issuer: ISSUER,
      audience: ISSUER,
      typ: 'at+jwt',
      algorithms: [algorithm],
      currentDate: new Date(AT * 1_000),
    });

    expect(payload).toEqual(accessClaims());
    expect(Object.keys(protectedHeader)).toEqual(['alg', 'kid', 'typ']);
  });

  it('when jsonwebtoken reads the token, then it verifies', async () => {
    const token = await keys.sign('at+jwt', accessClaims());
    const { kid } = keys.list()[0] ?? { kid: '' };
    const key = keys.verificationKey(kid)?.publicKey;

    const claims = jsonwebtoken.verify(token, key ?? '', {
      algorithms: [algorithm],
      clockTimestamp: AT,
      issuer: ISSUER,
    });

    expect(claims).toEqual(accessClaims());
  });

  it('when 200 are asked for at once, then each promise gets its own token', async () => {
    const tokens = await Promise.all(
      Array.from({ length: 200 }, (_, number) => keys.sign('at+jwt', accessClaims({ jti: `jti-${number}` }))),
    );

    const keySet = createLocalJWKSet(JSON.parse(String(keys.jwks().body)));
    for (const [number, token] of tokens.entries()) {
      const { payload } = await jwtVerify(token, keySet, { currentDate: new Date(AT * 1_000) });
      expect(payload.jti).toBe(`jti-${number}`);
    }
  });

  it('when the claims hold text beyond ASCII, then it arrives whole', async () => {
    const token = await keys.sign('at+jwt', accessClaims({ name: 'Žofie 王 😀 "quoted"' }));

    expect(jsonwebtoken.decode(token)).toMatchObject({ name: 'Žofie 王 😀 "quoted"' });
  });

  it('when the claims would make the token longer than 16 KiB, then nothing is given out', async () => {
    const long = accessClaims({ unique_instance_crns: ['c'.repeat(16_000)] });

    await expect(keys.sign('at+jwt', long)).rejects.toThrow(RangeError);
  });

  it('when the key set is asked for, then it holds public members only, and a strong tag', async () => {
    const { body, etag, maxAgeSeconds } = keys.jwks();
    const [jwk] = JSON.parse(String(body)).keys;

    const members = algorithm === 'RS256' ? ['kty', 'n', 'e'] : ['kty', 'crv', 'x', 'y'];
    expect(Object.keys(jwk)).toEqual([...members, 'alg', 'kid', 'use']);
    expect(jwk).toMatchObject({ use: 'sig', alg: algorithm });
    expect(etag).toMatch(/^"[A-Za-z0-9_-]{43}"$/);
    expect(maxAgeSeconds).toBe(MAX_AGE_SECONDS);
    expect(keys.jwks().body).toBe(body);
    await expect(importJWK(jwk, algorithm)).resolves.toMatchObject({ type: 'public' });
  });
});

describe('jwtSigner', () => {
  it.each<SigningAlgorithm>(['RS256', 'ES256'])(
    'when more %s signatures wait than it takes, then the rest is refused as overload, and later it signs again',
    async (algorithm) => {
      const pair = givenKeyPair(algorithm);
      const sign = jwtSigner(3);
      const key = jwtSigningKey('k', algorithm, pair.privateKey);

      const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => sign(key, 'at+jwt', accessClaims())));

      expect(outcomes.map(({ status }) => status)).toEqual([
        'fulfilled',
        'fulfilled',
        'fulfilled',
        'rejected',
        'rejected',
      ]);
      expect(outcomes.at(-1)).toMatchObject({ reason: expect.any(Overloaded) });
      await expect(sign(key, 'at+jwt', accessClaims())).resolves.toBeDefined();
    },
  );

  it('when ES256 signatures are asked for in one turn of the event loop, then they are made together after it', async () => {
    const sign = jwtSigner();
    const key = jwtSigningKey('k', 'ES256', givenKeyPair('ES256').privateKey);
    const order: string[] = [];

    const pending = [1, 2, 3].map((number) =>
      sign(key, 'at+jwt', accessClaims()).then(() => order.push(`signed ${number}`)),
    );
    setImmediate(() => order.push('next callback of the turn'));
    order.push('all asked');
    await Promise.all(pending);
    await new Promise(setImmediate);

    expect(order).toEqual(['all asked', 'signed 1', 'signed 2', 'signed 3', 'next callback of the turn']);
  });
});
