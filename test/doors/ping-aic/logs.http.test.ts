import { beforeAll, describe, expect, it } from '@jest/globals';
import { platformRoleCrn } from '../../../src/resource-catalog/service-definition.ts';
import { eventually } from '../../contract/eventually.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import { givenPolicy } from '../../harness/given-rights.ts';
import type { Answer } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { withinASecond } from '../../harness/within-a-second.ts';
import { expectAicRefusal } from './aic-refusal.ts';
import { eventsOf, type GivenLogKey, givenLogKey, queryOf } from './given-log-key.ts';

const SOURCES = '/monitoring/logs/sources';
const LOGS = '/monitoring/logs';
const TAIL = '/monitoring/logs/tail';

describeOnEveryBackend('/monitoring/logs', (service) => {
  let account: OtherAccount;
  let key: GivenLogKey;
  beforeAll(async () => {
    account = await givenOtherAccount(service());
    key = await givenLogKey(service(), account);
  });

  const read = (path: string, query: Record<string, string> = {}, headers = key.headers): Promise<Answer> =>
    service().call('GET', `${path}${queryOf(query)}`, { headers });
  const exchanged = async (transactionId: string, apikey = account.ownerSecret): Promise<void> => {
    await service().exchange({ grant_type: 'apikey', apikey }, { 'Transaction-Id': transactionId });
  };

  it('given an exchange just made, when its transaction is asked for, then it is found, in both sources that tell of it', async () => {
    await exchanged('just-made');

    await eventually(async () => {
      const answer = await read(LOGS, { source: 'am-everything', transactionId: 'just-made' });
      expect(eventsOf(answer)).toEqual([
        {
          source: 'am-access',
          type: 'application/json',
          timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/),
          payload: expect.objectContaining({
            ...{ eventName: 'AM-ACCESS-OUTCOME', topic: 'access', source: 'audit', level: 'INFO' },
            ...{ transactionId: 'just-made', userId: account.ownerIamId, trackingIds: [account.ownerKeyId] },
            response: { status: 'SUCCESSFUL', statusCode: '200', detail: {} },
          }),
        },
        expect.objectContaining({
          source: 'am-authentication',
          payload: expect.objectContaining({ principal: [account.ownerIamId], result: 'SUCCESSFUL' }),
        }),
      ]);
      expect(answer.body.pagedResultsCookie).toBeNull();
    });
  });

  it('given a disabled key, when it is refused, then the account finds the refusal', async () => {
    const token = await account.ownerToken();
    const json = { name: 'x', iam_id: account.ownerIamId };
    const { body } = await service().call('POST', '/v1/apikeys', { token, json });
    await service().call('POST', `/v1/apikeys/${body.id}/disable`, { token });
    await exchanged('refused-one', body.apikey);
    await service().domains.recorder.flush();

    await eventually(async () => {
      const events = eventsOf(await read(LOGS, { source: 'am-authentication', transactionId: 'refused-one' }));
      expect(events).toEqual([
        expect.objectContaining({ payload: expect.objectContaining({ result: 'FAILED', trackingIds: [body.id] }) }),
      ]);
    });
    const changes = eventsOf(
      await read(LOGS, { source: 'idm-activity', _queryFilter: '/payload/message co "apikey"' }),
    );
    expect(changes.map(({ payload }) => payload.message)).toEqual(
      expect.arrayContaining(['iam-identity.apikey.create', 'iam-identity.apikey.disable']),
    );
    expect(JSON.stringify(changes)).not.toContain(body.apikey);
  });

  it('given a log that is followed, when nothing is new, then the cookie goes on; what comes then comes once', async () => {
    const first = await read(TAIL, { source: 'am-access' });
    await exchanged('followed-1');
    await exchanged('followed-2');
    await service().domains.recorder.flush();
    const seen: string[] = [];
    let cookie: string = first.body.pagedResultsCookie;

    await eventually(async () => {
      const answer = await read(TAIL, { source: 'am-access', _pagedResultsCookie: cookie });
      cookie = answer.body.pagedResultsCookie;
      seen.push(...eventsOf(answer).map(({ payload }) => payload.transactionId));
      expect(seen.filter((id) => id.startsWith('followed'))).toEqual(['followed-1', 'followed-2']);
    });
    const again = await read(TAIL, { source: 'am-access', _pagedResultsCookie: cookie });

    expect(again.body).toMatchObject({ result: [], pagedResultsCookie: expect.any(String), totalPagedResults: -1 });
  });

  it('given another account, when its exchange is looked for, then this log has none of it', async () => {
    const other = await givenOtherAccount(service());
    const otherKey = await givenLogKey(service(), other);
    await exchanged('of-another', other.ownerSecret);
    await service().domains.recorder.flush();
    const query = { source: 'am-everything,idm-everything', transactionId: 'of-another' };

    expect(eventsOf(await read(LOGS, query, otherKey.headers))).toHaveLength(2);
    expect(eventsOf(await read(LOGS, query))).toEqual([]);
    // A cookie of one account opens nothing in the other.
    const { body } = await read(TAIL, { source: 'am-access' }, otherKey.headers);
    const foreign = { source: 'am-access', _pagedResultsCookie: body.pagedResultsCookie };
    expectAicRefusal(await read(TAIL, foreign), 400, 'parameter_invalid');
  });

  it('given an administrator who made the key, when the role is taken away, then the key reads no log, and still the sources', async () => {
    const token = await account.ownerToken();
    const json = { account_id: account.accountId, name: 'administrator', apikey: { name: 'first' } };
    const made = (await service().call('POST', '/v1/serviceids', { token, json })).body;
    const policy = await givenPolicy(service(), {
      ...{ accountId: account.accountId, subject: made.iam_id, service: 'iam-identity' },
      roles: [platformRoleCrn('Administrator')],
    });
    const own = await service().call('POST', '/keys?_action=create', {
      ...{ token: await service().tokenOf(made.apikey.apikey), json: { name: 'of an administrator' } },
    });
    const headers = { 'x-api-key': own.body.api_key_id, 'x-api-secret': own.body.api_key_secret };
    expect((await read(TAIL, { source: 'am-access' }, headers)).status).toBe(200);

    await service().call('DELETE', `/v1/policies/${policy.id}`, { token });

    const status = async () => (await read(TAIL, { source: 'am-access' }, headers)).status;
    expect(await withinASecond(status, 403)).toBe(403);
    expectAicRefusal(await read(TAIL, { source: 'am-access' }, headers), 403, 'access_denied');
    expect((await read(SOURCES, {}, headers)).status).toBe(200);
  });

  it('when the owner chooses that exchanges are counted, then none is written down any more, and the choice is in the log', async () => {
    const settled = await givenOtherAccount(service());
    const ownKey = await givenLogKey(service(), settled);
    const path = `/latchkey/v1/accounts/${settled.accountId}/log_settings`;
    const token = await settled.ownerToken();
    expect((await service().call('GET', path, { token })).body).toEqual({ exchange_records: 'each', is_set: true });

    const changed = await service().call('PATCH', path, { token, json: { exchange_records: 'counted' } });
    await exchanged('only-counted', settled.ownerSecret);
    await service().domains.recorder.flush();

    expect(changed.body).toEqual({ exchange_records: 'counted', is_set: true });
    const found = await read(LOGS, { source: 'am-access', transactionId: 'only-counted' }, ownKey.headers);
    expect(eventsOf(found)).toEqual([]);
    const config = eventsOf(await read(LOGS, { source: 'am-config' }, ownKey.headers));
    expect(config.at(-1)?.payload).toMatchObject({ changedFields: ['exchangeRecords'], operation: 'UPDATE' });
    const wrong = await service().call('PATCH', path, { token, json: { exchange_records: 'all' } });
    expect(wrong.status).toBe(400);
  });

  describe('given what cannot be asked', () => {
    it.each([
      ['no source', LOGS, {}, 'parameter_missing'],
      ['an unknown source', LOGS, { source: 'am-access,nothing' }, 'parameter_invalid'],
      [
        'more than a day',
        LOGS,
        { source: 'am-access', beginTime: '2026-01-01T00:00:00Z', endTime: '2026-01-02T00:00:01Z' },
        'parameter_invalid',
      ],
      [
        'an end before the beginning',
        LOGS,
        { source: 'am-access', beginTime: '2026-01-02T00:00:00Z', endTime: '2026-01-01T00:00:00Z' },
        'parameter_invalid',
      ],
      ['a time without a zone', LOGS, { source: 'am-access', beginTime: '2026-01-01T00:00:00' }, 'parameter_invalid'],
      ['a page that is too large', LOGS, { source: 'am-access', _pageSize: '1001' }, 'parameter_invalid'],
      [
        'a filter that cannot be read',
        TAIL,
        { source: 'am-access', _queryFilter: '/payload/a eq' },
        'parameter_invalid',
      ],
      ['a cookie of nobody', TAIL, { source: 'am-access', _pagedResultsCookie: 'AAAA' }, 'parameter_invalid'],
    ])('when %s is asked for, then the answer is 400 and says so', async (_what, path, query, code) => {
      expectAicRefusal(await read(path, query), 400, code);
    });
  });
});
