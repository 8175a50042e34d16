import type IamIdentityV1 from '@ibm-cloud/platform-services/iam-identity/v1.js';
import { beforeEach, expect, it } from '@jest/globals';
import { givenAccountSettings } from '../harness/given-account-settings.ts';
import { givenServiceId } from '../harness/given-credentials.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';
import { givenIamIdentity } from './given-iam-identity.ts';

/** IBM's `@ibm-cloud/platform-services` for Node, unmodified: `IamIdentityV1`, settings of the account, reports, limits. */
describeOnEveryBackend('@ibm-cloud/platform-services: account settings', (service) => {
  let client: IamIdentityV1;
  let accountId: string;

  beforeEach(async () => {
    client = givenIamIdentity(service());
    const { result } = await client.getApiKeysDetails({ iamApiKey: service().adminKey });
    accountId = result.account_id;
  });

  it('when every setting is sent, then the client reads what it has set, also as what holds', async () => {
    const { result: before } = await client.getAccountSettings({ accountId, includeHistory: true });
    const userDomain = {
      realm_id: 'IBMid',
      invitation_email_allow_patterns: ['*@example.com'],
      restrict_invitation: true,
    };

    const { result, headers } = await client.updateAccountSettings({
      ...{ accountId, ifMatch: before.entity_tag, allowedIpAddresses: '127.0.0.0/8,::1', mfa: 'TOTP' },
      ...{ restrictCreateServiceId: 'NOT_RESTRICTED', restrictCreatePlatformApikey: 'RESTRICTED' },
      ...{ userMfa: [{ iam_id: 'IBMid-1', mfa: 'NONE' }], sessionExpirationInSeconds: '86400' },
      ...{ sessionInvalidationInSeconds: '7200', maxSessionsPerIdentity: '10' },
      ...{ systemAccessTokenExpirationInSeconds: '3600', systemRefreshTokenExpirationInSeconds: '259200' },
      ...{ restrictUserListVisibility: 'RESTRICTED', restrictUserDomains: [userDomain] },
    });
    const effective = await client.getEffectiveAccountSettings({ accountId, resolveUserMfa: true });

    const set = {
      ...{ allowed_ip_addresses: '127.0.0.0/8,::1', mfa: 'TOTP', restrict_create_service_id: 'NOT_RESTRICTED' },
      ...{ restrict_create_platform_apikey: 'RESTRICTED', user_mfa: [{ iam_id: 'IBMid-1', mfa: 'NONE' }] },
      ...{ session_expiration_in_seconds: '86400', session_invalidation_in_seconds: '7200' },
      ...{ max_sessions_per_identity: '10', system_access_token_expiration_in_seconds: '3600' },
      ...{ system_refresh_token_expiration_in_seconds: '259200', restrict_user_list_visibility: 'RESTRICTED' },
    };
    expect(result).toMatchObject({ ...set, restrict_user_domains: [userDomain] });
    expect(headers['etag']).toBe(result.entity_tag);
    expect(effective.result).toMatchObject({
      account_id: accountId,
      effective: set,
      account: set,
      assigned_templates: [],
    });
    const stale = client.updateAccountSettings({ accountId, ifMatch: before.entity_tag, mfa: 'NONE' });
    await expect(stale).rejects.toMatchObject({ status: 409 });
  });

  it('given a list that leaves the client out, when it asks, then it reads BXNIM0430E in the body of the refusal', async () => {
    const { result } = await client.getAccountSettings({ accountId });
    await client.updateAccountSettings({ accountId, ifMatch: result.entity_tag, allowedIpAddresses: '192.0.2.7' });

    const withToken = client.getAccountSettings({ accountId });
    const withKey = givenIamIdentity(service()).getAccountSettings({ accountId });

    // The message is the SDK's own on 401 and 403; ours stays in the body.
    await expect(withToken).rejects.toMatchObject({
      status: 403,
      body: expect.stringContaining('BXNIM0430E'),
    });
    await expect(withKey).rejects.toMatchObject({ status: 401 });
    await givenAccountSettings(service(), accountId, { allowedAddresses: 'default' });
    expect((await client.getAccountSettings({ accountId })).status).toBe(200);
  });

  it('when reports, the status and the limits are asked for, then the client reads them in their form', async () => {
    const { iamId } = await givenServiceId(service());
    const activity = await client.createReport({ accountId, type: 'inactive', duration: '720' });
    const mfa = await client.createMfaReport({ accountId, type: 'mfa_status' });
    const { result: owner } = await client.getApiKeysDetails({ iamApiKey: service().adminKey });

    const report = await ready(() => client.getReport({ accountId, reference: activity.result.reference }));
    const mfaReport = await ready(() => client.getMfaReport({ accountId, reference: mfa.result.reference }));
    const status = await client.getMfaStatus({ accountId, iamId: owner.iam_id });
    const limits = await client.getAccountLimits({ accountId, apikeysPerIdentity: iamId, serviceidGroups: true });
    const bulk = await client.bulkListAccountEntityConsumption({ accountId, apikeysPerIdentity: [iamId] });

    expect([activity.status, mfa.status]).toEqual([202, 202]);
    expect(report.result).toMatchObject({ reference: activity.result.reference, report_duration: '720' });
    expect(report.result.serviceids?.map(({ id }) => `iam-${id}`)).toContain(iamId);
    expect(mfaReport.result.users?.map(({ iam_id }) => iam_id)).toContain(owner.iam_id);
    expect(status.result).toMatchObject({ iam_id: owner.iam_id, effective_mfa_type: 'id_based_mfa' });
    const identities = [{ iam_id: iamId, count: 1 }];
    expect(limits.result).toMatchObject({ apikeys_per_identity: { identities }, serviceid_groups: { count: 0 } });
    expect(bulk.result.apikeys_per_identity).toMatchObject({ identities });
    await expect(client.getReport({ accountId, reference: 'none' })).rejects.toMatchObject({ status: 404 });
  });
});

/** Asks as the SDK's examples do, until the answer is not 204. */
async function ready<T extends { readonly status: number }>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer.status !== 204) return answer;
    await new Promise((resume) => setTimeout(resume, 100));
  }
}
