import { beforeAll, describe, expect, it } from '@jest/globals';
import { givenMembership, givenUser } from '../../harness/given-credentials.ts';
import type { Answer, Sent } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { type GivenToken, type GivenTokenTenant, givenToken, givenTokenTenant, searched } from './given-tokens.ts';
import { expectTenantRefusal } from './tenant-refusal.ts';

const SEARCH = '/jas/datasource/search';
const LONG = 'a'.repeat(10_000);

describeOnEveryBackend(
  'programs of a tenant',
  (service) => {
    let tenant: GivenTokenTenant;
    let other: GivenTokenTenant;
    let key: GivenToken;
    beforeAll(async () => {
      [tenant, other] = await Promise.all([givenTokenTenant(service()), givenTokenTenant(service())]);
      key = await givenToken(service(), tenant);
      const token = await tenant.ownerToken();
      for (const [name, more] of [
        ['people file', { entity_types: { identities: { uri: { file: 'file:/data/input/identities.csv' } } } }],
        ['Rights', { sync_type: 'incremental', is_active: false, connection_settings: { csv: {} } }],
        ['people database', { icon: 'table' }],
      ] as const) {
        await service().call('POST', '/latchkey/v1/data_sources', { token, json: { name, ...more } });
      }
    });

    const search = (query: object): Promise<Answer> =>
      service().call('POST', SEARCH, {
        headers: { authorization: key.value, 'x-tenant-id': tenant.tenantId },
        json: { query },
      });
    const namesOf = ({ body }: Answer) =>
      body.hits?.hits.map(({ _source }: { _source: { name: string } }) => _source.name);

    describe('given an API token', () => {
      it.each<[string, (value: string, tenantId: string) => Record<string, string>]>([
        ['as Authorization, with x-tenant-id', (value, id) => ({ authorization: value, 'x-tenant-id': id })],
        ['as X-API-KEY, with x-tenant-id', (value, id) => ({ 'X-API-KEY': value, 'x-tenant-id': id })],
        ['the same in both', (value, id) => ({ 'X-API-KEY': value, authorization: value, 'X-Tenant-Id': id })],
        ['with a tenant id in capitals', (value, id) => ({ authorization: value, 'x-tenant-id': id.toUpperCase() })],
      ])('when it is sent %s, then data sources are found', async (_how, headers) => {
        const answer = await searched(service(), headers(key.value, tenant.tenantId));

        expect([answer.status, answer.body.hits.total]).toEqual([200, { value: 3, relation: 'eq' }]);
      });

      it("when it is sent with another tenant's id, or one that nobody has, then it is 403; a wrong key is 401 beside any", async () => {
        const nobody = '00000000-0000-4000-8000-000000000000';

        for (const id of [other.tenantId, nobody]) {
          const headers = { authorization: key.value, 'x-tenant-id': id };
          expectTenantRefusal(await searched(service(), headers), 403, 'account_mismatch');
          const ingest = { headers: { 'X-API-KEY': key.value, 'x-tenant-id': id } };
          expectTenantRefusal(await service().call('GET', '/api/ingest/datasources', ingest), 403, 'account_mismatch');
          const wrong = { authorization: nobody, 'x-tenant-id': id };
          expectTenantRefusal(await searched(service(), wrong), 401, 'api_key_unknown');
        }
      });

      it('when its tenant is not told, then it is 401 at /jas, and enough elsewhere', async () => {
        expectTenantRefusal(await searched(service(), { authorization: key.value }), 401, 'credentials_missing');
        const answer = await service().call('GET', '/api/ingest/datasources', { headers: { 'X-API-KEY': key.value } });
        expect(answer.status).toBe(200);
      });

      it('when it has been used, then no store is asked who it is', async () => {
        await search({});
        const before = service().store.recentReadCounts();

        await search({});

        const { fills, fallbacks } = service().store.recentReadCounts();
        expect({ fills, fallbacks }).toEqual({ fills: before.fills, fallbacks: before.fallbacks });
      });

      it('when it is sent to be exchanged, or as a bearer token, then it is nothing', async () => {
        const exchanged = await service().exchange({ grant_type: 'apikey', apikey: key.value });
        expect(exchanged.status).toBe(400);
        expectTenantRefusal(await searched(service(), { authorization: `Bearer ${key.value}` }), 401, 'token_invalid');
      });
    });

    it('given a bearer token, when it is sent alone or with its tenant, then data sources are found; with another, 403', async () => {
      const authorization = `Bearer ${await tenant.ownerToken()}`;

      expect((await searched(service(), { authorization })).status).toBe(200);
      expect((await searched(service(), { authorization, 'x-tenant-id': tenant.tenantId })).status).toBe(200);
      const wrong = await searched(service(), { authorization, 'x-tenant-id': other.tenantId });
      expectTenantRefusal(wrong, 403, 'account_mismatch');
    });

    it('given a user without rights, when the user searches, then it is 403', async () => {
      const user = await givenUser(service());
      await givenMembership(service(), tenant.accountId, user.iamId);
      const form = { grant_type: 'apikey', apikey: user.key.secret, account: tenant.accountId };
      const token = (await service().exchange(form)).body.access_token;

      expectTenantRefusal(await searched(service(), { authorization: `Bearer ${token}` }), 403, 'access_denied');
    });

    /** Hostile headers: what nobody can read is refused as such, and nothing is a defect. */
    describe('given what no client should send', () => {
      it.each<[string, Record<string, string>, number]>([
        ['nothing', {}, 401],
        ['an empty Authorization', { authorization: '' }, 401],
        ['an empty X-API-KEY', { 'X-API-KEY': ' ' }, 401],
        ['Bearer without a token', { authorization: 'Bearer' }, 401],
        ['Basic', { authorization: `Basic ${Buffer.from('a:b').toString('base64')}` }, 401],
        ['Token', { authorization: 'Token abc' }, 401],
        ['a named key', { authorization: 'rest_api_key=0123456789ABCDEF0123456789ABCDEF' }, 400],
        ['two keys', { authorization: 'a', 'X-API-KEY': 'b' }, 400],
        ['a key and a bearer token', { authorization: 'Bearer abc', 'X-API-KEY': 'b' }, 400],
        ['two keys in one header', { 'X-API-KEY': 'a, b' }, 400],
        ['10 kB in Authorization', { authorization: LONG }, 401],
        ['10 kB in X-API-KEY', { 'X-API-KEY': LONG }, 401],
        ['a key that is no UUID', { authorization: 'abc' }, 401],
        ['characters that are not ASCII', { authorization: 'k\u00e9y' }, 400],
        ['X-API-KEY that is not ASCII', { 'X-API-KEY': 'k\u00e9y' }, 400],
        ['a UUID in capitals', { authorization: '19412ACE-1D99-44B2-88E0-16136FC5C77A' }, 401],
      ])('when it is %s, then it is refused', async (_what, headers, status) => {
        const answer = await searched(service(), { ...headers, 'x-tenant-id': tenant.tenantId });

        expect(answer.status).toBe(status);
        expectTenantRefusal(answer, status, answer.body.code);
      });

      it.each(['x', `${'0'.repeat(8)}-0000-4000-8000-000000000000, b`, LONG, '\u00e9'])(
        'when the tenant id is %j, then it is refused',
        async (id) => {
          const answer = await searched(service(), { authorization: key.value, 'x-tenant-id': id });

          expectTenantRefusal(answer, 400, 'parameter_invalid');
        },
      );
    });

    describe('POST /jas/datasource/search', () => {
      it.each<[object, readonly string[]]>([
        [{ sort: [{ 'name.keyword': { order: 'asc' } }] }, ['Rights', 'people database', 'people file']],
        [{ sort: [{ name: 'desc' }], size: 1, from: 1 }, ['people database']],
        [{ sort: 'name', query: { match: { name: 'PEOPLE' } } }, ['people database', 'people file']],
        [{ query: { term: { 'name.keyword': 'people file' } } }, ['people file']],
        [{ query: { term: { 'name.keyword': { value: 'people' } } } }, []],
        [{ query: { terms: { icon: ['table', 'chair'] } } }, ['people database']],
        [{ query: { bool: { must: [{ match_all: {} }], filter: { term: { isActive: false } } } } }, ['Rights']],
        [{ query: { match: { sync_type: { query: 'incremental' } } } }, ['Rights']],
        [{ size: 0 }, []],
      ])('when it is %j, then it finds %j', async (query, names) => {
        const answer = await search(query);

        expect([answer.status, namesOf(answer)]).toEqual([200, names]);
      });

      it('when it is sorted by id, then the ids are in their order, and each hit tells by what', async () => {
        const answer = await search({ sort: [{ 'datasource_id.keyword': { order: 'desc' } }], track_total_hits: true });

        const sorts = answer.body.hits.hits.map(({ sort }: { sort: string[] }) => sort[0]);
        expect(sorts).toHaveLength(3);
        expect(sorts).toEqual([...sorts].toSorted().toReversed());
      });

      it.each([
        { aggs: {} },
        { query: { script: {} } },
        { query: { term: { created: 'x' } } },
        { query: { term: { name: 'a', icon: 'b' } } },
        { query: { bool: { must_not: { match_all: {} } } } },
        { query: { query_string: { query: '*' } } },
        { sort: [{ icon: 'asc' }] },
        { sort: ['name', 'datasource_id'] },
        { size: 10_001 },
        { from: -1 },
      ])('when it asks for what is not served, %j, then it is refused and not passed over', async (query) => {
        expectTenantRefusal(await search(query), 400, 'parameter_invalid');
      });

      it("when another tenant searches, then it sees none of this one's", async () => {
        const answer = await searched(service(), { authorization: `Bearer ${await other.ownerToken()}` });

        expect(answer.body.hits.total.value).toBe(0);
      });

      it('when gzip is asked for, then the answer is that, and else it is not', async () => {
        const authorization = `Bearer ${await tenant.ownerToken()}`;
        const packed = await searched(service(), { authorization, 'Accept-Encoding': 'gzip, deflate, br' });
        const plain = await searched(service(), { authorization, 'Accept-Encoding': 'identity' });
        const refused = await searched(service(), { authorization, 'Accept-Encoding': 'gzip;q=0' });

        const encodings = [packed, plain, refused].map(({ headers }) => headers.get('content-encoding'));
        expect(encodings).toEqual(['gzip', null, null]);
        expect(packed.body.hits.hits).toEqual(plain.body.hits.hits);
        expect(packed.headers.get('vary')).toBe('Accept-Encoding');
      });
    });

    describe('the rest of what the other system takes', () => {
      const ask = (method: string, path: string, json?: object): Promise<Answer> => {
        const sent: Sent = { headers: { 'X-API-KEY': key.value, 'x-tenant-id': tenant.tenantId } };
        return service().call(method, path, { ...sent, ...(json !== undefined && { json }) });
      };
      const found = async (filter: object) =>
        JSON.parse((await ask('POST', '/api/ingest/datasources', filter)).text).map(
          ({ name }: { name: string }) => name,
        );

      it('when data sources are asked for by a filter, then those are told', async () => {
        expect((await found({})).toSorted()).toEqual(['Rights', 'people database', 'people file']);
        expect(await found({ isActive: false })).toEqual(['Rights']);
        expect(await found({ connectionTypes: ['csv', 'jdbc'] })).toEqual(['Rights']);
        expect(await found({ entityTypes: ['identities'], name: 'people file' })).toEqual(['people file']);
        expect(await found({ datasourceId: 'x' })).toEqual([]);
        expect(JSON.parse((await ask('GET', '/api/ingest/datasources')).text)).toHaveLength(3);
      });

      it('when mappings are asked for, then there are none', async () => {
        for (const method of ['GET', 'POST']) expect((await ask(method, '/api/ingest/mappings')).text).toBe('[]');
      });

      it.each([
        ['POST', '/jas/entity/persist/autoid/api/job_definition'],
        ['POST', '/jas/job/run'],
        ['GET', '/jas/job/status'],
        ['POST', '/api/ingest/applications'],
        ['POST', '/api/ingest/identities'],
        ['GET', '/api/assignments'],
        ['POST', '/api/datasink/query'],
        ['GET', '/api/roles/export'],
        ['POST', '/api/userDetails/decisions'],
      ])('when it is %s %s, then it is 501 to who is known, and 401 to others', async (method, path) => {
        expectTenantRefusal(await ask(method, path), 501, 'not_implemented');
        // Flood of the log: a tenant's program must not be able to write errors that the operator cannot mend.
        expect(service().log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
        expectTenantRefusal(await service().call(method, path), 401, 'credentials_missing');
      });
    });

    it('given the switch for values in the path, when one is verified so, then its state is told and the log has it not', async () => {
      const sent = { token: await tenant.ownerToken() };

      const answer = await service().call('GET', `/api/admin/verifyApiToken/${key.value}`, sent);

      expect([answer.status, answer.body.is_valid]).toEqual([200, true]);
      expect(service().log.join('\n')).not.toContain(key.value);
    });
  },
  { settings: { LATCHKEY_API_TOKENS_IN_URL: 'on', LATCHKEY_LOG_LEVEL: 'debug' } },
);
