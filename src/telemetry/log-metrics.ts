import type { Registry } from 'prom-client';
import { addCounter, addGauge } from './followed-metrics.ts';

/** How the handing over of log lines goes; looked at when metrics are asked for. */
export interface LogFacts {
  /** Whether this process hands over; what waits is known to that one alone. */
  readonly isHolder: boolean;
  readonly linesSent: number;
  readonly failures: number;
  readonly lagBytes: number;
  readonly lagMilliseconds: number;
}

/** Adds the metrics of log lines that are handed over. */
export function addLogMetrics(registry: Registry, facts: () => LogFacts): void {
  const registers = [registry];
  addGauge(registers, {
    ...{ name: 'latchkey_log_lag_bytes', help: 'Log lines that wait to be handed over, as last seen.' },
    ...{ aggregator: 'sum', read: (): Record<string, number> => (facts().isHolder ? { bytes: facts().lagBytes } : {}) },
  });
  addGauge(registers, {
    ...{ name: 'latchkey_log_lag_seconds', help: 'Age of the oldest log line that waits to be handed over.' },
    aggregator: 'max',
    read: (): Record<string, number> => (facts().isHolder ? { seconds: facts().lagMilliseconds / 1_000 } : {}),
  });
  addCounter(registers, {
    ...{ name: 'latchkey_log_lines_forwarded_total', help: 'Log lines that the sink took over; some come twice.' },
    ...{ label: 'outcome', read: () => ({ taken: facts().linesSent }) },
  });
  addCounter(registers, {
    ...{ name: 'latchkey_log_forward_failures_total', help: 'Posts of log lines that the sink did not take.' },
    ...{ label: 'outcome', read: () => ({ failed: facts().failures }) },
  });
}
