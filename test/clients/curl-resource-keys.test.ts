import { beforeAll, describe, expect, it } from '@jest/globals';
import { firstAccountId } from '../harness/given-credentials.ts';
import { provision } from '../harness/provision.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';
import { curl } from './given-curl.ts';

const FORM = 'Content-Type: application/x-www-form-urlencoded';
const JSON_TYPE = 'Content-Type: application/json';
const GRANT = 'grant_type=urn:ibm:params:oauth:grant-type:apikey';

/**
 * The commands of IBM Cloud's page "Working with ingestion keys", part "Getting the ingestion key through the API", in their
 * order, with the service's address in the place of IBM's.
 */
describeOnEveryBackend('curl: getting the ingestion key of an instance', (service) => {
  let url: string;
  let instance: { guid: string; name: string };
  let bearer: string;

  beforeAll(async () => {
    url = service().publicUrl;
    const accountId = await firstAccountId(service());
    instance = await provision(service(), {
      ...{ token: await service().ownerToken(), accountId, service: 'logdnaat' },
      json: { name: 'activity' },
    });
    const body = `${GRANT}&apikey=${service().adminKey}`;
    const answer = await curl('-X', 'POST', `${url}/identity/token`, '-H', FORM, '-d', body);
    bearer = `Authorization: Bearer ${answer.body.access_token}`;
  });

  const keyOf = (source: string, name = 'resource key') =>
    curl(
      ...['-X', 'POST', `${url}/v2/resource_keys`, '-H', bearer, '-H', JSON_TYPE],
      ...['-d', `{"name": "${name}", "source": "${source}"}`],
    );

  describe('given an instance of Activity Tracker', () => {
    it('when the instances are listed, then its GUID is found by its name', async () => {
      const { status, body } = await curl('-X', 'GET', `${url}/v2/resource_instances`, '-H', bearer);

      expect(status).toBe(200);
      expect(body.resources).toMatchObject([{ guid: instance.guid, name: 'activity', type: 'service_instance' }]);
    });

    it('when a resource key is made, then its credentials hold the ingestion key, and that sends lines', async () => {
      const { status, body } = await keyOf(instance.guid);

      expect(status).toBe(201);
      expect(body.credentials).toEqual({
        apikey: expect.stringMatching(/^lk_/),
        iam_apikey_description: `Auto-generated for key ${body.crn}`,
        iam_apikey_id: expect.stringMatching(/^ApiKey-/),
        iam_apikey_name: 'resource key',
        iam_serviceid_crn: expect.stringMatching(/^crn:v1:bluemix:public:iam-identity::a\/.*::serviceid:ServiceId-/),
        ingestion_key: expect.stringMatching(/^[0-9a-f]{32}$/),
        service_key: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
      const { ingestion_key: ingestionKey } = body.credentials;
      const lines = `{"lines": [{"line": "it works", "app": "curl"}]}`;
      const send = ['-H', JSON_TYPE, '-u', `${ingestionKey}:`, '-d', lines];
      expect((await curl(...send, `${url}/logs/ingest?hostname=here`)).status).toBe(200);
      expect((await curl('-X', 'DELETE', '-H', bearer, `${url}/v2/resource_keys/${body.guid}`)).status).toBe(204);
      expect((await curl(...send, `${url}/logs/ingest?hostname=here`)).status).toBe(403);
    });

    it('when the placeholder was left in place, then the answer says that there is no such instance', async () => {
      expect(await keyOf('<INSTANCE_GUID>')).toMatchObject({ status: 404, body: { error_code: 'RC-NotFound' } });
    });
  });
});
