import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { givenLogKey } from '../harness/given-log-key.ts';
import type { Answer } from '../harness/http-call.ts';
import { describeOnEveryBackend, type RunningService } from '../harness/running-service.ts';
import { countStoreCalls, type StoreCalls } from '../harness/store-calls.ts';

/** What is asked with a key of each door most often. */
const HOT_PATHS: Readonly<Record<string, (service: RunningService) => Promise<() => Promise<Answer>>>> = {
  async 'the sources of a log, with a log API key'(service) {
    const { headers } = await givenLogKey(service, await service.ownerToken());
    return () => service.call('GET', '/monitoring/logs/sources', { headers });
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
    ofExchange = await calls.fewestOf(exchange);
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

      const first = await ask();
      const again = await calls.fewestOf(ask);

      expect(first.status).toBe(200);
      expect(again).toBeLessThanOrEqual(ofExchange);
    },
  );
});
