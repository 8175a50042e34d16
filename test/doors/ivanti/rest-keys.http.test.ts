import { describe, expect, it } from '@jest/globals';
import { platformRoleCrn } from '../../../src/resource-catalog/service-definition.ts';
import { asOwner, firstAccountId } from '../../harness/given-credentials.ts';
import { givenOtherAccount } from '../../harness/given-other-account.ts';
import { givenPerson } from '../../harness/given-people.ts';
import { givenPolicy } from '../../harness/given-rights.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { withinASecond } from '../../harness/within-a-second.ts';
import { askWith, givenGroupedKey, givenKeyGroup } from './given-grouped-key.ts';
import { expectNotAuthorized, expectRestRefusal } from './rest-refusal.ts';

const VIEWER = platformRoleCrn('Viewer');
const READS = 'user-management.user.list';
const WRITES = 'user-management.user.remove';

describeOnEveryBackend('a REST API key', (service) => {
  const questionOf = async (action: string, accountId?: string): Promise<string> => {
    const account = accountId ?? (await firstAccountId(service()));
    const crn = `crn:v1:bluemix:public:user-management::a/${account}:::`;
    return `/api/rest/whoami?${new URLSearchParams({ action, resource: crn })}`;
  };
  /** A user who may look at the users of the first account. */
  const givenViewer = async () => {
    const accountId = await firstAccountId(service());
    const person = await givenPerson(service(), { token: await service().ownerToken(), accountId });
    const policy = { accountId, subject: person.iamId, roles: [VIEWER], service: 'user-management' };
    return { ...person, policy: await givenPolicy(service(), policy) };
  };

  describe('given one of the owner', () => {
    it('when it is used, then it is told whose it is, and below both prefixes', async () => {
      const { secret, id } = await givenGroupedKey(service(), { description: 'nightly import' });

      for (const path of ['/api/rest/whoami', '/HEAT/api/rest/whoami', '/heat/API/rest/whoami/']) {
        const { status, body } = await askWith(service(), secret, path);

        expect({ status, body }).toEqual({
          status: 200,
          body: {
            tenant: { id: await firstAccountId(service()), tenant_id: expect.any(String), name: expect.any(String) },
            user: { id: expect.stringMatching(/^IBMid-/), name: expect.any(String), email: expect.any(String) },
            key: { id, description: 'nightly import' },
          },
        });
      }
    });

    it('when metadata is asked for, then it is CSDL, for whatever object', async () => {
      const { secret } = await givenGroupedKey(service());

      for (const path of [
        '/api/odata/$metadata',
        '/HEAT/api/odata/incidents/$metadata',
        '/api/odata/businessobject/$metadata',
      ]) {
        const { status, headers, text } = await askWith(service(), secret, path, { Accept: 'application/xml' });

        expect({ status, type: headers.get('content-type') }).toEqual({
          status: 200,
          type: 'application/xml; charset=utf-8',
        });
        expect(text).toMatch(/^<\?xml [^>]+\?>\s*<edmx:Edmx /);
      }
    });

    it.each([
      '/api/odata/businessobject/incidents',
      "/HEAT/api/odata/businessobject/incidents('1')",
      '/api/rest/Attachment?ID=1',
    ])('when %s is asked for, then there is no such thing, once the key is proven', async (path) => {
      const { secret } = await givenGroupedKey(service());

      expectRestRefusal(await askWith(service(), secret, path), 404, 'ISM_4004');
      expectNotAuthorized(await askWith(service(), '0'.repeat(32), path));
    });

    it('when a decision is asked for that lacks a half, or is about nothing, then it is refused', async () => {
      const { secret } = await givenGroupedKey(service());

      for (const query of [
        'action=a',
        'resource=crn:v1:a',
        'action=a&resource=b',
        `action=a&resource=${encodeURIComponent('crn:v1:bluemix:public:a::o/1:::')}`,
      ]) {
        expectRestRefusal(await askWith(service(), secret, `/api/rest/whoami?${query}`), 400, 'ISM_4000');
      }
    });
  });

  describe('given one on behalf of another user', () => {
    it('when a decision is asked for, then it is that of the user, in the role', async () => {
      const { iamId, email, policy } = await givenViewer();
      const { secret, path } = await givenGroupedKey(service(), { on_behalf_of: email, in_role: 'viewer' });
      const allowed = async (action: string) => (await askWith(service(), secret, await questionOf(action))).body;

      expect(await allowed(READS)).toMatchObject({ user: { id: iamId, email }, in_role: VIEWER, allowed: true });
      expect(await allowed(WRITES)).toMatchObject({ allowed: false });
      // The user comes to have more, and the key does not.
      const role = platformRoleCrn('Editor');
      await givenPolicy(service(), { ...policy, subject: iamId, roles: [role], service: 'user-management' });
      expect(await allowed(WRITES)).toMatchObject({ allowed: false });
      await asOwner(service(), 'PATCH', path, { json: { in_role: null } });
      expect(await allowed(WRITES)).toMatchObject({ allowed: true });
      const elsewhere = await askWith(service(), secret, await questionOf(READS, 'f'.repeat(32)));
      expect(elsewhere.body).toMatchObject({ allowed: false });
    });

    it('when the owner of the account acts in a role, then no more is allowed than that gives', async () => {
      const { secret } = await givenGroupedKey(service(), { in_role: VIEWER });

      expect((await askWith(service(), secret, await questionOf(READS))).body.allowed).toBe(true);
      expect((await askWith(service(), secret, await questionOf(WRITES))).body.allowed).toBe(false);
    });

    it('when it is used again and again, then no store is asked', async () => {
      const { email } = await givenViewer();
      const { secret } = await givenGroupedKey(service(), { on_behalf_of: email, in_role: VIEWER });
      const question = await questionOf(READS);
      /** How often the store was asked for one use; what else the service does at that moment is counted as well. */
      const reads = async (): Promise<number> => {
        const before = service().store.recentReadCounts();
        expect((await askWith(service(), secret, question)).body.allowed).toBe(true);
        const after = service().store.recentReadCounts();
        return after.fills - before.fills + after.fallbacks - before.fallbacks;
      };

      expect(await withinASecond(reads, 0)).toBe(0);
    });

    it('when the user loses the role, then the key is refused, and told apart from one that is not good', async () => {
      const { email, policy } = await givenViewer();
      const { secret } = await givenGroupedKey(service(), { on_behalf_of: email, in_role: VIEWER });
      expect((await askWith(service(), secret)).status).toBe(200);

      await asOwner(service(), 'DELETE', `/v1/policies/${policy.id}`);

      expectRestRefusal(await askWith(service(), secret), 403, 'ISM_4003');
    });

    it('when the user is suspended, or removed from the account, then the key is not good', async () => {
      const { email, iamId, accountId } = await givenViewer();
      const { secret } = await givenGroupedKey(service(), { on_behalf_of: email });
      const user = `/v2/accounts/${accountId}/users/${iamId}`;
      expect((await askWith(service(), secret)).status).toBe(200);

      await asOwner(service(), 'PATCH', user, { json: { state: 'SUSPENDED' } });
      expectNotAuthorized(await askWith(service(), secret));
      await asOwner(service(), 'PATCH', user, { json: { state: 'ACTIVE' } });
      expect((await askWith(service(), secret)).status).toBe(200);
      await asOwner(service(), 'DELETE', user);
      expectNotAuthorized(await askWith(service(), secret));
    });
  });

  describe('given one that is not good', () => {
    it('when it is deactivated, activated again, and deleted, then it is refused, taken, and refused', async () => {
      const { secret, path } = await givenGroupedKey(service());

      await asOwner(service(), 'PATCH', path, { json: { activated: false } });
      expectNotAuthorized(await askWith(service(), secret));
      await asOwner(service(), 'PATCH', path, { json: { activated: true } });
      expect((await askWith(service(), secret)).status).toBe(200);
      await asOwner(service(), 'DELETE', path);
      expectNotAuthorized(await askWith(service(), secret));
    });

    it('when it is made for other addresses, then it is refused, until it has this one', async () => {
      const { secret, path } = await givenGroupedKey(service(), { ips: ['192.0.2.1', '2001:db8::/32'] });

      expectNotAuthorized(await askWith(service(), secret));
      await asOwner(service(), 'PATCH', path, { json: { ips: ['127.0.0.0/8'] } });
      expect((await askWith(service(), secret)).status).toBe(200);
    });

    it('when it is sent to the host name of another tenant, then it is refused there, and taken at its own', async () => {
      const json = { name: 'walls', owner_email: 'walls@example.test', host_names: ['walls.example.test'] };
      await asOwner(service(), 'POST', '/latchkey/v1/accounts', { json });
      const { secret } = await givenGroupedKey(service());
      const at = (host: string) => askWith(service(), secret, '/api/rest/whoami', { Host: host });

      expectNotAuthorized(await at('walls.example.test'));
      expectNotAuthorized(await at('WALLS.example.test:8080'));
      expect((await at('other.example.test')).status).toBe(200);
      const token = await service().ownerToken();
      const bearer = { Authorization: `Bearer ${token}` };
      expectNotAuthorized(
        await service().call('GET', '/api/rest/whoami', { headers: { ...bearer, Host: 'walls.example.test' } }),
      );
      expect((await service().call('GET', '/api/rest/whoami', { token })).body.key).toBeUndefined();
    });

    /** Proxies and logs keep URLs: nobody finds out by it whether the key is good. */
    it('when it is sent in the URL, then that is refused, unless an operator has switched it on', async () => {
      const { secret } = await givenGroupedKey(service());
      const inUrl = (key: string) => service().call('GET', `/api/rest/whoami?rest_api_key=${key}`);

      expectRestRefusal(await inUrl(secret), 400, 'ISM_4000');
      expect((await inUrl(secret)).body).toEqual((await inUrl('0'.repeat(32))).body);
    });

    /** A key of which nobody knows the role would act with all that its user may. */
    it('when it is in no group, then it is refused', async () => {
      const { tenantKeys } = await service().domains.tenants();
      const { body } = await asOwner(service(), 'GET', '/latchkey/v1/me');
      const names = { address: '127.0.0.1', requestId: 'r', transactionId: 't', apiKeyId: '' };
      const owner = { ...names, iamId: body.iam_id, accountId: await firstAccountId(service()) };

      const { secret } = await tenantKeys.create(owner, { kind: 'on_behalf', name: 'alone' });

      expectNotAuthorized(await askWith(service(), secret));
    });

    it('when it is a key of another kind, or is exchanged, then it is refused', async () => {
      const { secret } = await givenGroupedKey(service());

      expectNotAuthorized(await askWith(service(), service().adminKey));
      expect((await service().exchange({ grant_type: 'apikey', apikey: secret })).status).toBe(400);
    });

    /** Takeover of a tenant by another: groups and keys of one are not there for the other. */
    it('when another account asks for it, then it is not there', async () => {
      const { path } = await givenGroupedKey(service());
      const { ownerToken } = await givenOtherAccount(service());
      const token = await ownerToken();

      for (const method of ['GET', 'DELETE']) expect((await service().call(method, path, { token })).status).toBe(404);
      const group = await givenKeyGroup(service(), token);
      expect((await service().call('GET', `${group}/keys/${path.split('/').at(-1)}`, { token })).status).toBe(404);
    });
  });
});
