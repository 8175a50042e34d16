import type { Lane } from './find-lanes.ts';
import type { Round } from './run-round.ts';

/** How long a group of workers took, over all rounds, in milliseconds. */
export interface Times {
  readonly count: number;
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  readonly max: number | undefined;
}

/** The three groups that are told apart. */
export interface TimesOfRace {
  /** Workers of the node at which was revoked. */
  readonly sameNode: Times;
  readonly otherNodes: Times;
  /** The slowest worker of each round: when everybody refuses. */
  readonly everyWorker: Times;
}

/** A worker that did not refuse at all counts as endless, so that no percentile hides it. */
const endless = (milliseconds: number | undefined): number => milliseconds ?? Number.POSITIVE_INFINITY;

/** @returns percentiles over all rounds; `undefined` where there is none, or where it is endless */
export function timesOf(rounds: readonly Round[], lanes: readonly Pick<Lane, 'node'>[]): TimesOfRace {
  const groups: Record<keyof TimesOfRace, number[]> = { sameNode: [], otherNodes: [], everyWorker: [] };
  for (const { revoker, lanes: times } of rounds) {
    for (const [index, { milliseconds }] of times.entries()) {
      const group = lanes[index]?.node === lanes[revoker]?.node ? groups.sameNode : groups.otherNodes;
      group.push(endless(milliseconds));
    }
    groups.everyWorker.push(Math.max(...times.map(({ milliseconds }) => endless(milliseconds))));
  }
  const { sameNode, otherNodes, everyWorker } = groups;
  return { sameNode: summed(sameNode), otherNodes: summed(otherNodes), everyWorker: summed(everyWorker) };
}

function summed(values: readonly number[]): Times {
  const sorted = [...values].sort((one, other) => one - other);
  // Nearest rank: a value that was measured, never one between two.
  const at = (share: number): number | undefined => {
    const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
    return value === undefined || !Number.isFinite(value) ? undefined : value;
  };
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
