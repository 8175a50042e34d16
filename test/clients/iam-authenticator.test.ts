import { describe, expect, it } from '@jest/globals';
import { IamAuthenticator } from 'ibm-cloud-sdk-core';
import { describeOnEveryBackend } from '../harness/running-service.ts';
import { givenClient } from './given-client.ts';

/** What the client is given to sign a request with; it writes the `Authorization` header. */
interface SignedRequest {
  headers?: { Authorization?: string };
}

/** IBM's `ibm-cloud-sdk-core` for Node, unmodified: the authenticator that all of IBM's SDKs for Node use. */
describeOnEveryBackend('ibm-cloud-sdk-core for Node: IamAuthenticator', (service) => {
  const authenticator = (options: Partial<ConstructorParameters<typeof IamAuthenticator>[0]> = {}) =>
    new IamAuthenticator({ apikey: service().adminKey, url: service().publicUrl, ...options });

  const bearerOf = async (client: IamAuthenticator): Promise<string> => {
    const request: SignedRequest = {};
    await client.authenticate(request);
    return request.headers?.Authorization ?? '';
  };

  describe('given an API key', () => {
    it('when the client signs a request, then the service accepts the request', async () => {
      const authorization = await bearerOf(authenticator());

      const answer = await service().call('GET', '/v1/apikeys', { headers: { Authorization: authorization } });

      expect(authorization).toMatch(/^Bearer ey/);
      expect(answer.status).toBe(200);
    });

    it('when a scope and headers are configured, then the token is given all the same', async () => {
      const client = authenticator({ scope: 'ibm openid', headers: { 'Transaction-Id': 'client-test' } });

      expect(await bearerOf(client)).toMatch(/^Bearer ey/);
    });

    it('when no client id is configured, then there is no usable refresh token', async () => {
      const client = authenticator();
      await bearerOf(client);

      expect(client.getRefreshToken()).toBe('not_supported');
    });
  });

  describe('given the URL in every form in which people write it', () => {
    it.each(['', '/', '/identity/token', '/identity/token/', '/identity'])(
      'when "%s" stands behind the address, then the client gets a token',
      async (suffix) => {
        const client = authenticator({ url: `${service().publicUrl}${suffix}` });

        expect(await bearerOf(client)).toMatch(/^Bearer ey/);
      },
    );

    it('when the path is one that is not served, then the user reads which path is right', async () => {
      const failure = bearerOf(authenticator({ url: `${service().publicUrl}/iam` }));

      await expect(failure).rejects.toMatchObject({ status: 404, message: expect.stringContaining('/identity/token') });
    });
  });

  describe('given a client id and a client secret', () => {
    it('when they are a service ID and its key, then the refresh token works for that client', async () => {
      const { clientId, clientSecret } = await givenClient(service());
      const client = authenticator({ clientId, clientSecret });
      await bearerOf(client);

      const answer = await service().exchange(
        { grant_type: 'refresh_token', refresh_token: client.getRefreshToken() },
        { Authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
      );

      expect(answer).toMatchObject({ status: 200, body: { access_token: expect.stringMatching(/^ey/) } });
    });

    it("when they are the CLI's bx:bx, then there is a refresh token", async () => {
      const client = authenticator({ clientId: 'bx', clientSecret: 'bx' });
      await bearerOf(client);

      expect(client.getRefreshToken()).toMatch(/^ey/);
    });

    it('when the secret is wrong, then the user reads that it is the client', async () => {
      const { clientId } = await givenClient(service());

      const failure = bearerOf(authenticator({ clientId, clientSecret: service().adminKey }));

      await expect(failure).rejects.toMatchObject({
        status: 400,
        message: 'The client is unknown, or its secret is wrong.',
        result: { errorCode: 'BXNIM0310E' },
      });
    });
  });

  /** On 401 and 403 the client would say "Access is denied due to invalid credentials." in the place of our sentence. */
  describe('given a key that is refused', () => {
    it('when it is unknown, then the user reads our sentence and the code', async () => {
      const failure = bearerOf(authenticator({ apikey: 'not-a-key' }));

      await expect(failure).rejects.toMatchObject({
        status: 400,
        message: 'Provided API key could not be found.',
        result: { errorCode: 'BXNIM0415E' },
        headers: { 'transaction-id': expect.stringMatching(/./) },
      });
    });

    it('when it is disabled, then its holder reads that it is disabled', async () => {
      const { clientSecret, clientKeyId } = await givenClient(service());
      const token = await service().ownerToken();
      await service().call('POST', `/v1/apikeys/${clientKeyId}/disable`, { token });

      const failure = bearerOf(authenticator({ apikey: clientSecret }));

      await expect(failure).rejects.toMatchObject({ status: 400, message: 'Provided API key is disabled.' });
    });
  });
});
