import type { Lane } from './find-lanes.ts';
import type { LaneTime, Round } from './run-round.ts';

/** How long a group of workers took, over all rounds, in milliseconds. */
export interface Times {
  readonly count: number;
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  readonly max: number | undefined;
  /** Questions sent after the answer to the revocation, and answered as if the token were good. */
  readonly takenAfter: number;
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
  const sameNode: LaneTime[] = [];
  const otherNodes: LaneTime[] = [];
  const everyWorker: LaneTime[] = [];
  for (const { revoker, lanes: times } of rounds) {
    for (const [index, time] of times.entries()) {
      (lanes[index]?.node === lanes[revoker]?.node ? sameNode : otherNodes).push(time);
    }
    everyWorker.push(slowestOf(times));
  }
  return { sameNode: summed(sameNode), otherNodes: summed(otherNodes), everyWorker: summed(everyWorker) };
}

/** The round as if it were one worker. */
const slowestOf = (times: readonly LaneTime[]): LaneTime => ({
  milliseconds: finite(Math.max(...times.map(({ milliseconds }) => endless(milliseconds)))),
  acceptedAfter: times.reduce((sum, { acceptedAfter }) => sum + acceptedAfter, 0),
  acceptedAgain: times.reduce((sum, { acceptedAgain }) => sum + acceptedAgain, 0),
});

function summed(times: readonly LaneTime[]): Times {
  const sorted = times.map(({ milliseconds }) => endless(milliseconds)).sort((one, other) => one - other);
  // Nearest rank: a value that was measured, never one between two.
  const at = (share: number): number | undefined => finite(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]);
  const takenAfter = times.reduce((sum, { acceptedAfter }) => sum + acceptedAfter, 0);
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1), takenAfter };
}

const finite = (value: number | undefined): number | undefined =>
  value === undefined || !Number.isFinite(value) ? undefined : value;
