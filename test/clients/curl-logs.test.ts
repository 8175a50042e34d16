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

/** What collectors send is replayed beside the door: test/doors/ping-aic/logs-clients.http.test.ts. */
describeOnEveryBackend('curl and the logs of Advanced Identity Cloud', (service) => {
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
