import { randomUUID } from 'node:crypto';
import type IamIdentityV1 from '@ibm-cloud/platform-services/iam-identity/v1.js';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { asOwner } from '../harness/given-credentials.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';
import { everyPage, givenIamIdentity } from './given-iam-identity.ts';

/** IBM's `@ibm-cloud/platform-services` for Node, unmodified: `IamIdentityV1`, the calls about API keys. */
describeOnEveryBackend('@ibm-cloud/platform-services: API keys', (service) => {
  let client: IamIdentityV1;
  let owner: { iamId: string; accountId: string };

  beforeEach(async () => {
    client = givenIamIdentity(service());
    const { result } = await client.getApiKeysDetails({ iamApiKey: service().adminKey });
    owner = { iamId: result.iam_id, accountId: result.account_id };
  });

  /** A key, with the tag that every answer of the service has. */
  const givenKey = async (name: string): Promise<IamIdentityV1.ApiKey & { entity_tag: string }> => {
    const { result } = await client.createApiKey({ name, ...owner });
    return { ...result, entity_tag: result.entity_tag ?? '' };
  };

  describe('given the settings of the account', () => {
    it('when the lives of tokens are set and unset, then the client reads what it has set', async () => {
      const { accountId } = owner;
      const { result: before } = await client.getAccountSettings({ accountId });

      const set = await client.updateAccountSettings({
        ...{ accountId, ifMatch: before.entity_tag, mfa: before.mfa },
        ...{ systemAccessTokenExpirationInSeconds: '1800' },
      });
      const unset = await client.updateAccountSettings({
        ...{ accountId, ifMatch: set.result.entity_tag, systemAccessTokenExpirationInSeconds: 'NOT_SET' },
      });

      const lives = [before, set.result, unset.result].map((read) => read.system_access_token_expiration_in_seconds);
      expect(lives).toEqual(['NOT_SET', '1800', 'NOT_SET']);
    });
  });

  describe('given a key that the client creates', () => {
    it('when every field is sent, then every field comes back, and the value works', async () => {
      const { status, result } = await client.createApiKey({
        name: 'deploy',
        ...owner,
        description: 'for the pipeline',
        supportSessions: true,
        actionWhenLeaked: 'delete',
        expiresAt: '2049-01-02T18:30:00+0000',
        entityLock: 'true',
      });

      expect(status).toBe(201);
      expect(result).toMatchObject({
        ...{ name: 'deploy', description: 'for the pipeline', iam_id: owner.iamId, account_id: owner.accountId },
        ...{ support_sessions: true, action_when_leaked: 'delete', locked: true, disabled: false },
        ...{ expires_at: '2049-01-02T18:30+0000', id: expect.stringMatching(/^ApiKey-/) },
        crn: expect.stringMatching(/^crn:v1:bluemix:public:iam-identity::a\/[0-9a-f]{32}::apikey:ApiKey-/),
      });
      expect(await service().tokenOf(result.apikey)).toMatch(/^ey/);
    });

    it('when it is created disabled, then it cannot be exchanged', async () => {
      const { result } = await client.createApiKey({ name: 'later', ...owner, entityDisable: 'true' });

      expect(result.disabled).toBe(true);
      expect(await service().exchange({ grant_type: 'apikey', apikey: result.apikey })).toMatchObject({ status: 400 });
    });

    it('when it is read by id, by CRN and by value, then it is the same key without its value', async () => {
      const { apikey, ...created } = await givenKey('read');

      const byId = await client.getApiKey({ id: created.id });
      const byCrn = await client.getApiKey({ id: created.crn });
      const byValue = await client.getApiKeysDetails({ iamApiKey: apikey });

      for (const { result } of [byId, byCrn, byValue]) expect(result).toEqual(created);
      expect(byId.headers['etag']).toBe(created.entity_tag);
    });

    it('when history and activity are asked for, then they are there', async () => {
      const { id, apikey } = await givenKey('record');
      await service().tokenOf(apikey);

      const { result } = await client.getApiKey({ id, includeHistory: true, includeActivity: true });

      expect(result.history).toMatchObject([{ iam_id: owner.iamId, iam_id_account: owner.accountId }]);
      expect(result.activity).toMatchObject({ authn_count: expect.any(Number) });
    });
  });

  describe('given an account that allows chosen values', () => {
    it('when the client brings a value along, then it is the value, it works, and it cannot be had twice', async () => {
      await asOwner(service(), 'PUT', `/v1/accounts/${owner.accountId}/settings/identity`, {
        json: { allow_chosen_apikey_values: true },
        headers: { 'If-Match': '*' },
      });
      const apikey = `brought along from elsewhere ${randomUUID()}`;

      const { result } = await client.createApiKey({ name: 'moved', ...owner, apikey });
      const again = client.createApiKey({ name: 'moved again', ...owner, apikey });

      expect(result.apikey).toBe(apikey);
      await expect(again).rejects.toMatchObject({ status: 409, message: expect.stringMatching(/cannot be used/) });
      const { result: own } = await givenIamIdentity(service(), apikey).getApiKeysDetails({ iamApiKey: apikey });
      expect(own.id).toBe(result.id);
    });
  });

  describe('given keys of users and of service IDs', () => {
    it('when the client lists an account, one type, or with a filter, then it gets just those, with their history', async () => {
      const { result: made } = await client.createServiceId({
        ...{ accountId: owner.accountId, name: 'lister' },
        apikey: { name: 'of the lister', action_when_leaked: 'none' },
      });
      const wanted = { accountId: owner.accountId, scope: 'account', pagesize: 100, includeHistory: true };

      const users = await client.listApiKeys({ ...wanted, type: 'user' });
      const services = await client.listApiKeys({ ...wanted, type: 'serviceid', sort: 'created_by', order: 'desc' });
      const filtered = await client.listApiKeys({
        ...wanted,
        filter: `(name co_ci "LISTER" or name eq "x") and iam_id ew "${String(made.iam_id).slice(-12)}"`,
      });

      expect(new Set(users.result.apikeys.map(({ iam_id }) => iam_id))).toEqual(new Set([owner.iamId]));
      expect(services.result.apikeys.map(({ id }) => id)).toContain(made.apikey?.id);
      expect(services.result.apikeys.every(({ iam_id }) => iam_id.startsWith('iam-ServiceId-'))).toBe(true);
      expect(filtered.result.apikeys).toMatchObject([{ id: made.apikey?.id, history: [{ action: 'create' }] }]);
    });
  });

  describe('given a key that the client changes', () => {
    it('when it sends the ETag that it read, then the change is made and what it left out stays', async () => {
      const { id } = await givenKey('before');
      const { headers } = await client.getApiKey({ id });
      const ifMatch = String(headers['etag']);

      const { result } = await client.updateApiKey({ id, ifMatch, name: 'after' });

      expect(result).toMatchObject({ id, name: 'after', action_when_leaked: 'disable' });
      expect(result.entity_tag).not.toBe(ifMatch);
    });

    it('when it sends an entity_tag that is no longer right, then the user reads that', async () => {
      const { id, entity_tag } = await givenKey('raced');
      await client.updateApiKey({ id, ifMatch: '*', description: 'by another' });

      const failure = client.updateApiKey({ id, ifMatch: entity_tag, description: 'too late' });

      await expect(failure).rejects.toMatchObject({ status: 409, message: expect.stringMatching(/changed/) });
    });

    it('when it locks the key, then neither update nor delete work until it unlocks it', async () => {
      const { id } = await givenKey('locked');
      expect(await client.lockApiKey({ id })).toMatchObject({ status: 204 });

      const refused = await Promise.allSettled([
        client.updateApiKey({ id, ifMatch: '*', name: 'no' }),
        client.deleteApiKey({ id }),
      ]);
      await client.unlockApiKey({ id });
      const { status } = await client.deleteApiKey({ id });

      for (const { reason } of refused.filter((outcome) => outcome.status === 'rejected'))
        expect(reason).toMatchObject({ status: 409, message: expect.stringMatching(/locked/) });
      expect(refused.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
      expect(status).toBe(204);
    });

    it('when it disables and enables the key, then the exchange is refused and works again', async () => {
      const { id, apikey } = await givenKey('switched');
      const exchanged = async () => (await service().exchange({ grant_type: 'apikey', apikey })).status;

      await client.disableApiKey({ id });
      const whileDisabled = await exchanged();
      await client.enableApiKey({ id });

      expect([whileDisabled, await exchanged()]).toEqual([400, 200]);
    });

    it('when it deletes the key, then the next read is 404 with our sentence', async () => {
      const { id } = await givenKey('deleted');
      await client.deleteApiKey({ id });

      await expect(client.getApiKey({ id })).rejects.toMatchObject({
        status: 404,
        message: expect.stringMatching(/could not be found/),
        result: { errors: [{ code: 'not_found', message_code: 'BXNIM0102E' }] },
      });
    });
  });

  describe('given more keys than fit on a page', () => {
    it('when the client follows next, then it gets each key once, and the last page has no next', async () => {
      const created = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => givenKey(`paged ${name}`)));
      const wanted = { ...owner, pagesize: 2, sort: 'name', order: 'desc', filter: 'name sw "paged "' };

      const pages = await everyPage((place) => client.listApiKeys({ ...wanted, ...place }));

      expect(pages.map(({ apikeys, limit }) => [apikeys.length, limit])).toEqual([
        [2, 2],
        [2, 2],
        [1, 2],
      ]);
      expect(pages.flatMap(({ apikeys }) => apikeys.map(({ id }) => id))).toEqual(
        created.map(({ id }) => id).toReversed(),
      );
    });
  });

  describe('given a request that is refused', () => {
    it('when the name is too long, then the user reads that it is the name', async () => {
      const failure = client.createApiKey({ name: 'n'.repeat(256), ...owner });

      await expect(failure).rejects.toMatchObject({ status: 400, message: expect.stringMatching(/name/) });
    });

    it('when the identity may not do it, then the code is in the result', async () => {
      const { result } = await client.createServiceId({
        ...{ accountId: owner.accountId, name: 'without rights' },
        apikey: { name: 'its key' },
      });
      const other = givenIamIdentity(service(), result.apikey?.apikey);

      const failure = other.createApiKey({ name: 'for somebody else', ...owner });

      await expect(failure).rejects.toMatchObject({ status: 403, result: { errors: [{ code: 'access_denied' }] } });
    });

    it('when the key of the client is refused, then the user reads the sentence of the exchange', async () => {
      const failure = givenIamIdentity(service(), 'not-a-key').listApiKeys({});

      await expect(failure).rejects.toMatchObject({ message: 'Provided API key could not be found.' });
    });
  });
});
