import type { Race } from './race.ts';
import { findingsOf, nameOf, PROMISED_MILLISECONDS, type Round } from './run-round.ts';
import { type TimesOfRace, timesOf } from './times.ts';

/** Everything that the page shows; it keeps nothing of its own. A time that never came is left out. */
export interface PageState {
  readonly description: string;
  readonly promisedMilliseconds: number;
  readonly lanes: readonly { readonly node: number; readonly worker: number }[];
  /** The last ones, the newest first. */
  readonly rounds: readonly PageRound[];
  /** Over all rounds, also those that are not shown any more. */
  readonly times: TimesOfRace;
  /** What must not be, in sentences. */
  readonly findings: readonly string[];
}

interface PageRound {
  readonly number: number;
  /** Where was revoked: a lane's index, and its name. */
  readonly revoker: number;
  readonly revokedAt: string;
  readonly milliseconds: readonly (number | undefined)[];
}

const SHOWN_ROUNDS = 200;

/** @returns what the page is to show now */
export function pageState({ description, lanes, rounds }: Race): PageState {
  return {
    description,
    promisedMilliseconds: PROMISED_MILLISECONDS,
    lanes: lanes.map(({ node, worker }) => ({ node, worker })),
    rounds: rounds
      .slice(-SHOWN_ROUNDS)
      .reverse()
      .map((round) => pageRound(round, lanes)),
    times: timesOf(rounds, lanes),
    findings: rounds.flatMap((round) => findingsOf(round, lanes)),
  };
}

function pageRound({ number, revoker, lanes: times }: Round, lanes: Race['lanes']): PageRound {
  const lane = lanes[revoker];
  const milliseconds = times.map((time) => time.milliseconds);
  return { number, revoker, revokedAt: lane === undefined ? '' : nameOf(lane), milliseconds };
}
