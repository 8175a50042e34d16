import { setTimeout } from 'node:timers/promises';
import type { Store } from '../store/store.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** Whether a process can serve now. */
export interface Readiness {
  /** Whether the durable store can be read. */
  readonly storeUp: boolean;
  /** False from the first moment of a stop on: load balancers send no more. */
  readonly accepting: boolean;
}

/** What readiness is told from. */
export interface ReadinessParts {
  readonly store: Store;
  readonly metrics: Metrics;
  readonly accepting: () => boolean;
}

/** How long the store may take to answer before it counts as down. */
export const STORE_MILLISECONDS = 900;

/** @returns what asks the store, tells the metrics of it, and says whether this process can serve */
export function readinessOf({ store, metrics, accepting }: ReadinessParts): () => Promise<Readiness> {
  return async () => {
    // Load balancers ask often and wait a second: a store that answers later is down for them (R13).
    const late = setTimeout(STORE_MILLISECONDS, false, { ref: false });
    const answered = store.ping().then(
      () => true,
      () => false,
    );
    const storeUp = await Promise.race([answered, late]);
    metrics.setStoreUp(storeUp);
    return { storeUp, accepting: accepting() };
  };
}
