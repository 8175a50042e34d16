import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { asOwner, firstAccountId, givenServiceId, givenUser } from '../../harness/given-credentials.ts';
import { givenOtherAccount } from '../../harness/given-other-account.ts';
import { expectIdentityRefusal } from '../../harness/identity-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const ACCESS = 'system_access_token_expiration_in_seconds';
const REFRESH = 'system_refresh_token_expiration_in_seconds';

/** All that can be taken back by its own value. */
const UNSET = {
  ...{ [ACCESS]: 'NOT_SET', [REFRESH]: 'NOT_SET', mfa: 'NONE', user_mfa: [], allowed_ip_addresses: '' },
  ...{ restrict_create_service_id: 'NOT_SET', restrict_create_platform_apikey: 'NOT_SET' },
  ...{ restrict_user_list_visibility: 'NOT_SET', max_sessions_per_identity: 'NOT_SET' },
  ...{ session_expiration_in_seconds: 'NOT_SET', session_invalidation_in_seconds: 'NOT_SET' },
};

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

  beforeEach(() => put({ ...UNSET, restrict_user_domains: [{ realm_id: 'IBMid' }, { realm_id: 'other' }] }));

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

  it('given every other setting, when it is set, read and unset, then it is what was sent, and what was not named stays', async () => {
    const set = {
      ...{ restrict_create_service_id: 'RESTRICTED', restrict_create_platform_apikey: 'NOT_RESTRICTED' },
      ...{ restrict_user_list_visibility: 'RESTRICTED', mfa: 'LEVEL2', max_sessions_per_identity: '5' },
      ...{ session_expiration_in_seconds: '86400', session_invalidation_in_seconds: '900' },
      allowed_ip_addresses: ' 127.0.0.1/8 , ::1,2001:DB8::/32',
      user_mfa: [{ iam_id: 'IBMid-1', mfa: 'TOTP', description: 'on a ship' }],
      restrict_user_domains: [
        { realm_id: 'IBMid', invitation_email_allow_patterns: ['*@example.com'], restrict_invitation: true },
      ],
    };

    const answer = await put(set);

    expect(answer.body).toMatchObject(set);
    expect((await asOwner(service(), 'GET', path)).body).toEqual(answer.body);
    expect((await put({ [ACCESS]: '900' })).body).toMatchObject(set);
    const unset = await put(UNSET);
    expect(unset.body).toMatchObject(UNSET);
    const { body } = await asOwner(service(), 'GET', `${path}?include_history=true`);
    expect(body.history[0]).toMatchObject({ action: 'update' });
  });

  it('given domains of two realms, when one is named alone, then it is taken away and the other stays', async () => {
    const restricted = (realm_id: string) => ({
      ...{ realm_id, invitation_email_allow_patterns: ['**@example.com'], restrict_invitation: true },
    });
    await put({ restrict_user_domains: [restricted('IBMid'), restricted('other')] });

    const { body } = await put({ restrict_user_domains: [{ realm_id: 'other' }] });

    expect(body.restrict_user_domains).toEqual([restricted('IBMid')]);
  });

  it('given nothing set, when the effective settings are read, then the defaults stand there, and the settings beside them', async () => {
    const { body: account } = await asOwner(service(), 'GET', path);

    const { status, body } = await asOwner(service(), 'GET', path.replace('settings', 'effective_settings'));

    expect(status).toBe(200);
    expect(body).toEqual({
      account_id: accountId,
      effective: {
        ...{ [ACCESS]: '3600', [REFRESH]: '259200', mfa: 'NONE', user_mfa: [], allowed_ip_addresses: '' },
        ...{ restrict_create_service_id: 'NOT_SET', restrict_create_platform_apikey: 'NOT_SET' },
        ...{ restrict_user_list_visibility: 'RESTRICTED', max_sessions_per_identity: 'NOT_SET' },
        ...{ session_expiration_in_seconds: '86400', session_invalidation_in_seconds: '7200' },
      },
      account,
      assigned_templates: [],
    });
  });

  /** Enumeration: an iam id that was guessed must not be turned into the name and address of a user elsewhere. */
  it('given user_mfa with a member and a user of another account, when it is resolved, then only the member has a name', async () => {
    const { iamId, email } = await givenUser(service());
    const { ownerIamId } = await givenOtherAccount(service());
    await put({ user_mfa: [iamId, ownerIamId].map((iam_id) => ({ iam_id, mfa: 'TOTP' })) });

    const plain = await asOwner(service(), 'GET', path);
    const resolved = await asOwner(service(), 'GET', `${path}?resolve_user_mfa=true`);

    expect(JSON.stringify(plain.body.user_mfa)).not.toContain(email);
    expect(resolved.body.user_mfa).toEqual([
      { iam_id: iamId, mfa: 'TOTP', name: 'Robin Example', userName: email, email },
      { iam_id: ownerIamId, mfa: 'TOTP' },
    ]);
  });

  it.each([
    [ACCESS, '899'],
    [ACCESS, '3601'],
    [ACCESS, '1e3'],
    [ACCESS, 1000],
    [REFRESH, '259201'],
    ['mfa', 'NOT_SET'],
    ['restrict_create_service_id', 'restricted'],
    ['restrict_create_platform_apikey', true],
    ['restrict_user_list_visibility', ''],
    ['allowed_ip_addresses', ['127.0.0.1']],
    ['allowed_ip_addresses', '127.0.0.1,'],
    ['allowed_ip_addresses', '127.0.0.1/33'],
    ['allowed_ip_addresses', 'localhost'],
    ['max_sessions_per_identity', '0'],
    ['session_expiration_in_seconds', '86401'],
    ['session_invalidation_in_seconds', '7201'],
    ['user_mfa', [{ iam_id: 'IBMid-1', mfa: 'SMS' }]],
    ['user_mfa', [{ iam_id: 'IBMid-1\n', mfa: 'TOTP' }]],
    ['restrict_user_domains', [{ realm_id: 'IBMid', invitation_email_allow_patterns: '*' }]],
  ])('when %s is set to %j, then it is refused with 400 and its name, and nothing changes', async (name, value) => {
    const before = await asOwner(service(), 'GET', path);

    const refused = await put({ [name]: value });

    expectIdentityRefusal(refused, 400, 'parameter_invalid');
    expect(refused.text).toContain(name);
    expect((await asOwner(service(), 'GET', path)).body).toEqual(before.body);
  });

  /** Every node keeps the settings in memory, and every exchange reads them. */
  it.each([
    ['allowed_ip_addresses', Array.from({ length: 501 }, () => '127.0.0.1').join(',')],
    ['user_mfa', Array.from({ length: 201 }, (_, number) => ({ iam_id: `IBMid-${number}`, mfa: 'TOTP' }))],
    ['restrict_user_domains', [{ realm_id: 'IBMid', invitation_email_allow_patterns: ['*a'.repeat(11)] }]],
    ['restrict_user_domains', Array.from({ length: 11 }, (_, number) => ({ realm_id: `realm-${number}` }))],
  ])('when %s has more entries than an account may keep, then it is refused with 400', async (name, value) => {
    const refused = await put({ [name]: value });

    expectIdentityRefusal(refused, 400, 'parameter_invalid');
    expect(refused.text).toContain(name);
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
