import type { LogFacts } from './log-metrics.ts';
import type { SpreadMetrics } from './spread-metrics.ts';

/** What the service counts and measures; none of it is global, so that two services may live in one process. */
export interface LoadedMetrics {
  /** One more exchange of this outcome. `code`: the problem's code, or `none`. */
  exchanged(outcome: 'success' | 'failure', code: string): void;
  /** One more answer. `route`: the template of the route, never a path. */
  answered(route: string, status: number, seconds: number): void;
  /** One more caller refused by the limiter of this name. */
  refused(limiter: string): void;
  /** One more request shed by the overload guard, and so one more 503. */
  shed(): void;
  /** One more answer 503. `reason`: the problem's code. */
  unavailable(reason: string): void;
  /** So many more log lines taken in. `service`: of the instance. `source`: the way by which they came, one of few. */
  tookLines(service: string, source: string, lines: number, bytes: number): void;
  readonly spread: SpreadMetrics;
  /** Whether the durable store answered last time. */
  setStoreUp(up: boolean): void;
  /** Gives the gauge of the signing key's age its source, in seconds; `undefined` while there is no key. */
  followSigningKeyAge(ageSeconds: () => number | undefined): void;
  /** Gives the gauge of requests in flight its source. */
  followInFlight(inFlight: () => number): void;
  /** Gives the metrics of log lines that are handed over their source. */
  followLogLines(facts: () => LogFacts): void;
  /** Everything in the text form of Prometheus, for the operations listener. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
  /** Everything as it is joined with that of other processes. */
  asJson(): Promise<readonly object[]>;
}
