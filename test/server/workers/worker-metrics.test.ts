import { describe, expect, it } from '@jest/globals';
import { type WorkerMetrics, workerMetrics } from '../../../src/server/workers/worker-metrics.ts';
import { type Metrics, newMetrics } from '../../../src/telemetry/metrics.ts';

describe('the metrics of several workers', () => {
  it('when two have counted, then there are the sums, and what each has done', async () => {
    const [one, two] = [newMetrics(), newMetrics()];
    for (const metrics of [one, one, two]) metrics.exchanged('success', 'none');
    two.answered('/identity/token', 200, 0.001);

    const text = await rendered(workerMetrics(), [one, two]);

    expect(numberAt(text, 'latchkey_exchanges_total{outcome="success",code="none"}')).toBe(3);
    expect(numberAt(text, 'latchkey_worker_answers{worker="1",pid="101"}')).toBe(0);
    expect(numberAt(text, 'latchkey_worker_answers{worker="2",pid="102"}')).toBe(1);
    expect(numberAt(text, 'latchkey_workers_serving')).toBe(2);
  });

  it('when one of them does not reach the store, then the gauge of the store says so', async () => {
    const [one, two] = [newMetrics(), newMetrics()];
    one.setStoreUp(true);
    two.setStoreUp(false);

    expect(numberAt(await rendered(workerMetrics(), [one, two]), 'latchkey_store_up')).toBe(0);
  });

  /** To Prometheus a sum that falls is a new start: everything would be counted a second time. */
  it('when one has ended, or is too late, then no count falls; what it had at that moment is gone', async () => {
    const [one, two] = [newMetrics(), newMetrics()];
    const metrics = workerMetrics();
    const counted = 'latchkey_exchanges_total{outcome="success",code="none"}';
    for (const each of [one, two]) {
      each.exchanged('success', 'none');
      each.followInFlight(() => 5);
    }
    expect(numberAt(await rendered(metrics, [one, two]), counted)).toBe(2);

    const late = await rendered(metrics, [one, undefined]);
    const ended = await rendered(metrics, [one]);

    expect([numberAt(late, counted), numberAt(ended, counted)]).toEqual([2, 2]);
    expect(numberAt(ended, 'latchkey_requests_in_flight')).toBe(5);
    expect(numberAt(ended, 'latchkey_workers_serving')).toBe(1);
  });

  it('when two scrapes at once find that two have ended, then nothing that they counted is lost', async () => {
    const all = [newMetrics(), newMetrics(), newMetrics()];
    const metrics = workerMetrics();
    for (const each of all) each.exchanged('success', 'none');
    await rendered(metrics, all);

    await Promise.all([rendered(metrics, all.slice(0, 1)), rendered(metrics, all.slice(0, 1))]);

    const text = await rendered(metrics, all.slice(0, 1));
    expect(numberAt(text, 'latchkey_exchanges_total{outcome="success",code="none"}')).toBe(3);
  });

  it('when a message is no answer, then it is as if there were none', async () => {
    const { body } = await workerMetrics().render([{ worker: 1, pid: 101, answer: [{ name: 7 }] }], COUNTS);

    expect(numberAt(body, 'latchkey_workers_configured')).toBe(2);
    expect(body).not.toContain('pid="101"');
  });
});

const COUNTS = { of: 2, ends: 0, lateNews: 0 };

/** As it comes over the channel: through JSON. */
async function rendered(metrics: WorkerMetrics, workers: readonly (Metrics | undefined)[]): Promise<string> {
  const answers = await Promise.all(
    workers.map(async (worker, index) => {
      const answer: unknown = worker && JSON.parse(JSON.stringify(await worker.asJson()));
      return { worker: index + 1, pid: 101 + index, answer };
    }),
  );
  return (await metrics.render(answers, COUNTS)).body;
}

function numberAt(text: string, series: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}
