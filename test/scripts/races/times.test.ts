import { describe, expect, it } from '@jest/globals';
import type { Lane } from '../../../scripts/races/find-lanes.ts';
import { findingsOf, type Round } from '../../../scripts/races/run-round.ts';
import { timesOf } from '../../../scripts/races/times.ts';

const NO_CONNECTION: Lane['connection'] = {
  send: () => Promise.reject(new Error('not asked here')),
  isSame: () => true,
  close: () => undefined,
};
const LANES = [
  { node: 1, worker: 1, connection: NO_CONNECTION },
  { node: 1, worker: 2, connection: NO_CONNECTION },
  { node: 2, worker: 1, connection: NO_CONNECTION },
];

function roundOf(number: number, milliseconds: readonly (number | undefined)[], acceptedAfter = [0, 0, 0]): Round {
  const lanes = milliseconds.map((value, index) => ({
    milliseconds: value,
    acceptedAfter: acceptedAfter[index] ?? 0,
    acceptedAgain: 0,
  }));
  return { number, revoker: 0, lanes };
}

describe('the times of a race', () => {
  it('when rounds are summed, then the nodes are told apart, and the slowest of a round is when everybody refuses', () => {
    const times = timesOf([roundOf(1, [1, 2, 10]), roundOf(2, [3, 4, 20], [0, 0, 2])], LANES);

    expect(times.sameNode).toEqual({ count: 4, p50: 2, p99: 4, max: 4, takenAfter: 0 });
    expect(times.otherNodes).toEqual({ count: 2, p50: 10, p99: 20, max: 20, takenAfter: 2 });
    expect(times.everyWorker).toEqual({ count: 2, p50: 10, p99: 20, max: 20, takenAfter: 2 });
  });

  it('when a worker never refuses, then no percentile hides it, and it is found', () => {
    const round = roundOf(1, [1, 2, undefined]);

    expect(timesOf([round], LANES).otherNodes).toEqual({
      count: 1,
      p50: undefined,
      p99: undefined,
      max: undefined,
      takenAfter: 0,
    });
    expect(findingsOf(round, LANES)).toEqual(['round 1: node 2, worker 1 took the token too long']);
  });

  it('when a worker of the same node takes it after the answer, then it is found; at another node it may, for a second', () => {
    expect(findingsOf(roundOf(1, [0, 3, 900], [0, 1, 9]), LANES)).toEqual([
      'round 1: node 1, worker 2 took the token after its own node had answered',
    ]);
    expect(findingsOf(roundOf(2, [0, 3, 1_001]), LANES)).toEqual(['round 2: node 2, worker 1 took the token too long']);
  });

  it('when there was no round, then there is nothing to tell', () => {
    const nothing = { count: 0, p50: undefined, p99: undefined, max: undefined, takenAfter: 0 };

    expect(timesOf([], LANES)).toEqual({ sameNode: nothing, otherNodes: nothing, everyWorker: nothing });
  });
});
