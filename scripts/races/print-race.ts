import type { Race } from './race.ts';
import { findingsOf, nameOf, type Round } from './run-round.ts';
import { type Times, timesOf } from './times.ts';

/** What `printRace` needs. */
export interface PrintRaceParts {
  readonly race: Race;
  /** At most. */
  readonly rounds: number;
  readonly say: (line: string) => void;
  /** False ends it with what it has. */
  readonly mayGoOn: () => boolean;
}

/** Runs rounds and prints each. @returns the exit code: 1 when a worker did what must not be */
export async function printRace({ race, rounds, say, mayGoOn }: PrintRaceParts): Promise<number> {
  say(race.description);
  say(['round', 'revoked at'.padEnd(18), ...race.lanes.map((lane) => nameOf(lane).padStart(WIDTH))].join('  '));
  const findings: string[] = [];
  for (let count = 0; count < rounds && mayGoOn(); count += 1) {
    const round = await race.run();
    say(rowOf(race, round));
    findings.push(...findingsOf(round, race.lanes));
  }
  const times = timesOf(race.rounds, race.lanes);
  say(
    `\n${'ms after the answer'.padEnd(32)}${['p50', 'p99', 'max'].map((name) => name.padStart(8)).join('')}  taken after it`,
  );
  say(summaryOf('workers of the revoking node', times.sameNode));
  say(summaryOf('workers of other nodes', times.otherNodes));
  say(summaryOf('until every worker refused', times.everyWorker));
  for (const finding of findings) say(`FOUND ${finding}`);
  return findings.length === 0 ? 0 : 1;
}

const WIDTH = 16;

function rowOf({ lanes }: Race, { number, revoker, lanes: times }: Round): string {
  const at = lanes[revoker];
  const cells = times.map(({ milliseconds }) => shown(milliseconds).padStart(WIDTH));
  return [String(number).padStart(5), (at === undefined ? '' : nameOf(at)).padEnd(18), ...cells].join('  ');
}

const summaryOf = (name: string, { p50, p99, max, takenAfter }: Times): string =>
  `${name.padEnd(32)}${[p50, p99, max].map((value) => shown(value).padStart(8)).join('')}${String(takenAfter).padStart(16)}`;

const shown = (milliseconds: number | undefined): string => milliseconds?.toFixed(1) ?? 'never';
