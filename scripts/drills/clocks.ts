import { setTimeout as pause } from 'node:timers/promises';
import { type GivenClock, givenClock } from '../../test/harness/faults/given-clock.ts';
import type { Drill, DrillParts, DrillReport } from './drill.ts';
import { drillGround } from './drill-ground.ts';
import type { Fleet } from './fleet.ts';
import { acceptedStill, followOne, type Ledger } from './followed-revocations.ts';

/** How far each node is ahead: two are 5 s apart, two 60 s, and no two more than a revocation is kept longer. */
const AHEAD_SECONDS = [0, 5, 60] as const;
const CLIENTS = 6;
const LOAD_A_SECOND = 60;
const TOKEN_LIFE_SECONDS = 3_600;
/** The clocks are first moved on to this much before the first token expires. */
const BEFORE_THE_END_SECONDS = 20;
const BETWEEN_LOOKS_MILLISECONDS = 500;

/** R24. */
export const clocks: Drill = {
  name: 'clocks',
  sentence: `Gives three nodes clocks that are ${AHEAD_SECONDS.join(', ')} s ahead and takes tokens back everywhere under load; then moves all clocks on to the end of the tokens' lives, so that the fastest node forgets while the slowest still counts. No revoked token may be accepted, no fresh one refused.`,
  counted: 'revocations',
  fullCount: 2_000,
  run: (parts) => runClocks(parts),
};

async function runClocks(parts: DrillParts): Promise<DrillReport> {
  const { count, processes, mayGoOn, progress } = parts;
  const folder = await processes.folder();
  const made = AHEAD_SECONDS.map((seconds, node) =>
    givenClock({ folder, name: `node${node}`, offset: seconds * 1_000 }),
  );
  const all = await Promise.all(made);
  const settingsOfNode = (node: number) => all[node]?.settings ?? {};
  const begunAt = Date.now();
  const ground = await drillGround({ ...parts, nodes: all.length, settingsOfNode, loadPerSecond: LOAD_A_SECOND });
  const { fleet, kept, following } = ground;
  let begun = 0;
  const work = async (): Promise<void> => {
    while (begun < count && mayGoOn()) {
      begun += 1;
      await followOne(following);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, work));
  progress(`${kept.ended.length} revocations; the clocks go on to the end of every token`);
  // Beyond it nobody can tell an ended token from a good one of the load.
  await ground.load.stop();
  const looks = await lookThroughTheEnd({ all, fleet, kept, begunAt, mayGoOn });
  const { facts, findings } = await ground.conclude();
  return {
    facts: { 'seconds ahead': AHEAD_SECONDS.join(', '), ...facts, 'looks at the end of life': looks.done },
    findings: [...findings, ...looks.findings],
  };
}

interface LastLooks {
  readonly all: readonly GivenClock[];
  readonly fleet: Fleet;
  readonly kept: Ledger;
  /** Before the first token was made. */
  readonly begunAt: number;
  readonly mayGoOn: () => boolean;
}

/** Moves the clocks on in steps, and at each asks about other ones, until the slowest has passed the end of all tokens. */
async function lookThroughTheEnd({ all, fleet, kept, begunAt, mayGoOn }: LastLooks) {
  const tookSeconds = (Date.now() - begunAt) / 1_000;
  const move = (seconds: number) => Promise.all(all.map((clock) => clock.move(Math.round(seconds * 1_000))));
  await move(TOKEN_LIFE_SECONDS - BEFORE_THE_END_SECONDS - tookSeconds);
  // What the fastest clock has issued last, the slowest sees expire last.
  const passedSeconds = BEFORE_THE_END_SECONDS + tookSeconds + Math.max(...AHEAD_SECONDS);
  const looks = Math.min(MOST_LOOKS, Math.max(FEWEST_LOOKS, Math.ceil(kept.ended.length / 30)));
  const findings: string[] = [];
  let done = 0;
  for (let turn = 0; turn < looks && mayGoOn(); turn += 1) {
    // Each time other ones, so that all of them have their turn.
    const sample = kept.ended.filter((_, position) => position % SAMPLED === turn % SAMPLED);
    findings.push(...(await acceptedStill(sample, fleet.witnesses)));
    done += sample.length * fleet.witnesses.length;
    await move(passedSeconds / looks);
    await pause(BETWEEN_LOOKS_MILLISECONDS);
  }
  return { done, findings };
}

const FEWEST_LOOKS = 12;
const MOST_LOOKS = 60;
const SAMPLED = 5;
