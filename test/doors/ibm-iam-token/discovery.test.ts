import { describe, expect, it } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

describeOnEveryBackend('the public pages of the token endpoint', (service) => {
  const got = (path: string, headers = {}) => service().call('GET', path, { headers });

  describe('given the key set', () => {
    it.each(['/identity/keys', '/oidc/jwks'])(
      'when %s is read, then it may be cached and has a strong tag',
      async (path) => {
        const { status, headers } = await got(path);

        expect(status).toBe(200);
        expect(headers.get('content-type')).toBe('application/json');
        expect(headers.get('cache-control')).toBe('public, max-age=300');
        expect(headers.get('etag')).toMatch(/^"[\w-]{20,}"$/);
      },
    );

    it('when it is read, then it holds the public members of the signing key and no others', async () => {
      const { body } = await got('/identity/keys');
      const { kid } = decodeProtectedHeader(await service().ownerToken());

      for (const key of body.keys) {
        expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
        expect(key).toMatchObject({ kty: 'RSA', e: 'AQAB', alg: 'RS256', use: 'sig' });
      }
      expect(body.keys.map((key: { kid: string }) => key.kid)).toContain(kid);
    });

    it('when it is read again with its tag, then 304 without a body', async () => {
      const etag = String((await got('/identity/keys')).headers.get('etag'));

      for (const sent of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const { status, text, headers } = await got('/identity/keys', { 'If-None-Match': sent });
        expect([status, text, headers.get('etag')]).toEqual([304, '', etag]);
        expect(headers.get('cache-control')).toBe('public, max-age=300');
      }
    });

    it('when it is read with another tag, then it is sent whole', async () => {
      const { status, body } = await got('/identity/keys', { 'If-None-Match': '"other"' });

      expect(status).toBe(200);
      expect(body.keys.length).toBeGreaterThan(0);
    });

    it('when only its head is asked, then there is no body', async () => {
      const { status, text } = await service().call('HEAD', '/identity/keys');

      expect([status, text]).toEqual([200, '']);
    });
  });

  describe('given the discovery documents', () => {
    const PATHS = [
      '/identity/.well-known/openid-configuration',
      '/identity/.well-known/oauth-authorization-server',
      '/.well-known/oauth-authorization-server/identity',
      '/.well-known/openid-configuration/identity',
    ];

    it('when all are read, then they are one document', async () => {
      const documents = await Promise.all(PATHS.map(async (path) => (await got(path)).body));

      expect(documents.every((document) => document.issuer === `${service().publicUrl}/identity`)).toBe(true);
      for (const document of documents) expect(document).toEqual(documents[0]);
    });

    it('when it is read, then every endpoint of it is served', async () => {
      const { body } = await got(PATHS[0] ?? '');

      expect(body).toMatchObject({
        token_endpoint: `${body.issuer}/token`,
        jwks_uri: `${body.issuer}/keys`,
        introspection_endpoint: `${body.issuer}/introspect`,
        revocation_endpoint: `${body.issuer}/revoke`,
        userinfo_endpoint: `${body.issuer}/userinfo`,
      });
      for (const name of ['token', 'introspection', 'revocation', 'userinfo']) {
        const path = new URL(body[`${name}_endpoint`]).pathname;
        expect([name, (await service().call('PATCH', path)).status]).toEqual([name, 405]);
      }
    });

    it('when it is read, then it names what OpenID Connect and RFC 8414 ask for', async () => {
      const { body } = await got(PATHS[0] ?? '');

      for (const name of [
        'issuer',
        'authorization_endpoint',
        'passcode_endpoint',
        'response_types_supported',
        'grant_types_supported',
        'subject_types_supported',
        'token_endpoint_auth_methods_supported',
        'id_token_signing_alg_values_supported',
        'scopes_supported',
        'claims_supported',
      ]) {
        expect(body).toHaveProperty(name);
      }
      expect(body.id_token_signing_alg_values_supported).toEqual(['RS256']);
      expect(body.introspection_endpoint_auth_methods_supported).toContain('none');
    });
  });
});
