import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { getAuthenticatorFromEnvironment, IamAuthenticator } from 'ibm-cloud-sdk-core';
import { refuseInTokenForm } from '../../src/doors/ibm-iam-token/refusals.ts';
import { type RunningService, runningService } from '../harness/running-service.ts';
import { type Front, givenFront } from './given-front.ts';

const MINUTE = 60_000;
const TOKEN_REQUEST = 'POST /identity/token';

/**
 * What IBM's client for Node makes of the times of our tokens and of our `Retry-After`. A front counts its requests. The
 * back-end makes no difference to any of it, so this runs on one.
 */
describe('ibm-cloud-sdk-core for Node: when it asks again', () => {
  let service: RunningService;
  let front: Front;

  beforeEach(async () => {
    service = await runningService();
    front = await givenFront(service.publicUrl);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await front.close();
    await service.dispose();
  });

  const authenticator = () => new IamAuthenticator({ apikey: service.adminKey, url: front.url });

  const tokenOf = async (client: Pick<IamAuthenticator, 'authenticate'>): Promise<string> => {
    const request: { headers?: { Authorization?: string } } = {};
    await client.authenticate(request);
    return request.headers?.Authorization ?? '';
  };

  /** The client reads `Date.now()`, and so does the service's clock: the time passes for both. */
  const pass = (milliseconds: number): void => {
    const now = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => now() + milliseconds);
  };

  describe('given a client that has a token', () => {
    it('when it is asked for a token again, then no second request is made', async () => {
      const client = authenticator();

      const tokens = [await tokenOf(client), await tokenOf(client)];

      expect(tokens[1]).toBe(tokens[0]);
      expect(front.requests).toEqual([TOKEN_REQUEST]);
    });

    it('when 47 of 60 minutes have passed, then the token is still used without a request', async () => {
      const client = authenticator();
      const first = await tokenOf(client);

      pass(47 * MINUTE);

      expect(await tokenOf(client)).toBe(first);
      expect(front.requests).toHaveLength(1);
    });

    it('when 49 of 60 minutes have passed, then it is used once more while a new one is fetched', async () => {
      const client = authenticator();
      const first = await tokenOf(client);
      pass(49 * MINUTE);

      const used = await tokenOf(client);
      while ((await tokenOf(client)) === first) await new Promise((resolve) => setTimeout(resolve, 20));
      const accepted = await service.call('GET', '/v1/apikeys', { headers: { Authorization: await tokenOf(client) } });

      expect(used).toBe(first);
      expect(accepted.status).toBe(200);
    });

    it('when its last seconds have come, then a new one is fetched before it is used', async () => {
      const client = authenticator();
      const first = await tokenOf(client);
      pass(60 * MINUTE - 9_000);

      expect(await tokenOf(client)).not.toBe(first);
      expect(front.requests).toHaveLength(2);
    });
  });

  describe('given a client without a token', () => {
    it('when 20 callers ask at once, then they share one request', async () => {
      const client = authenticator();

      const tokens = await Promise.all(Array.from({ length: 20 }, () => tokenOf(client)));

      expect(new Set(tokens).size).toBe(1);
      expect(front.requests).toHaveLength(1);
    });
  });

  describe('given a service that has too much to do', () => {
    it('when retries are off, then the user reads our sentence', async () => {
      front.answerNext(1, refuseInTokenForm);

      const failure = tokenOf(authenticator());

      await expect(failure).rejects.toMatchObject({ status: 503, message: expect.stringMatching(/^The service has/) });
    });

    it('when retries are on, then the client waits as long as Retry-After says and gets its token', async () => {
      front.answerNext(2, refuseInTokenForm);
      const client = fromEnvironment({ ENABLE_RETRIES: 'true', MAX_RETRIES: '3' });
      const startedAt = performance.now();

      await tokenOf(client);

      expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1_990);
      expect(front.requests).toHaveLength(3);
    });

    it('when the refusal is final, then the client does not try again', async () => {
      const client = fromEnvironment({ ENABLE_RETRIES: 'true', APIKEY: 'not-a-key' });

      await expect(tokenOf(client)).rejects.toMatchObject({ status: 400 });
      expect(front.requests).toHaveLength(1);
    });
  });

  /** The client's own way to be configured: by names that begin with the name of the service that it will call. */
  function fromEnvironment(settings: Readonly<Record<string, string>>): Pick<IamAuthenticator, 'authenticate'> {
    const all = { AUTH_TYPE: 'iam', APIKEY: service.adminKey, AUTH_URL: front.url, ...settings };
    const names = Object.entries(all).map(([name, value]) => [`DEMO_${name}`, value] as const);
    for (const [name, value] of names) process.env[name] = value;
    try {
      const client = getAuthenticatorFromEnvironment('demo');
      if (!(client instanceof IamAuthenticator)) throw new Error(`not IAM but ${client.authenticationType()}`);
      return client;
    } finally {
      for (const [name] of names) delete process.env[name];
    }
  }
});

describe('ibm-cloud-sdk-core for Node: the limit of failures', () => {
  let service: RunningService;
  beforeEach(async () => {
    service = await runningService({ settings: { LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '1' } });
    service.clock.beginMinute();
  });
  afterEach(() => service.dispose());

  it('when an address has failed too often, then the user reads that and how long to wait', async () => {
    const client = new IamAuthenticator({ apikey: 'not-a-key', url: service.publicUrl });
    const attempt = () => client.authenticate({});
    await expect(attempt()).rejects.toMatchObject({ status: 400 });

    await expect(attempt()).rejects.toMatchObject({
      status: 429,
      message: expect.stringMatching(/./),
      headers: { 'retry-after': expect.stringMatching(/^[1-9][0-9]*$/) },
    });
  });
});
