import { beforeAll, expect, it } from '@jest/globals';
import { type GivenTokenTenant, givenToken, givenTokenTenant } from '../doors/ping-autonomous-identity/given-tokens.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';
import { curl } from './given-curl.ts';

const JSON_TYPE = 'Content-Type: application/json';

/**
 * The commands of the page "Generate an API key" of Autonomous Identity's API guide, with the service's address and a tenant's values in
 * the place of the page's; the log-in before them is tried with `docs/autonomous-identity.md`.
 */
describeOnEveryBackend('curl: making an API token, and asking with it', (service) => {
  let url: string;
  let tenant: GivenTokenTenant;
  let bearer: string;

  beforeAll(async () => {
    url = service().publicUrl;
    tenant = await givenTokenTenant(service());
    bearer = `Authorization: Bearer ${await tenant.ownerToken()}`;
  });

  it('when an API token is made, then the answer is a UUID; listed by the body of a GET it stands there masked', async () => {
    const made = await curl(
      ...['-k', '-X', 'POST', `${url}/api/admin/createApiToken`, '-H', bearer, '-H', JSON_TYPE, '-d'],
      ' {\n    "name": "Ingest Key",\n    "description": "API key for ingestion endpoints",\n    "expiration": "2097-01-02"\n}',
    );
    const listed = await curl(
      ...['-k', '-X', 'GET', `${url}/api/admin/getTokens`, '-H', bearer, '-H', JSON_TYPE],
      ...['-d', '{"maxResults": 1, "offset": 0}'],
    );

    expect([made.status, made.body]).toEqual([200, { token: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
    expect(listed.body).toMatchObject([{ name: 'Ingest Key', expiration: '2097-01-02T23:59:59.999Z', is_valid: true }]);
    expect(JSON.stringify(listed.body)).not.toContain(made.body.token);
  });

  it('given the date of the page, which is past, when an API token is made, then it is refused', async () => {
    const { status, body } = await curl(
      ...['-k', '-X', 'POST', `${url}/api/admin/createApiToken`, '-H', bearer, '-H', JSON_TYPE],
      ...['-d', '{"name": "Ingest Key", "description": "", "expiration": "2022-01-02"}'],
    );

    expect([status, body.code]).toEqual([400, 'parameter_invalid']);
  });

  it('when a data source is searched as a browser would, compressed, then the answer has its id and all members', async () => {
    const { value } = await givenToken(service(), tenant);
    const file = { uri: { file: 'file:/data/input/applications.csv' } };
    const json = { name: 'Showcase-CSV-DS', entity_types: { applications: file }, connection_settings: { csv: {} } };
    const token = await tenant.ownerToken();
    const { id } = (await service().call('POST', '/latchkey/v1/data_sources', { token, json })).body;

    const { status, body } = await curl(
      `${url}/jas/datasource/search`,
      ...['-H', 'authority: keys.test'],
      ...['-H', 'sec-ch-ua: "Chromium";v="92", " Not A;Brand";v="99", "Google Chrome";v="92"'],
      ...['-H', 'accept: application/json, text/plain, /'],
      ...['-H', `x-tenant-id: ${tenant.tenantId}`],
      ...['-H', `authorization: ${value}`],
      ...['-H', 'sec-ch-ua-mobile: ?0'],
      ...[
        '-H',
        'user-agent: Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/92.0 Safari/537.36',
      ],
      ...['-H', 'content-type: application/json'],
      ...['-H', 'origin: https://keys.test'],
      ...['-H', 'sec-fetch-site: same-origin', '-H', 'sec-fetch-mode: cors', '-H', 'sec-fetch-dest: empty'],
      ...['-H', 'referer: https://keys.test/data-sources'],
      ...['-H', 'accept-language: en-US,en;q=0.9'],
      '--data-raw',
      `{
         "query": {
           "sort": [ { "datasource_id.keyword": { "order": "desc" } } ],
           "size": 10,
           "track_total_hits": true,
           "query": { "match_all": {} }
         }
       }`,
      ...['--compressed', '--insecure'],
    );

    expect(status).toBe(200);
    expect(body).toEqual({
      ...{ took: expect.any(Number), timed_out: false },
      _shards: { total: 1, successful: 1, skipped: 0, failed: 0 },
      hits: {
        ...{ total: { value: 1, relation: 'eq' }, max_score: null },
        hits: [
          {
            ...{ _index: `${tenant.tenantId}_common_datasources_latest`, _type: '_doc', _score: null, sort: [id] },
            _id: expect.stringMatching(/^[0-9a-f]{128}$/),
            _source: {
              ...{ datasource_id: id, name: 'Showcase-CSV-DS', sync_type: 'full', icon: 'apps', isActive: true },
              entityTypes: { [`/autoid/system/datasources/${id}/applications`]: file },
              connectionSettings: { csv: {} },
              metadata: {
                ...{ contextId: 'latchkey', entityType: '/common/datasources', primaryKey: id },
                ...{ entityPath: `/common/datasources/${id}`, entityDefinition: 'datasources', namespace: '/common' },
                ...{ branch: 'actual', created: expect.stringMatching(/Z$/), tenantId: tenant.tenantId },
              },
            },
          },
        ],
      },
    });
  });
});
