import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { exchangeNamed, type GivenLogKey, givenLogKey } from '../harness/given-log-key.ts';
import { givenOtherAccount, type OtherAccount } from '../harness/given-other-account.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';
import { withinASecond } from '../harness/within-a-second.ts';

const run = promisify(execFile);

/** As the page "Authenticate to Advanced Identity Cloud REST API with API key and secret" prints it. */
const SOURCES = `{
    "result": [
        "am-access",
        "am-activity",
        "am-authentication",
        "am-config",
        "am-core",
        "am-everything",
        "idm-access",
        "idm-activity",
        "idm-authentication",
        "idm-config",
        "idm-core",
        "idm-everything",
        "idm-recon",
        "idm-sync"
    ],
    "resultCount": 14,
    "pagedResultsCookie": null,
    "totalPagedResultsPolicy": "NONE",
    "totalPagedResults": 1,
    "remainingPagedResults": 0
}`;

describeOnEveryBackend('collectors of the logs of Advanced Identity Cloud', (service) => {
  let account: OtherAccount;
  let key: GivenLogKey;

  beforeAll(async () => {
    account = await givenOtherAccount(service());
    key = await givenLogKey(service(), await account.ownerToken());
  });

  const curl = async (...options: readonly string[]): Promise<string> =>
    (await run('curl', ['-sS', '-q', ...options])).stdout;
  const url = (path: string): string => `${service().listenUrl}${path}`;
  const pair = (): readonly string[] => ['--header', `x-api-key: ${key.id}`, '--header', `x-api-secret: ${key.secret}`];
  const madeExchange = async (): Promise<string> => {
    const name = randomUUID();
    await exchangeNamed(service(), account.ownerSecret, name);
    return name;
  };

  describe("given the commands of the system's page", () => {
    it('when the sources are asked for, then the answer is the printed one, to the letter', async () => {
      const printed = await curl('--request', 'GET', url('/monitoring/logs/sources?_prettyPrint=true'), ...pair());

      expect(printed.trim()).toBe(SOURCES);
    });

    it('when the other endpoint of the page is asked, then it leads to the logs', async () => {
      const name = await madeExchange();
      const query = `source=am-access&transactionId=${name}`;
      const ask = async () => JSON.parse(await curl('--location', url(`/logs?${query}`), ...pair())).resultCount;

      expect(await withinASecond(ask, 1)).toBe(1);
    });
  });

  /** A recipe for filebeat: one pair as Basic, the last cookie in the next request, the rate from headers of these names. */
  it('given a collector that sends Basic, when it tails, then each event comes once, and it can tell how often it may ask', async () => {
    const basic = `Basic ${Buffer.from(`${key.id}:${key.secret}`).toString('base64')}`;
    const tail = (cookie?: string) => {
      const query = new URLSearchParams({
        source: 'am-access',
        ...(cookie !== undefined && { _pagedResultsCookie: cookie }),
      });
      return service().call('GET', `/monitoring/logs/tail?${query}`, { headers: { Authorization: basic } });
    };
    const first = await tail();
    const name = await madeExchange();
    const seen: string[] = [];
    let cookie: string = first.body.pagedResultsCookie;

    const namesSeen = async (): Promise<boolean> => {
      const { body } = await tail(cookie);
      cookie = body.pagedResultsCookie;
      seen.push(...body.result.map(({ payload }: { payload: { transactionId: string } }) => payload.transactionId));
      return seen.includes(name);
    };

    expect(await withinASecond(namesSeen, true)).toBe(true);
    await namesSeen();
    expect(seen.filter((each) => each === name)).toHaveLength(1);
    for (const header of ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset']) {
      expect(Number(first.headers.get(header))).toBeGreaterThan(0);
    }
  });

  /** Elastic's integration: a range that ended a while ago, with an offset, page by page with the same range until there is no cookie. */
  it('given a collector that reads ranges, when it follows the pages of one, then it has each event once, and stops', async () => {
    const names = [await madeExchange(), await madeExchange(), await madeExchange()];
    const offset = (milliseconds: number) => new Date(milliseconds).toISOString().replace('Z', '+00:00');
    const now = service().clock.now();
    const range = {
      source: 'am-access',
      beginTime: offset(now - 60_000),
      endTime: offset(now + 1_000),
      _pageSize: '2',
    };
    const pageOf = (cookie: string | null) => {
      const query = new URLSearchParams({ ...range, ...(cookie !== null && { _pagedResultsCookie: cookie }) });
      return service().call('GET', `/monitoring/logs?${query}`, { headers: key.headers });
    };
    const collected = async (): Promise<readonly string[]> => {
      const seen: string[] = [];
      let cookie: string | null = null;
      do {
        const { body, headers } = await pageOf(cookie);
        expect(Number(headers.get('X-Rate-Limit-Remaining'))).toBeGreaterThan(0);
        seen.push(...body.result.map(({ payload }: { payload: { transactionId: string } }) => payload.transactionId));
        cookie = body.pagedResultsCookie;
      } while (cookie !== null && cookie !== '');
      return seen.filter((name) => names.includes(name));
    };

    expect(await withinASecond(collected, names)).toEqual(names);
  });

  it('given a key that was deleted, when any collector goes on, then it is refused in either form', async () => {
    const gone = await givenLogKey(service(), await account.ownerToken());
    const statusOf = async (...options: readonly string[]) =>
      curl('-o', '/dev/null', '-w', '%{http_code}', ...options, url('/monitoring/logs/tail?source=am-access'));
    const forms = [
      ['-u', `${gone.id}:${gone.secret}`],
      ['-H', `x-api-key: ${gone.id}`, '-H', `x-api-secret: ${gone.secret}`],
    ];

    const before = await Promise.all(forms.map((form) => statusOf(...form)));
    await service().call('DELETE', `/keys/${gone.id}`, { token: await account.ownerToken() });

    expect(before).toEqual(['200', '200']);
    expect(await Promise.all(forms.map((form) => statusOf(...form)))).toEqual(['401', '401']);
  });
});
