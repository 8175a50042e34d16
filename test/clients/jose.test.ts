import { describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, errors, type JWTVerifyOptions, jwtVerify } from 'jose';
import { describeOnEveryBackend } from '../harness/running-service.ts';

/** What a strict reader of access tokens demands (RFC 9068, section 4). */
const STRICT = { typ: 'at+jwt', requiredClaims: ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'] };

for (const algorithm of ['RS256', 'ES256'] as const) {
  /** `jose`, unmodified: a downstream service that verifies offline with the published keys. */
  describeOnEveryBackend(
    `jose with ${algorithm}`,
    (service) => {
      const issuer = () => `${service().publicUrl}/identity`;
      const verified = async (token: string, options: JWTVerifyOptions = {}) =>
        jwtVerify(token, createRemoteJWKSet(new URL(`${issuer()}/keys`)), {
          ...{ issuer: issuer(), audience: issuer(), algorithms: [algorithm] },
          ...STRICT,
          ...options,
        });

      it('when a token is verified with the published keys, then it is accepted with every check on', async () => {
        const { payload, protectedHeader } = await verified(await service().ownerToken(), { maxTokenAge: '1 minute' });

        expect(protectedHeader).toEqual({ alg: algorithm, typ: 'at+jwt', kid: expect.stringMatching(/./) });
        expect(payload).toMatchObject({ client_id: 'default', iam_id: expect.stringMatching(/^IBMid-/) });
      });

      it('when the keys are read at the old path, then they are the same', async () => {
        const keys = createRemoteJWKSet(new URL(`${service().publicUrl}/oidc/jwks`));

        const { payload } = await jwtVerify(await service().ownerToken(), keys, { issuer: issuer() });

        expect(payload.iss).toBe(issuer());
      });

      it('when another audience is expected, then the token is refused', async () => {
        const failure = verified(await service().ownerToken(), { audience: 'https://other.example' });

        await expect(failure).rejects.toMatchObject({ code: errors.JWTClaimValidationFailed.code, claim: 'aud' });
      });

      /** A refresh token is signed by the same key: taken for an access token it would live 72 hours (token confusion). */
      it('when a refresh token stands in for an access token, then it is refused', async () => {
        const { body } = await service().exchange(
          { grant_type: 'apikey', apikey: service().adminKey },
          { Authorization: `Basic ${Buffer.from('bx:bx').toString('base64')}` },
        );

        await expect(verified(body['refresh_token'])).rejects.toMatchObject({ claim: 'typ' });
        // Most verifiers do not look at `typ`: the audience must do.
        const plain = { issuer: issuer(), audience: issuer(), algorithms: [algorithm] };
        const keys = createRemoteJWKSet(new URL(`${issuer()}/keys`));
        await expect(jwtVerify(body['refresh_token'], keys, plain)).rejects.toMatchObject({ claim: 'aud' });
      });
    },
    { settings: { LATCHKEY_SIGNING_ALGORITHM: algorithm } },
  );
}

describeOnEveryBackend('jose: the key set as a client may cache it', (service) => {
  describe('given a client that holds the keys', () => {
    it('when it asks again with their ETag, then it is told that nothing changed, and for how long they are good', async () => {
      const first = await service().call('GET', '/identity/keys');

      const again = await service().call('GET', '/identity/keys', {
        headers: { 'If-None-Match': first.headers.get('etag') ?? '' },
      });

      expect(again.status).toBe(304);
      expect(first.headers.get('cache-control')).toMatch(/^public, max-age=[1-9]/);
    });
  });
});
