import { beforeAll, describe, expect, it } from '@jest/globals';
import { API_KEYS } from '../../../src/api-keys/api-key.ts';
import { platformRoleCrn } from '../../../src/resource-catalog/service-definition.ts';
import { replace } from '../../../src/store/changes.ts';
import { nextEntityTag } from '../../../src/store/entity-tag.ts';
import { BACKENDS } from '../../harness/backends.ts';
import { givenPasswordUser } from '../../harness/given-password.ts';
import { givenPolicy } from '../../harness/given-rights.ts';
import type { RunningService } from '../../harness/running-service.ts';
import { givenTwoServices } from '../../harness/two-services.ts';
import { withinASecond } from '../../harness/within-a-second.ts';
import { type GivenTokenTenant, givenToken, givenTokenTenant, searched } from './given-tokens.ts';

describe.each(BACKENDS)('API tokens that end, on two processes on one store [%s]', (backend) => {
  let first: RunningService;
  let second: RunningService;
  let tenant: GivenTokenTenant;
  const services = givenTwoServices(backend);
  beforeAll(async () => {
    ({ first, second } = services());
    tenant = await givenTokenTenant(first);
  });

  const admin = async (path: string, token: string): Promise<void> => {
    const sent = { token: await tenant.ownerToken(), json: { token } };
    expect((await first.call('POST', `/api/admin/${path}`, sent)).status).toBe(200);
  };
  const seenAt = async (service: RunningService, value: string) => {
    const { status, body } = await searched(service, { authorization: value, 'x-tenant-id': tenant.tenantId });
    return [status, body.code];
  };
  /** An administrator, who makes a token, and whose end is the token's. */
  const givenAdministrator = async () => {
    const { accountId } = tenant;
    const user = await givenPasswordUser(first, { token: await tenant.ownerToken(), accountId });
    const roles = [platformRoleCrn('Administrator')];
    await givenPolicy(first, { accountId, subject: user.iamId, roles, service: 'iam-identity' });
    const form = { grant_type: 'apikey', apikey: user.secret, account: accountId };
    return { ...user, token: String((await first.exchange(form)).body.access_token) };
  };

  it.each([
    ['revoked', 'revokeApiToken', [401, 'api_key_disabled']],
    ['deleted', 'deleteApiToken', [401, 'api_key_unknown']],
  ])(
    'given one in use at the second, when it is %s at the first, then the second refuses it within a second',
    async (_what, path, refused) => {
      const { value } = await givenToken(first, tenant);
      expect(await seenAt(second, value)).toEqual([200, undefined]);

      await admin(path, value);

      expect(await seenAt(first, value)).toEqual(refused);
      expect(await withinASecond(() => seenAt(second, value), refused)).toEqual(refused);
    },
  );

  it('given one in use at the second, when its maker is disabled at the first, then the second refuses it within a second', async () => {
    const { email, token } = await givenAdministrator();
    const { value } = await givenToken(first, tenant, { token });
    expect(await seenAt(second, value)).toEqual([200, undefined]);

    const sent = { token: await tenant.ownerToken(), json: { email } };
    expect((await first.call('POST', '/api/admin/disableUser', sent)).status).toBe(200);

    const refused = [401, 'identity_inactive'];
    expect(await withinASecond(() => seenAt(second, value), refused)).toEqual(refused);
  });

  it('given one in use at the second, when its end has come, then both refuse it', async () => {
    const { value, id } = await givenToken(first, tenant, { expiration: '2098-01-01' });
    expect(await seenAt(second, value)).toEqual([200, undefined]);

    const row = await first.store.read(API_KEYS).get(`ApiKey-${id}`);
    if (row === undefined) throw new Error('the key is not there');
    const ended = { ...row, entityTag: nextEntityTag(row.entityTag), expiresAt: first.clock.now() };
    await first.store.commit([replace(API_KEYS, ended, row.entityTag)]);

    const refused = [401, 'api_key_expired'];
    expect(await seenAt(first, value)).toEqual(refused);
    expect(await withinASecond(() => seenAt(second, value), refused)).toEqual(refused);
  });
});
