import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { askWith, givenGroupedKey } from '../doors/ivanti/given-grouped-key.ts';
import { givenToken, givenTokenTenant, searched } from '../doors/ping-autonomous-identity/given-tokens.ts';
import { givenLogKey } from '../harness/given-log-key.ts';
import type { Answer } from '../harness/http-call.ts';
import { describeOnEveryBackend, type RunningService } from '../harness/running-service.ts';
import { countStoreCalls, type StoreCalls } from '../harness/store-calls.ts';
import { withinASecond } from '../harness/within-a-second.ts';

/** What is asked with a key of each door most often. */
const HOT_PATHS: Readonly<Record<string, (service: RunningService) => Promise<() => Promise<Answer>>>> = {
  async 'the sources of a log, with a log API key'(service) {
    const { headers } = await givenLogKey(service, await service.ownerToken());
    return () => service.call('GET', '/monitoring/logs/sources', { headers });
  },
  async 'the data sources of a tenant, with an API token'(service) {
    const tenant = await givenTokenTenant(service);
    const { value } = await givenToken(service, tenant);
    const json = { name: 'people.csv' };
    await service.call('POST', '/latchkey/v1/data_sources', { token: await tenant.ownerToken(), json });
    return () => searched(service, { authorization: value, 'x-tenant-id': tenant.tenantId });
  },
  async 'who one is, with a REST API key'(service) {
    const { secret } = await givenGroupedKey(service);
    return () => askWith(service, secret);
  },
};

/** Who asks often must not have to wait for the store: a hot key is proven from memory, as by the exchange. */
describeOnEveryBackend('the hot path of each door', (service) => {
  let calls: StoreCalls;
  let ofExchange: number;
  const exchange = () => service().exchange({ grant_type: 'apikey', apikey: service().adminKey });

  beforeAll(async () => {
    calls = countStoreCalls();
    await exchange();
    // A node that has just started believes its memory once a heartbeat has come back.
    ofExchange = await withinASecond(() => calls.fewestOf(exchange), 0);
    expect(ofExchange).toBe(0);
  });
  afterAll(() => calls.restore());

  it('when something is changed, then that is counted', async () => {
    const token = await service().ownerToken();
    const change = () => service().call('POST', '/v1/serviceids', { token, json: { name: 'counted' } });

    expect(await calls.fewestOf(change)).toBeGreaterThan(ofExchange);
  });

  it.each(Object.entries(HOT_PATHS))(
    'when %s are asked for again, then the store is asked no more often than by an exchange',
    async (_what, given) => {
      const ask = await given(service());

      const { status } = await ask();
      // What was never asked for is followed from now on, and believed once a heartbeat has come back.
      const asksMore = async () => (await calls.fewestOf(ask)) > ofExchange;

      expect(status).toBe(200);
      expect(await withinASecond(asksMore, false)).toBe(false);
    },
  );
});
