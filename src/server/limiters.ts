import type { Logger } from 'pino';
import type { Clock } from '../clock/clock.ts';
import type { Config } from '../config/config.ts';
import { type FailedAttempts, failedAttempts } from '../limits/failed-attempts.ts';
import { type SharedCounts, sharedCounts } from '../limits/shared-counts.ts';
import { limiterKeyOf } from '../secrets/limiter-key.ts';
import type { Store } from '../store/store.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { InstallationSecrets } from './open-store.ts';

/** What the limiters stand on. */
export interface LimiterParts {
  readonly config: Config;
  readonly store: Store;
  readonly secrets: InstallationSecrets;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly opened: AsyncDisposableStack;
}

/** A lost Redis is reported where it is connected to; this says once a minute what it means. */
const REPORT_EVERY_MILLISECONDS = 60_000;

/** @returns what makes the limiter of a name; all of them share their counts with the other processes, where there may be any */
export function limitersFor(parts: LimiterParts): (name: string) => FailedAttempts {
  const { config, clock, metrics, opened } = parts;
  const perMinute = config.failedExchangesPerMinute;
  const shared = mayHaveOthers(parts) ? sharedAmongProcesses(parts) : undefined;
  if (shared !== undefined) opened.defer(() => shared.close());
  return (name) => failedAttempts({ name, perMinute, clock, shared, onRefused: () => metrics.refused(name) });
}

/** One process on one file would write down what nobody reads. */
function mayHaveOthers({ config }: LimiterParts): boolean {
  return config.store.kind === 'mongo-redis' || config.workers > 1;
}

function sharedAmongProcesses({ store, secrets, clock, logger }: LimiterParts): SharedCounts {
  let silentUntil = Number.NEGATIVE_INFINITY;
  return sharedCounts({
    expiring: store.expiring,
    clock,
    key: limiterKeyOf(secrets.masterKey),
    onError(cause) {
      if (performance.now() < silentUntil) return;
      silentUntil = performance.now() + REPORT_EVERY_MILLISECONDS;
      logger.warn({ err: cause }, 'failed attempts cannot be counted together; this process counts its own');
    },
  });
}
