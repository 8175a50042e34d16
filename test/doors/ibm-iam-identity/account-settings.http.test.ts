import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { asOwner, firstAccountId, givenServiceId } from '../../harness/given-credentials.ts';
import { givenOtherAccount } from '../../harness/given-other-account.ts';
import { expectIdentityRefusal } from '../../harness/identity-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const ACCESS = 'system_access_token_expiration_in_seconds';
const REFRESH = 'system_refresh_token_expiration_in_seconds';

describeOnEveryBackend('/v1/accounts/{id}/settings/identity', (service) => {
  let accountId: string;
  let path: string;

  beforeAll(async () => {
    accountId = await firstAccountId(service());
    path = `/v1/accounts/${accountId}/settings/identity`;
  });

  const put = async (json: object, ifMatch: string | undefined = '*', token?: string) =>
    service().call('PUT', path, {
      token: token ?? (await service().ownerToken()),
      json,
      headers: ifMatch === '' ? {} : { 'If-Match': ifMatch },
    });

  beforeEach(() => put({ [ACCESS]: 'NOT_SET', [REFRESH]: 'NOT_SET' }));

  it('given a new account, when its settings are read, then every documented field has its default', async () => {
    const { status, headers, body } = await asOwner(service(), 'GET', `${path}?resolve_user_mfa=true`);

    expect([status, headers.get('etag')]).toEqual([200, body.entity_tag]);
    expect(body).toEqual({
      ...{ account_id: accountId, entity_tag: expect.stringMatching(/^[1-9][0-9]*-[0-9a-f]{32}$/) },
      ...{ [ACCESS]: 'NOT_SET', [REFRESH]: 'NOT_SET', mfa: 'NONE', user_mfa: [], allowed_ip_addresses: '' },
      allow_chosen_apikey_values: false,
      ...{ restrict_create_service_id: 'NOT_SET', restrict_create_platform_apikey: 'NOT_SET' },
      ...{ restrict_user_list_visibility: 'NOT_SET', restrict_user_domains: [], max_sessions_per_identity: 'NOT_SET' },
      ...{ session_expiration_in_seconds: 'NOT_SET', session_invalidation_in_seconds: 'NOT_SET' },
    });
  });

  it('given lives of tokens, when they are set and unset, then the next tokens follow, and the history tells', async () => {
    const { body: before } = await asOwner(service(), 'GET', path);
    const set = await put({ ...before, [ACCESS]: '900', [REFRESH]: '1000' }, before.entity_tag);
    expect(set.body).toMatchObject({ [ACCESS]: '900', [REFRESH]: '1000' });
    expect(set.body.entity_tag).not.toBe(before.entity_tag);
    const lifeOf = (token: string) => Number(decodeJwt(token).exp) - Number(decodeJwt(token).iat);
    const basic = { Authorization: `Basic ${Buffer.from('bx:bx').toString('base64')}` };
    const short = await service().exchange({ grant_type: 'apikey', apikey: service().adminKey }, basic);
    expect([lifeOf(short.body.access_token), lifeOf(short.body.refresh_token)]).toEqual([900, 1000]);

    const unset = await put({ [ACCESS]: 'NOT_SET' }, set.body.entity_tag);

    expect(unset.body).toMatchObject({ [ACCESS]: 'NOT_SET', [REFRESH]: '1000' });
    expect(lifeOf(await service().ownerToken())).toBe(3600);
    const { body } = await asOwner(service(), 'GET', `${path}?include_history=true`);
    expect(body.history[0]).toMatchObject({ action: expect.stringMatching(/update/) });
  });

  it.each([
    [ACCESS, '899'],
    [ACCESS, '3601'],
    [ACCESS, '1e3'],
    [ACCESS, 1000],
    [REFRESH, '259201'],
    ['mfa', 'TOTP'],
    ['restrict_create_service_id', 'RESTRICTED'],
    ['restrict_create_platform_apikey', 'NOT_RESTRICTED'],
    ['allowed_ip_addresses', '10.0.0.0/8'],
    ['max_sessions_per_identity', '5'],
    ['session_expiration_in_seconds', '900'],
    ['user_mfa', [{ iam_id: 'IBMid-1', mfa: 'TOTP' }]],
  ])('when %s is set to %j, then it is refused with 400 and its name, and nothing changes', async (name, value) => {
    const before = await asOwner(service(), 'GET', path);

    const refused = await put({ [name]: value });

    expectIdentityRefusal(refused, 400, 'parameter_invalid');
    expect(refused.text).toContain(name);
    expect((await asOwner(service(), 'GET', path)).body).toEqual(before.body);
  });

  /** Lost update: two owners who change at once must not overwrite each other. */
  it('when no version or an old one is named, then it is refused', async () => {
    const { body: old } = await asOwner(service(), 'GET', path);
    await put({ [ACCESS]: '1200' });

    expectIdentityRefusal(await put({ [ACCESS]: '900' }, ''), 400, 'entity_tag_missing');
    expectIdentityRefusal(await put({ [ACCESS]: '900' }, old.entity_tag), 409, 'conflict');
  });

  describe('attack: settings of an account by who has no right in it', () => {
    it('when a service ID, or the owner of another account, reads or changes them, then it is refused with 403', async () => {
      const { key } = await givenServiceId(service());
      const other = await givenOtherAccount(service());

      for (const token of [await service().tokenOf(key.secret), await other.ownerToken()]) {
        expectIdentityRefusal(await service().call('GET', path, { token }), 403, 'access_denied');
        expectIdentityRefusal(await put({ [ACCESS]: '900' }, '*', token), 403, 'access_denied');
      }
      expect((await asOwner(service(), 'GET', path)).body).toMatchObject({ [ACCESS]: 'NOT_SET' });
    });
  });
});
