import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../contract/eventually.ts';
import { givenLogInstance } from '../../harness/given-log-instance.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import type { Answer } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { expectAicRefusal } from './aic-refusal.ts';
import { basicOf, eventsOf, type GivenLogKey, givenLogKey, queryOf, type SeenEvent } from './given-log-key.ts';

const LOGS = '/monitoring/logs';
const TAIL = '/monitoring/logs/tail';
const LIMIT = 60;

/** The requests of collectors as they send them (Elastic's integration, filebeat's recipes, Splunk's app, frodo). */
describeOnEveryBackend(
  'collectors of logs',
  (service) => {
    let account: OtherAccount;
    let key: GivenLogKey;
    beforeAll(async () => {
      account = await givenOtherAccount(service());
      key = await givenLogKey(service(), account);
    });
    beforeEach(() => service().clock.beginMinute());

    const call = (path: string, headers: Readonly<Record<string, string>> = key.headers): Promise<Answer> =>
      service().call('GET', path, { headers });
    const exchanged = async (...transactionIds: readonly string[]): Promise<void> => {
      for (const id of transactionIds) {
        await service().exchange({ grant_type: 'apikey', apikey: account.ownerSecret }, { 'Transaction-Id': id });
      }
      await service().domains.recorder.flush();
    };
    const transactionsIn = (events: readonly SeenEvent[]) => events.map(({ payload }) => payload.transactionId);

    it("when Elastic's integration reads a range in pages, then it comes to the end with each event once", async () => {
      await exchanged('before the range');
      service().clock.pass(5_000);
      const begins = service().clock.now();
      const ids = Array.from({ length: 7 }, (_, n) => `elastic-${n}`);
      await exchanged(...ids);
      service().clock.pass(20_000);
      const offset = (at: number) => new Date(at).toISOString().replace('Z', '+00:00');
      const range = { beginTime: offset(begins - 1_000), endTime: offset(service().clock.now() - 10_000) };
      const seen: SeenEvent[] = [];
      const counts: number[] = [];
      let cookie: string | null = '';

      while (cookie !== null) {
        const page: Record<string, string> = cookie === '' ? {} : { _pagedResultsCookie: cookie };
        const query = { source: 'am-authentication', ...range, _pageSize: '3', ...page };
        const answer = await call(`${LOGS}${queryOf(query)}`);
        seen.push(...eventsOf(answer));
        counts.push(answer.body.resultCount);
        cookie = answer.body.pagedResultsCookie;
        expect(answer.headers.get('x-rate-limit-remaining')).toMatch(/^[0-9]+$/);
      }

      expect(transactionsIn(seen)).toEqual(ids);
      expect(counts).toEqual([3, 3, 1]);
    });

    it('when filebeat follows the log with Basic credentials, then it has what is new, once, and the limit in its own spelling', async () => {
      const first = await call(`${TAIL}?source=am-access`, key.basic);
      await exchanged('filebeat-1');
      const cookie = encodeURIComponent(first.body.pagedResultsCookie);
      const second = await call(`${TAIL}?source=am-access&_pagedResultsCookie=${cookie}`, key.basic);
      const next = encodeURIComponent(second.body.pagedResultsCookie);
      const third = await call(`${TAIL}?source=am-access&_pagedResultsCookie=${next}`, key.basic);

      expect(transactionsIn(eventsOf(second))).toEqual(['filebeat-1']);
      expect(eventsOf(third)).toEqual([]);
      expect(second.headers.get('x-ratelimit-limit')).toBe(String(LIMIT));
      expect(Number(second.headers.get('x-ratelimit-remaining'))).toBe(LIMIT - 2);
      expect(Number(second.headers.get('x-ratelimit-reset')) * 1_000).toBeGreaterThan(service().clock.now());
    });

    it("when Splunk's app asks every 30 seconds for four sources, then changes and exchanges are there", async () => {
      await exchanged('splunk-1');
      const sources = ['am-authentication', 'am-access', 'am-config', 'idm-activity'];
      const [authentication, access, config, activity] = await Promise.all(
        sources.map(async (source) => eventsOf(await call(`${LOGS}?source=${source}`))),
      );

      expect(
        [authentication, access, config, activity].map((events) => [...new Set(events?.map(({ source }) => source))]),
        // That each exchange is recorded was set past all doors.
      ).toEqual([['am-authentication'], ['am-access'], [], ['idm-activity']]);
      expect(transactionsIn(access ?? [])).toContain('splunk-1');
    });

    it('when frodo 3.3 sends a filter whose equals sign is encoded too, then it filters', async () => {
      await exchanged('frodo-1', 'frodo-2');
      const filter = encodeURIComponent(
        '_queryFilter=/payload/transactionId eq "frodo-2" and /payload/result eq "SUCCESSFUL"',
      );
      const answer = await call(`${LOGS}?source=${encodeURIComponent('am-everything,idm-everything')}&${filter}`);

      expect(transactionsIn(eventsOf(answer))).toEqual(['frodo-2']);
    });

    it('given lines that were sent to an instance, when the activity is read, then it says how many, by which key', async () => {
      const instance = await givenLogInstance(service(), account);
      const token = await account.ownerToken();
      const path = `/latchkey/v1/ingestion_keys?instance=${instance.guid}`;
      const [ingestion] = (await service().call('GET', path, { token })).body.ingestion_keys;
      const json = { lines: [{ line: 'one' }, { line: 'two' }] };
      await service().call('POST', '/logs/ingest?hostname=h', { headers: { apikey: ingestion.key }, json });

      await eventually(async () => {
        // The limit of this test is small.
        service().clock.beginMinute();
        const filter = '/payload/eventName eq "LOG-LINES-ACCEPTED"';
        const events = eventsOf(await call(`${LOGS}${queryOf({ source: 'am-activity', _queryFilter: filter })}`));
        expect(events.map(({ payload }) => [payload.objectId, payload.trackingIds, payload.detail.lines])).toEqual([
          [instance.guid, [ingestion.id], 2],
        ]);
      });
    });

    it('when it is asked for by the other name, then it leads there', async () => {
      const { status, headers } = await call('/logs?source=am-access', {});

      expect([status, headers.get('location')]).toEqual([302, '/monitoring/logs?source=am-access']);
    });

    it('when more is asked than the minute allows, then the answer is 429 and says when to come again', async () => {
      const answers: Answer[] = [];
      for (let n = 0; n <= LIMIT; n += 1) answers.push(await call('/monitoring/logs/sources'));
      const refused = answers.at(-1);

      expect(answers.slice(0, LIMIT).map(({ status }) => status)).toEqual(Array(LIMIT).fill(200));
      expectAicRefusal(refused as Answer, 429, 'rate_limited');
      expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(refused?.headers.get('x-ratelimit-remaining')).toBe('0');
    });

    describe('given credentials that are none', () => {
      const long = 'x'.repeat(10_240);
      const pair = (id?: string, secret?: string) => ({
        ...(id !== undefined && { 'x-api-key': id }),
        ...(secret !== undefined && { 'x-api-secret': secret }),
      });
      const wrong = 'f'.repeat(64);

      it.each<[string, () => Record<string, string> | Promise<Record<string, string>>, number, string]>([
        ['nothing', () => ({}), 401, 'credentials_missing'],
        ['an id alone', () => pair(key.id), 401, 'credentials_missing'],
        ['an empty secret', () => pair(key.id, ''), 401, 'credentials_missing'],
        [
          'a bearer token',
          async () => ({ Authorization: `Bearer ${await account.ownerToken()}` }),
          401,
          'credentials_missing',
        ],
        ['a scheme of nobody', () => ({ Authorization: `rest_api_key=${key.secret}` }), 401, 'credentials_missing'],
        ['a bare secret', () => ({ Authorization: key.secret }), 401, 'credentials_missing'],
        ['a wrong secret', () => pair(key.id, wrong), 401, 'api_key_unknown'],
        ["another key's id", () => pair('0'.repeat(32), key.secret), 401, 'api_key_unknown'],
        [
          'the id with dashes',
          () => pair(`${key.id.slice(0, 8)}-${key.id.slice(8)}`, key.secret),
          401,
          'api_key_unknown',
        ],
        ['a secret of another form', () => pair(key.id, 'ÿ'), 401, 'api_key_unknown'],
        ['a secret as long as a page', () => pair(key.id, long), 400, 'request_malformed'],
        ['Basic as long as a page', () => ({ Authorization: `Basic ${long}x` }), 400, 'request_malformed'],
        ['Basic that is none', () => ({ Authorization: 'Basic %%%' }), 400, 'request_malformed'],
        ['Basic without an id', () => ({ ...basicOf('', key.secret) }), 401, 'credentials_missing'],
        ['an API key', () => pair(key.id, account.ownerSecret), 401, 'api_key_unknown'],
        ['two that differ', () => ({ ...key.basic, ...pair(key.id, wrong) }), 400, 'credentials_conflicting'],
        [
          'a token beside it',
          async () => ({ Authorization: 'Bearer x', ...key.headers }),
          400,
          'credentials_conflicting',
        ],
        ['a header twice', () => ({ ...pair(`${key.id}, ${key.id}`, key.secret) }), 401, 'api_key_unknown'],
      ])('when %s is sent, then it is refused', async (_what, headers, status, code) => {
        expectAicRefusal(await call('/monitoring/logs/sources', await headers()), status, code);
      });

      it('when Basic and headers say the same, then it is let in', async () => {
        expect((await call('/monitoring/logs/sources', { ...key.basic, ...key.headers })).status).toBe(200);
      });
    });
  },
  { settings: { LATCHKEY_LOG_READS_PER_MINUTE: String(LIMIT) } },
);
