import { beforeEach, describe, expect, it } from '@jest/globals';
import * as oauth from 'oauth4webapi';
import { describeOnEveryBackend } from '../harness/running-service.ts';
import { givenClient } from './given-client.ts';

/** The tests speak plain HTTP over loopback; nothing else of the client is changed. */
const LOOPBACK = { [oauth.allowInsecureRequests]: true };

/** `oauth4webapi`, unmodified: a client that follows the OAuth 2.0 documents to the letter. */
describeOnEveryBackend('oauth4webapi', (service) => {
  let server: oauth.AuthorizationServer;
  let client: oauth.Client;
  let authentication: oauth.ClientAuth;
  let clientSecret: string;

  beforeEach(async () => {
    server = await discovered('oauth2');
    const given = await givenClient(service());
    client = { client_id: given.clientId };
    clientSecret = given.clientSecret;
    authentication = oauth.ClientSecretBasic(clientSecret);
  });

  const discovered = async (algorithm: 'oidc' | 'oauth2'): Promise<oauth.AuthorizationServer> => {
    const issuer = new URL(`${service().publicUrl}/identity`);
    const response = await oauth.discoveryRequest(issuer, { algorithm, ...LOOPBACK });
    return oauth.processDiscoveryResponse(issuer, response);
  };

  /** Tokens of the client's own key, with a refresh token. */
  const granted = async (): Promise<{ access_token: string; refresh_token: string }> => {
    const request = oauth.genericTokenEndpointRequest(
      server,
      client,
      authentication,
      'urn:ibm:params:oauth:grant-type:apikey',
      { apikey: clientSecret },
      LOOPBACK,
    );
    const { access_token, refresh_token = '' } = await oauth.processGenericTokenEndpointResponse(
      server,
      client,
      await request,
    );
    return { access_token, refresh_token };
  };

  /** A downstream service that is called with the token: RFC 9068, section 4, every rule. */
  const accepted = (token: string, audience: string | undefined = server.issuer) =>
    oauth.validateJwtAccessToken(
      server,
      new Request('http://downstream.example/', { headers: { Authorization: `Bearer ${token}` } }),
      audience,
      LOOPBACK,
    );

  const introspected = async (token: string) =>
    oauth.processIntrospectionResponse(
      server,
      client,
      await oauth.introspectionRequest(server, client, authentication, token, LOOPBACK),
    );

  describe('given the issuer alone', () => {
    it('when the client discovers it in both ways, then it finds the same issuer and endpoints', async () => {
      const base = `${service().publicUrl}/identity`;

      const found = [await discovered('oidc'), await discovered('oauth2')];

      expect(found[1]).toEqual(found[0]);
      expect(found[0]).toMatchObject({
        ...{ issuer: base, token_endpoint: `${base}/token`, jwks_uri: `${base}/keys` },
        ...{ introspection_endpoint: `${base}/introspect`, revocation_endpoint: `${base}/revoke` },
      });
    });
  });

  describe('given an access token', () => {
    it('when it is validated strictly by RFC 9068, then it is accepted', async () => {
      const claims = await accepted((await granted()).access_token);

      expect(claims).toMatchObject({ sub: client.client_id, client_id: client.client_id, scope: 'ibm openid' });
    });

    it('when it is meant for another audience, then it is refused', async () => {
      const { access_token } = await granted();

      await expect(accepted(access_token, 'https://other.example')).rejects.toThrow(/unexpected JWT "aud"/);
    });

    it('when the client introspects it, then it is active with its claims', async () => {
      const { access_token } = await granted();

      const answer = await introspected(access_token);

      expect(answer).toMatchObject({ active: true, client_id: client.client_id, iss: server.issuer });
    });

    it('when the client revokes it, then introspection says that it is not active', async () => {
      const { access_token } = await granted();

      const response = await oauth.revocationRequest(server, client, authentication, access_token, LOOPBACK);
      await oauth.processRevocationResponse(response);

      expect(await introspected(access_token)).toEqual({ active: false });
    });
  });

  describe('given a refresh token', () => {
    it('when the client uses it, then it gets an access token that is good', async () => {
      const { refresh_token } = await granted();

      const response = await oauth.refreshTokenGrantRequest(server, client, authentication, refresh_token, LOOPBACK);
      const { access_token } = await oauth.processRefreshTokenResponse(server, client, response);

      expect(await accepted(access_token)).toMatchObject({ sub: client.client_id });
    });

    it('when it stands in for an access token, then a strict reader refuses it', async () => {
      const { refresh_token } = await granted();

      await expect(accepted(refresh_token)).rejects.toThrow(/typ/);
    });

    it('when the client revokes it, then it is refused from then on', async () => {
      const { refresh_token } = await granted();
      await oauth.revocationRequest(server, client, authentication, refresh_token, LOOPBACK);

      const response = await oauth.refreshTokenGrantRequest(server, client, authentication, refresh_token, LOOPBACK);

      expect(response.status).toBe(400);
      await expect(oauth.processRefreshTokenResponse(server, client, response)).rejects.toThrow();
    });
  });
});
