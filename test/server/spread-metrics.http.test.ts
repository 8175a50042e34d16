import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../contract/eventually.ts';
import { BACKENDS } from '../harness/backends.ts';
import { asOwner, givenServiceId } from '../harness/given-credentials.ts';
import type { RunningService } from '../harness/running-service.ts';
import { givenTwoServices } from '../harness/two-services.ts';

describe.each(BACKENDS)('what /metrics tells of two processes on one store [%s]', (backend) => {
  let first: RunningService;
  let second: RunningService;
  const services = givenTwoServices(backend);
  beforeAll(() => {
    ({ first, second } = services());
  });

  /** @returns the value of one line, as Prometheus reads it; 0 when there is none */
  const read = async ({ operationsUrl }: RunningService, line: string): Promise<number> => {
    const text = await (await fetch(`${operationsUrl}/metrics`)).text();
    return Number(
      text
        .split('\n')
        .find((candidate) => candidate.startsWith(`${line} `))
        ?.slice(line.length) ?? 0,
    );
  };
  const ARRIVALS = 'latchkey_revocation_spread_seconds_count';
  const HITS = 'latchkey_entity_reads_total{kind="hit"}';
  const BY_MEMORY = 'latchkey_revocation_checks_total{source="memory"}';

  it('when a revocation is made in one, then it has arrived once in each', async () => {
    const { key } = await givenServiceId(first);
    const before = [await read(first, ARRIVALS), await read(second, ARRIVALS)];

    await asOwner(first, 'POST', `/latchkey/v1/apikeys/${key.id}/sign_out`);

    expect(await read(first, ARRIVALS)).toBe(Number(before[0]) + 1);
    await eventually(async () => expect(await read(second, ARRIVALS)).toBe(Number(before[1]) + 1), 5_000);
    await second.exchange({ grant_type: 'apikey', apikey: key.secret });
    expect(await read(second, ARRIVALS)).toBe(Number(before[1]) + 1);
    expect(await read(second, 'latchkey_live_set_entries{kind="generations"}')).toBeGreaterThan(0);
  });

  it('when a hot key is exchanged and its token checked, then memory answers, and the counters say so', async () => {
    const token = await first.tokenOf(first.adminKey);
    // On a machine that has more to do than it can, memory is not believed for a moment.
    await eventually(async () => {
      const before = { hits: await read(first, HITS), checks: await read(first, BY_MEMORY) };

      await first.tokenOf(first.adminKey);
      await first.call('GET', '/identity/userinfo', { token });

      expect(await read(first, HITS)).toBeGreaterThan(before.hits);
      expect(await read(first, BY_MEMORY)).toBe(before.checks + 1);
    }, 5_000);
  });

  it('when all is well, then each believes its memory, hears on every way, and one does the background work', async () => {
    const ways = backend === 'sqlite' ? ['file'] : ['change_stream', 'redis'];
    for (const service of [first, second]) {
      await eventually(async () => expect(await read(service, 'latchkey_freshness{state="current"}')).toBe(1), 5_000);
      for (const way of ways) {
        const lag = await read(service, `latchkey_spread_lag_seconds{way="${way}"}`);
        expect(lag >= 0 && lag < 5).toBe(true);
      }
    }
    await eventually(async () => {
      const holders = [await read(first, 'latchkey_background_work'), await read(second, 'latchkey_background_work')];
      expect(holders.sort()).toEqual([0, 1]);
    }, 5_000);
  });
});
