import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { LoadedMetrics } from './loaded-metrics.ts';
import { addLogMetrics } from './log-metrics.ts';
import { spreadMetrics } from './spread-metrics.ts';

/** Upper bounds in seconds: an exchange takes about a millisecond, a request never more than 15 s. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** Route templates that get a label of their own; a mistake that labels by path must not fill the memory. */
const MAXIMUM_ROUTES = 500;

interface Observed {
  observe(seconds: number): void;
}

/** Makes the metrics and begins with the process's own (CPU, memory, event-loop delay, garbage collection). */
export function prometheusMetrics(): LoadedMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 20 });

  const exchanges = new Counter({
    name: 'latchkey_exchanges_total',
    help: 'Exchanges by outcome and problem code.',
    labelNames: ['outcome', 'code'],
    registers,
  });
  const refusals = new Counter({
    name: 'latchkey_limiter_refusals_total',
    help: 'Callers refused because of too many failed attempts.',
    labelNames: ['limiter'],
    registers,
  });
  const sheds = new Counter({
    name: 'latchkey_requests_shed_total',
    help: 'Requests refused because of overload.',
    registers,
  });
  const unavailable = new Counter({
    name: 'latchkey_unavailable_answers_total',
    help: 'Answers 503 by reason.',
    labelNames: ['reason'],
    registers,
  });
  const storeUp = new Gauge({
    name: 'latchkey_store_up',
    help: 'Whether the durable store answered last time.',
    registers,
    aggregator: 'min',
  });
  const duration = durationHistogram(registers);
  const tookLines = lineCounters(registers);

  return {
    exchanged: (outcome, code) => exchanges.inc({ outcome, code }),
    answered: (route, status, seconds) => duration(route, status).observe(seconds),
    refused: (limiter) => refusals.inc({ limiter }),
    shed() {
      sheds.inc();
      unavailable.inc({ reason: 'shed' });
    },
    unavailable: (reason) => unavailable.inc({ reason }),
    tookLines,
    spread: spreadMetrics(registry),
    setStoreUp: (up) => storeUp.set(up ? 1 : 0),
    followSigningKeyAge: (ageSeconds) =>
      follow(registers, 'latchkey_signing_key_age_seconds', 'Age of the key that signs.', ageSeconds, 'max'),
    followInFlight: (inFlight) =>
      follow(registers, 'latchkey_requests_in_flight', 'Requests begun and not yet answered.', inFlight),
    followLogLines: (facts) => addLogMetrics(registry, facts),
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
    asJson: () => registry.getMetricsAsJSON(),
  };
}

/** Per service and door, which are few; per key and instance they are counted in the store, because of those there may be any number. */
function lineCounters(registers: Registry[]): LoadedMetrics['tookLines'] {
  const labelNames = ['service', 'source'];
  const lines = new Counter({ name: 'latchkey_log_lines_total', help: 'Log lines taken in.', labelNames, registers });
  const bytes = new Counter({
    name: 'latchkey_log_bytes_total',
    help: 'Bytes of log lines taken in, as they are kept.',
    labelNames,
    registers,
  });
  return (service, source, moreLines, moreBytes) => {
    lines.inc({ service, source }, moreLines);
    bytes.inc({ service, source }, moreBytes);
  };
}

/**
 * A histogram whose children are bound once for each route and class of status: looking labels up by object costs more
 * than the observation itself.
 */
function durationHistogram(registers: Registry[]): (route: string, status: number) => Observed {
  const histogram = new Histogram({
    name: 'latchkey_http_request_duration_seconds',
    help: 'Time from the last header of a request to the end of its answer.',
    labelNames: ['route', 'status'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const children = new Map<string, Observed[]>();

  return (route, status) => {
    const known = children.get(route);
    const template = known !== undefined || children.size < MAXIMUM_ROUTES ? route : 'other';
    let byClass = known ?? children.get(template);
    if (byClass === undefined) {
      byClass = [1, 2, 3, 4, 5].map((digit) => histogram.labels({ route: template, status: `${digit}xx` }));
      children.set(template, byClass);
    }
    // Safe default: every HTTP status has a class from 1 to 5.
    return byClass[Math.floor(status / 100) - 1] ?? histogram.labels({ route: template, status: '5xx' });
  };
}

/** @param aggregator  what becomes of it over all workers */
function follow(
  registers: Registry[],
  name: string,
  help: string,
  read: () => number | undefined,
  aggregator: 'sum' | 'max' = 'sum',
): void {
  new Gauge({
    name,
    help,
    registers,
    aggregator,
    collect() {
      const value = read();
      if (value === undefined) this.remove();
      else this.set(value);
    },
  });
}
