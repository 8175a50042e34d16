import { describe, expect, it } from '@jest/globals';
import { newMetrics } from '../../src/telemetry/metrics.ts';

describe('newMetrics', () => {
  it('given what has happened, when it is rendered, then Prometheus can read it', async () => {
    const metrics = newMetrics();
    metrics.exchanged('success', 'none');
    metrics.exchanged('failure', 'api_key_unknown');
    metrics.exchanged('failure', 'api_key_unknown');
    metrics.answered('/identity/token', 200, 0.002);
    metrics.answered('/identity/token', 204, 0.2);
    metrics.answered('/identity/token', 503, 0.2);
    metrics.refused('exchange');
    metrics.shed();
    metrics.setStoreUp(true);
    metrics.followSigningKeyAge(() => 3600);
    metrics.followInFlight(() => 7);

    const { contentType, body } = await metrics.render();

    expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const line of [
      'latchkey_exchanges_total{outcome="success",code="none"} 1',
      'latchkey_exchanges_total{outcome="failure",code="api_key_unknown"} 2',
      'latchkey_http_request_duration_seconds_bucket{le="0.0025",route="/identity/token",status="2xx"} 1',
      'latchkey_http_request_duration_seconds_count{route="/identity/token",status="2xx"} 2',
      'latchkey_http_request_duration_seconds_count{route="/identity/token",status="5xx"} 1',
      'latchkey_limiter_refusals_total{limiter="exchange"} 1',
      'latchkey_requests_shed_total 1',
      'latchkey_store_up 1',
      'latchkey_signing_key_age_seconds 3600',
      'latchkey_requests_in_flight 7',
    ]) {
      expect(body).toContain(`${line}\n`);
    }
    expect(body).toContain('process_cpu_seconds_total');
    expect(body).toContain('nodejs_eventloop_lag_p99_seconds');
  });

  it('given a store that went down and no signing key, when it is rendered, then it says 0 and says nothing', async () => {
    const metrics = newMetrics();
    metrics.setStoreUp(true);
    metrics.setStoreUp(false);
    metrics.followSigningKeyAge(() => undefined);

    const { body } = await metrics.render();

    expect(body).toContain('latchkey_store_up 0\n');
    expect(body).not.toMatch(/^latchkey_signing_key_age_seconds/m);
  });

  it('given what has happened before its library was loaded, when more happens after it, then both are counted', async () => {
    const metrics = newMetrics();
    metrics.exchanged('success', 'none');
    await metrics.load();
    metrics.exchanged('success', 'none');
    await metrics.load();

    expect((await metrics.render()).body).toContain('latchkey_exchanges_total{outcome="success",code="none"} 2\n');
  });

  it('given two services in one process, when one counts, then the other does not', async () => {
    const [one, other] = [newMetrics(), newMetrics()];

    one.exchanged('success', 'none');

    expect((await other.render()).body).not.toContain('outcome="success"');
  });

  /** A label for every id would fill the memory. */
  it('given paths in place of templates, when there are too many, then the rest shares one label', async () => {
    const metrics = newMetrics();

    for (let id = 0; id < 2000; id += 1) metrics.answered(`/v1/apikeys/${id}`, 200, 0.001);

    const { body } = await metrics.render();
    expect(body).toContain('latchkey_http_request_duration_seconds_count{route="other",status="2xx"} 1500\n');
  });
});
