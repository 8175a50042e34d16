import { describe, expect, it } from '@jest/globals';
import { newMetrics } from '../../src/telemetry/metrics.ts';
import type { SpreadFacts } from '../../src/telemetry/spread-metrics.ts';

const FACTS: SpreadFacts = {
  ...{ freshness: 'current', lagMilliseconds: { change_stream: 120, redis: 1_500 }, backgroundWork: true },
  liveSet: { tokens: 3, generations: 2, filtered: 1, bytes: 4_096 },
  reads: { hit: 100, miss: 10, fill: 7, fallback: 2, grace: 1 },
  checks: { memory: 50, primary: 4, grace: 3, unknown: 2 },
};

describe('the metrics of what is spread', () => {
  it('given what a process knows, when it is rendered, then Prometheus can read all of it', async () => {
    const metrics = newMetrics();
    metrics.spread.follow(() => FACTS);
    metrics.spread.arrived(40);
    metrics.spread.arrived(700);

    const { body } = await metrics.render();

    for (const line of [
      'latchkey_live_set_entries{kind="tokens"} 3',
      'latchkey_live_set_entries{kind="generations"} 2',
      'latchkey_live_set_entries{kind="filtered"} 1',
      'latchkey_live_set_bytes 4096',
      'latchkey_spread_lag_seconds{way="change_stream"} 0.12',
      'latchkey_spread_lag_seconds{way="redis"} 1.5',
      'latchkey_freshness{state="current"} 1',
      'latchkey_freshness{state="grace"} 0',
      'latchkey_background_work 1',
      'latchkey_entity_reads_total{kind="hit"} 100',
      'latchkey_entity_reads_total{kind="fallback"} 2',
      'latchkey_revocation_checks_total{source="memory"} 50',
      'latchkey_revocation_checks_total{source="unknown"} 2',
      'latchkey_revocation_spread_seconds_bucket{le="0.05"} 1',
      'latchkey_revocation_spread_seconds_count 2',
    ]) {
      expect(body).toContain(`${line}\n`);
    }
  });

  it('when it is rendered again, then counters are as they were counted, and a way that fell silent is gone', async () => {
    let facts = FACTS;
    const metrics = newMetrics();
    metrics.spread.follow(() => facts);
    await metrics.render();
    facts = { ...FACTS, freshness: 'lost', lagMilliseconds: { redis: 250 }, checks: { memory: 51 } };

    const { body } = await metrics.render();

    expect(body).toContain('latchkey_revocation_checks_total{source="memory"} 51\n');
    expect(body).toContain('latchkey_freshness{state="current"} 0\n');
    expect(body).toContain('latchkey_freshness{state="lost"} 1\n');
    expect(body).not.toContain('way="change_stream"');
  });

  it('given the clock of the maker is ahead, when its revocation arrives, then it counts as at once', async () => {
    const metrics = newMetrics();

    metrics.spread.arrived(-5_000);

    expect((await metrics.render()).body).toContain('latchkey_revocation_spread_seconds_sum 0\n');
  });

  it('when a request is shed or answered 503, then both stand there by reason', async () => {
    const metrics = newMetrics();

    metrics.shed();
    metrics.unavailable('store_unavailable');
    metrics.unavailable('store_unavailable');

    const { body } = await metrics.render();
    expect(body).toContain('latchkey_requests_shed_total 1\n');
    expect(body).toContain('latchkey_unavailable_answers_total{reason="shed"} 1\n');
    expect(body).toContain('latchkey_unavailable_answers_total{reason="store_unavailable"} 2\n');
  });
});
