import type { LeasedRunner } from '../jobs/leased-runner.ts';
import type { NodeStatus } from '../nodes/node-status.ts';
import type { Store } from '../store/store.ts';
import type { SpreadFacts } from '../telemetry/spread-metrics.ts';
import type { Domains } from './assemble-domains.ts';

/** What the status of a process is told from. */
export interface OwnStatusParts {
  readonly domains: Pick<Domains, 'revocations'>;
  readonly runner: Pick<LeasedRunner, 'isHolder'>;
  /** False from the first moment of a stop on. */
  readonly accepting: () => boolean;
}

/** @returns how this process is doing at the time of the call */
export function ownStatus({ domains: { revocations }, runner, accepting }: OwnStatusParts): () => NodeStatus {
  return () => {
    const { size: tokens, generations, filtered, bytes } = revocations;
    return {
      ...revocations.hearing(),
      stopping: !accepting(),
      backgroundWork: runner.isHolder(),
      liveSet: { tokens, generations, filtered, bytes },
    };
  };
}

/** @returns the same and what was counted, for the metrics */
export function spreadFacts(
  status: () => NodeStatus,
  { revocations }: Pick<Domains, 'revocations'>,
  store: Pick<Store, 'recentReadCounts'>,
): () => SpreadFacts {
  return () => {
    const { hits, misses, fills, fallbacks, graces } = store.recentReadCounts();
    return {
      ...status(),
      reads: { hit: hits, miss: misses, fill: fills, fallback: fallbacks, grace: graces },
      checks: { ...revocations.checks },
    };
  };
}
