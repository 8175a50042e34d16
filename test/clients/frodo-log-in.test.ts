import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type * as frodoLibrary from '@rockcarver/frodo-lib';
import { type GivenPasswordUser, givenPasswordUser } from '../harness/given-password.ts';
import { type GivenTenant, givenTenant } from '../harness/given-people.ts';
import { type GivenServiceAccount, givenServiceAccount } from '../harness/given-service-account.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

// Its other build, for `import`, does not load.
const { frodo } = createRequire(import.meta.url)('@rockcarver/frodo-lib') as typeof frodoLibrary;

/** The library as it is published, from its first question to its last. */
describeOnEveryBackend('frodo-lib', (service) => {
  let tenant: GivenTenant;
  let robin: GivenPasswordUser;
  let account: GivenServiceAccount;
  let home: string;

  beforeAll(async () => {
    tenant = await givenTenant(service());
    const token = await tenant.ownerToken();
    robin = await givenPasswordUser(service(), { token, accountId: tenant.accountId });
    account = await givenServiceAccount(service(), token);
    home = await mkdtemp(join(tmpdir(), 'latchkey-client-'));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  const host = (): string => `${service().publicUrl}/am`;
  const newClient = (credentials: object) => {
    const client = frodo.createInstance({ host: host(), ...credentials });
    client.state.setUseTokenCache(false);
    return client;
  };

  it.each(['', 'cloud'])(
    'when a user logs in with a password, and the kind of the system is said to be "%s", then it gets a bearer token of the tenant',
    async (deploymentType) => {
      const client = newClient({ username: robin.email, password: robin.password });
      if (deploymentType !== '') client.state.setDeploymentType(deploymentType);

      const tokens = await client.login.getTokens(true, false);

      expect(tokens).toMatchObject({ subject: `user ${robin.email}`, host: host(), realm: 'alpha' });
      expect(client.state.getDeploymentType()).toBe('cloud');
      const { status, body } = await service().call('GET', '/latchkey/v1/me', {
        token: String(tokens.bearerToken?.access_token),
      });
      expect([status, body.iam_id]).toEqual([200, robin.iamId]);
      expect(body.accounts).toMatchObject([{ id: tenant.accountId }]);
    },
  );

  it('when the password is wrong, then it says so', async () => {
    const client = newClient({ username: robin.email, password: 'not the password' });

    await expect(client.login.getTokens(true, false)).rejects.toMatchObject({ message: 'Error getting tokens' });
  });

  it('when a service account logs in, also with scopes that it does not have, then it gets a token and its own name', async () => {
    // Its default scopes are more than the account has: it leaves those out that it is told of.
    const client = newClient({
      serviceAccountId: account.id,
      serviceAccountJwk: { ...account.privateJwk, alg: 'RS256' },
    });

    const tokens = await client.login.getTokens(false, false);

    expect(tokens.subject).toBe(`service account pipeline [${account.id}]`);
    expect(tokens.bearerToken).toMatchObject({ scope: 'fr:am:* fr:idm:*', token_type: 'Bearer' });
  });

  it('when an administrator makes a service account, then that logs in, and log API keys are refused to it', async () => {
    const administrator = newClient({});
    administrator.state.setBearerTokenMeta({
      ...{ access_token: await tenant.ownerToken(), token_type: 'Bearer', expires_in: 3_600, scope: '' },
      expires: Date.now() + 3_600_000,
    });
    const { createJwks, getJwkRsaPublic } = administrator.utils.jose ?? frodo.utils.jose;
    const jwk = { ...account.privateJwk, alg: 'RS256' };
    const jwks = createJwks(await getJwkRsaPublic(jwk as never));
    const made = await administrator.cloud.serviceAccount.createServiceAccount(
      'made',
      'by it',
      'active',
      ['fr:idm:*'],
      jwks,
    );
    const client = newClient({ serviceAccountId: made._id, serviceAccountJwk: jwk });
    client.state.setServiceAccountScope('fr:idm:*');

    await client.login.getTokens(false, false);

    await expect(client.cloud.serviceAccount.getServiceAccount(String(made._id))).resolves.toMatchObject({
      name: 'made',
    });
    await expect(client.cloud.log.getLogApiKeys()).rejects.toMatchObject({ httpStatus: 403 });
  });
});
