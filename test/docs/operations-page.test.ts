import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { workerMetrics } from '../../src/server/workers/worker-metrics.ts';
import { newMetrics } from '../../src/telemetry/metrics.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

const PAGE = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'operations.md'), 'utf8');

const NOTHING_SPREAD = {
  ...{ freshness: 'current' as const, lagMilliseconds: {}, backgroundWork: false, reads: {}, checks: {} },
  liveSet: { tokens: 0, generations: 0, filtered: 0, bytes: 0 },
};

const NOTHING_FORWARDED = { isHolder: true, linesSent: 0, failures: 0, lagBytes: 0, lagMilliseconds: 0 };

describe('docs/operations.md', () => {
  it('when its metrics are compared with those that there are, then each of ours is named, and no other', async () => {
    const metrics = newMetrics();
    metrics.followInFlight(() => 0);
    metrics.followSigningKeyAge(() => 0);
    metrics.spread.follow(() => NOTHING_SPREAD);
    metrics.followLogLines(() => NOTHING_FORWARDED);

    const answer: unknown = await metrics.asJson();
    const { body } = await workerMetrics().render([{ worker: 1, pid: 1, answer }], { of: 1, ends: 0, lateNews: 0 });
    const served = [...body.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name);
    const named = [...PAGE.matchAll(/^\| `(latchkey_\w+)` \|/gm)].map(([, name]) => name);

    expect(named.sort()).toEqual(served.filter((name) => name.startsWith('latchkey_')).sort());
  });
});

describeOnEveryBackend('the gauge of the store', (service) => {
  it('when metrics are scraped and readiness was never asked, then the gauge says that the store is up', async () => {
    const answer = await fetch(`${service().operationsUrl}/metrics`);

    expect(await answer.text()).toMatch(/^latchkey_store_up 1$/m);
  });
});
