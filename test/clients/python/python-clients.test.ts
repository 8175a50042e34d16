import { describe, expect, it } from '@jest/globals';
import { defaultResourceGroup } from '../../../src/accounts/default-resource-group.ts';
import { asOwner, firstAccountId } from '../../harness/given-credentials.ts';
import { type GivenIngestionKey, givenIngestionKey, keptLines, takenAway } from '../../harness/given-ingestion-key.ts';
import { newEmail } from '../../harness/given-people.ts';
import { planId } from '../../harness/provision.ts';
import type { RunningService } from '../../harness/running-service.ts';
import { givenClient } from '../given-client.ts';
import { givenService } from './given-service.ts';
import { describePython, runPython } from './run-python.ts';

const issuerOf = (service: RunningService): string => `${service.publicUrl}/identity`;

/** A program starts slowly, and the clients for Node prove the same answers on each back-end: so here on one. */
describePython('the Python clients', () => {
  const service = givenService();

  describe('ibm-cloud-sdk-core for Python: IAMAuthenticator', () => {
    const asked = () => ({ url: service().publicUrl, apikey: service().adminKey });

    it('given an API key, when the client signs requests, then one token serves them and the service accepts it', async () => {
      const printed = await runPython('iam_authenticator.py', 'use', {
        ...asked(),
        api: `${service().publicUrl}/v1/apikeys`,
      });

      // It refreshes after 80 % of 3,600 seconds.
      expect(printed).toEqual({ same: true, status: 200, life: 720, refresh_token: 'not_supported' });
    });

    it('given the address in the forms that people write, when the client signs a request, then it has a token', async () => {
      const { url, apikey } = asked();
      const forms = [url, `${url}/identity/token`, `${url}/identity`];

      const printed = await runPython('iam_authenticator.py', 'urls', { urls: forms, apikey });

      expect(printed).toEqual(forms.map(() => 'Bearer ey'));
    });

    it('given a service ID and its key as client, when the client has a token, then its refresh token works', async () => {
      const { clientId, clientSecret } = await givenClient(service());

      const refreshToken = await runPython('iam_authenticator.py', 'refresh_token', {
        ...asked(),
        ...{ client_id: clientId, client_secret: clientSecret },
      });
      const answer = await service().exchange(
        { grant_type: 'refresh_token', refresh_token: refreshToken },
        { Authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
      );

      expect(answer.status).toBe(200);
    });

    it('given an unknown key, when the client signs a request, then the user reads our sentence', async () => {
      const printed = await runPython('iam_authenticator.py', 'refused', { ...asked(), apikey: 'not-a-key' });

      expect(printed).toEqual({ status: 400, message: 'Provided API key could not be found.' });
    });

    it('given a path that is not served, when the client signs a request, then the user reads which one is right', async () => {
      const { url, apikey } = asked();

      const printed = await runPython('iam_authenticator.py', 'refused', { url: `${url}/iam`, apikey });

      expect(printed).toEqual({ status: 404, message: expect.stringContaining('POST /identity/token') });
    });
  });

  describe('PyJWT: PyJWKClient', () => {
    it('given a token, when it is verified with the published keys and every check on, then its claims are read', async () => {
      const issuer = issuerOf(service());
      const asked = { keys: `${issuer}/keys`, algorithm: 'RS256', issuer, audience: issuer };

      const printed = await runPython('pyjwt_reader.py', 'verify', { ...asked, token: await service().ownerToken() });

      expect(printed).toMatchObject({ kid: expect.stringMatching(/./), claims: { iss: issuer, client_id: 'default' } });
    });

    it('given a token, when another audience is expected, then it is refused', async () => {
      const issuer = issuerOf(service());
      const asked = { keys: `${issuer}/keys`, algorithm: 'RS256', issuer, audience: 'https://other.example' };

      const printed = await runPython('pyjwt_reader.py', 'verify', { ...asked, token: await service().ownerToken() });

      expect(printed).toEqual({ refused: 'InvalidAudienceError' });
    });

    /** Token confusion: both kinds are signed by the same keys, and this library does not look at `typ`. */
    it('given a refresh token, when it stands in for an access token, then it is refused', async () => {
      const issuer = issuerOf(service());
      const client = { Authorization: `Basic ${Buffer.from('bx:bx').toString('base64')}` };
      const { body } = await service().exchange({ grant_type: 'apikey', apikey: service().adminKey }, client);
      const asked = { keys: `${issuer}/keys`, algorithm: 'RS256', issuer, audience: issuer };

      const printed = await runPython('pyjwt_reader.py', 'verify', { ...asked, token: body['refresh_token'] });

      expect(printed).toEqual({ refused: 'InvalidAudienceError' });
    });
  });

  describe('ibm-platform-services for Python: IamPolicyManagementV1', () => {
    const asked = () => ({ url: service().publicUrl, apikey: service().adminKey });

    it('given policies of v1, when they are made, replaced, deleted, restored and listed, then each step works', async () => {
      const printed = await runPython('iam_policies.py', 'policies', asked());

      expect(printed).toEqual({
        ...{ echoed: true, read: true, replaced: 'two', states: ['deleted', 'active'] },
        again: { status: 409, message: expect.stringMatching(/same subject/) },
        stale: { status: 412, message: expect.stringMatching(/changed/) },
        pages: [['two', 'three', 'four'], ['five']],
      });
    });

    it('given a policy of v2 with a rule, when it is made, listed, replaced and deleted, then each step works', async () => {
      const printed = await runPython('iam_policies.py', 'v2_policies', asked());

      expect(printed).toMatchObject({
        ...{ echoed: true, read: true, listed: ['Viewer'], replaced: 'changed', deleted: 'deleted' },
        missing: { status: 404, message: expect.stringMatching(/could not be found/) },
        roles: expect.arrayContaining(['Administrator', 'Sender', 'Viewer', 'Writer']),
      });
    });
  });

  describe('ibm-platform-services for Python: IamIdentityV1', () => {
    it('given an API key of the owner, when a key is created, changed, locked, disabled and deleted, then each step works', async () => {
      const asked = { url: service().publicUrl, apikey: service().adminKey };

      const printed = await runPython('iam_identity.py', 'life_of_a_key', asked);

      expect(printed).toEqual({
        ...{ created: 'a key', read: true, updated: 'renamed', disabled: true },
        locked: { status: 409, message: expect.stringMatching(/locked/) },
        deleted: { status: 404, message: expect.stringMatching(/could not be found/) },
      });
    });

    it('given a value of its own and every parameter there is, when keys and service IDs are made, then each is honoured', async () => {
      const asked = { url: service().publicUrl, apikey: service().adminKey };
      await asOwner(service(), 'PUT', `/v1/accounts/${await firstAccountId(service())}/settings/identity`, {
        json: { allow_chosen_apikey_values: true },
        headers: { 'If-Match': '*' },
      });

      const printed = await runPython('iam_identity.py', 'every_parameter', asked);

      expect(printed).toEqual({
        ...{ value: true, locked: ['second'], typed: true, history: 2, activity: true, empty: [[], [], []] },
        listed: [
          ['second', true, true, 1],
          ['first', false, false, 1],
        ],
        named: [[true, ['crn:v1:bluemix:public:logs:us-south:a/1:2::']]],
        gone: { status: 404, message: expect.stringMatching(/could not be found/) },
        profile: { status: 404, message: expect.stringMatching(/not served/) },
      });
    });

    it('given five service IDs with keys, when they are listed two by two, then each comes once and all can be deleted', async () => {
      const asked = { url: service().publicUrl, apikey: service().adminKey };

      const printed = await runPython('iam_identity.py', 'service_ids', asked);

      expect(printed).toEqual({
        pages: [['python 1', 'python 2'], ['python 3', 'python 4'], ['python 5']],
        stored: true,
        left: [],
      });
    });

    it('given the settings of the account, when they are changed and a report is asked for, then each step works', async () => {
      const asked = { url: service().publicUrl, apikey: service().adminKey };

      const printed = await runPython('iam_identity.py', 'settings', asked);

      expect(printed).toEqual({
        changed: ['RESTRICTED', '127.0.0.1, ::1', [{ iam_id: 'IBMid-1', mfa: 'TOTP' }]],
        stale: { status: 409, message: expect.stringMatching(/changed/) },
        malformed: { status: 400, message: expect.stringMatching(/allowed_ip_addresses/) },
        ...{ effective: '1800', report: true, limits: { limit: 0 } },
      });
    });
  });

  describe('ibm-platform-services for Python: UserManagementV1', () => {
    it('given five new addresses, when they are invited, listed page by page, read, and one is removed, then each step works', async () => {
      const emails = Array.from({ length: 5 }, newEmail).sort();
      const asked = {
        url: service().publicUrl,
        apikey: service().adminKey,
        account_id: await firstAccountId(service()),
      };

      const printed = await runPython('user_management.py', 'users', { ...asked, emails });

      expect(printed).toEqual({
        ...{ states: Array(5).fill('PENDING'), codes: true, found: [emails[0]], paged: emails, profile: emails[0] },
        suspended: { status: 400, message: expect.stringMatching(/activation code/) },
        removed: 204,
        gone: { status: 404, message: expect.stringMatching(/could not be found/) },
      });
    });
  });

  describe('logdna for Python: LogDNAHandler', () => {
    const sentTo = async ({ key }: GivenIngestionKey, line: string) =>
      runPython('log_handler.py', 'send', { url: `${service().publicUrl}/logs/ingest`, key, line });
    const textsOf = async ({ instanceId }: GivenIngestionKey) =>
      (await keptLines(service(), instanceId)).map(({ text }) => text);

    it('given an ingestion key, when it logs, then the line is kept; when the key goes, then it says that it is not valid', async () => {
      const given = await givenIngestionKey(service());

      const heard = await sentTo(given, 'from Python');

      expect(heard).toEqual([]);
      expect(await keptLines(service(), given.instanceId)).toMatchObject([
        {
          text: 'from Python',
          app: 'shop',
          level: 'WARNING',
          host: 'web-1',
          labels: { env: 'test', tags: ['a', 'b'] },
        },
      ]);

      await takenAway(service(), given.keyId);

      expect(await sentTo(given, 'refused')).toEqual([
        expect.stringContaining('valid ingestion key'),
        expect.stringContaining('Invalid or deactivated key'),
      ]);
      expect(await textsOf(given)).toEqual(['from Python']);
    });
  });

  describe('ibm-platform-services for Python: ResourceControllerV2', () => {
    it('given a plan, when all is done that IBM tests its client with, then each step answers as expected', async () => {
      const printed = await runPython('resource_controller.py', 'resources', {
        ...{ url: service().publicUrl, apikey: service().adminKey },
        resource_group: defaultResourceGroup(await firstAccountId(service())).id,
        ...{ plan: planId('logs', false), reclaimed_plan: planId('logs', true) },
      });

      const inTheWay = { status: 400, message: expect.stringMatching(/has a resource binding/) };
      expect(printed).toEqual({
        made: ['active', 'config', expect.stringMatching(/^crn:v1:bluemix:public:cf:us-south:o\//), true],
        ...{ keys: [true, true], listed: ['RcSdkKey'], in_the_way: [inTheWay, inTheWay] },
        locks: [true, { status: 422, message: expect.stringMatching(/locked/) }, false],
        ...{ ended: [204, 204, 204, 204, 204], state: 'removed', gone: expect.objectContaining({ status: 410 }) },
        reclaimed: ['SCHEDULED RESTORING active', 'SCHEDULED RECLAIMING removed'],
      });
    });
  });

  describe('ibm-platform-services for Python: IamAccessGroupsV2', () => {
    const asked = async () => ({
      ...{ url: service().publicUrl, apikey: service().adminKey },
      account_id: await firstAccountId(service()),
    });

    it('given a new access group, when all is done to it that may be done, then each step answers as expected', async () => {
      const printed = await runPython('iam_access_groups.py', 'life_of_a_group', await asked());

      expect(printed).toEqual({
        ...{ read: true, updated: ['renamed', 'a group'], rule: ['rule', 12, true], federated: true },
        stale: { status: 412, message: expect.stringMatching(/changed/) },
        taken: { status: 409, message: expect.stringMatching(/name/) },
        ...{ unforced: 409, gone: 404 },
      });
    });

    it('given an access group, when members come and go, then each step answers as expected', async () => {
      const printed = await runPython('iam_access_groups.py', 'members', await asked());

      expect(printed).toEqual({
        ...{ added: [200, 200, 200, 200, 200], paged: true, of_one: [true], there: 204, absent: 404 },
        ...{ left: [204, 204, 404], more: [200, 404], everywhere: [204], settings: true },
      });
    });
  });
});

describePython('the Python clients with ES256', () => {
  const service = givenService({ LATCHKEY_SIGNING_ALGORITHM: 'ES256' });

  describe('PyJWT: PyJWKClient', () => {
    it('given a token, when it is verified with the published keys, then its claims are read', async () => {
      const issuer = issuerOf(service());
      const asked = { keys: `${issuer}/keys`, algorithm: 'ES256', issuer, audience: issuer };

      const printed = await runPython('pyjwt_reader.py', 'verify', { ...asked, token: await service().ownerToken() });

      expect(printed).toMatchObject({ claims: { iss: issuer } });
    });
  });
});
