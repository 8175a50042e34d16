import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../contract/eventually.ts';
import { type GivenInstance, givenLogInstance, tokenWithRoles } from '../../harness/given-log-instance.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import type { Answer } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { expectProductRefusal } from './product-refusal.ts';

describeOnEveryBackend('GET /latchkey/v1/instances/{guid}/use', (service) => {
  let account: OtherAccount;
  let instance: GivenInstance;
  beforeAll(async () => {
    account = await givenOtherAccount(service());
    instance = await givenLogInstance(service(), account);
  });
  const path = (name: string) => `/latchkey/v1/instances/${encodeURIComponent(name)}/use`;
  const read = async (name: string, token?: string): Promise<Answer> =>
    service().call('GET', path(name), { token: token ?? (await account.ownerToken()) });
  const KEYS = '/latchkey/v1/ingestion_keys';

  it('given lines that were sent with two keys, when it is read by GUID or CRN, then it is their sum, also once the keys are gone', async () => {
    const own = await givenLogInstance(service(), account);
    const token = await account.ownerToken();
    const json = { instance: own.guid, name: 'second' };
    const { body: second } = await service().call('POST', KEYS, { token, json });
    const [first] = (await service().call('GET', `${KEYS}?instance=${own.guid}`, { token })).body.ingestion_keys;
    expect((await read(own.guid)).body).toEqual({ instance_crn: own.crn, requests: 0, lines: 0, bytes: 0 });

    for (const { key } of [first, second]) {
      const lines = { lines: [{ line: 'one' }, { line: 'two' }] };
      const sent = { json: lines, headers: { apikey: key } };
      expect((await service().call('POST', '/logs/ingest?hostname=here', sent)).status).toBe(200);
    }

    const use = {
      ...{ instance_crn: own.crn, requests: 2, lines: 4, bytes: expect.any(Number) },
      last_used_at: expect.stringMatching(/^\d{4}-.*Z$/),
    };
    await eventually(async () => expect((await read(own.guid)).body).toEqual(use));
    await service().call('DELETE', `${KEYS}/${second.id}`, { token });
    const { status, body } = await read(own.crn);
    expect({ status, body }).toEqual({ status: 200, body: use });
    expect(body.bytes).toBeGreaterThan(0);
  });

  describe('given who asks', () => {
    it('when it may read the instance, then it is answered; when it may only read its lines, or nothing, it is refused', async () => {
      const viewer = await tokenWithRoles(service(), account, { of: 'logdna', roles: ['Viewer'] });
      const reader = await tokenWithRoles(service(), account, { of: 'logdna', roles: ['Reader'] });
      const nobody = await tokenWithRoles(service(), account, { of: 'generic-service', roles: ['Administrator'] });

      expect(await read(instance.guid, viewer)).toMatchObject({ status: 200, body: { lines: 0 } });
      expectProductRefusal(await read(instance.guid, reader), 403, 'access_denied');
      expectProductRefusal(await read(instance.guid, nobody), 403, 'access_denied');
    });

    it('when it is of another account, then the answer is the one for an instance that does not exist', async () => {
      const stranger = await (await givenOtherAccount(service())).ownerToken();
      const said = ({ body: { request_id: _r, transaction_id: _t, ...rest } }: Answer) => rest;

      const other = await read(instance.guid, stranger);

      expectProductRefusal(other, 404, 'not_found');
      expect(said(other)).toEqual(said(await read('no-such-instance', stranger)));
      expectProductRefusal(await read(instance.crn, stranger), 404, 'not_found');
    });

    /** Name confusion: keys are counted in the same place, and have ids too. */
    it('when it names a key of the instance instead, then there is no such instance', async () => {
      const token = await account.ownerToken();
      const { body } = await service().call('GET', `${KEYS}?instance=${instance.guid}`, { token });

      expectProductRefusal(await read(body.ingestion_keys[0].id), 404, 'not_found');
    });

    it('when it sends no token, then the answer is 401', async () => {
      expectProductRefusal(await service().call('GET', path(instance.guid)), 401, 'credentials_missing');
    });
  });
});
