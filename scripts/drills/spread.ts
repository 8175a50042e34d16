import { setTimeout as pause } from 'node:timers/promises';
import type { Drill, DrillParts, DrillReport } from './drill.ts';
import { drillGround } from './drill-ground.ts';
import { followOne, spreadOfMost } from './followed-revocations.ts';
import { wideSignOuts } from './wide-sign-outs.ts';

const NODES = 2;
const REVOCATIONS_A_SECOND = 40;
const LOAD_A_SECOND = 100;
const CLIENTS = 16;
const REPORT_EVERY = 1_000;
const SPREAD_LIMIT_MILLISECONDS = 250;

/** R9, R10: with everything up. */
export const spread: Drill = {
  name: 'spread',
  sentence: `Takes tokens, keys and service IDs back on ${NODES} nodes, at most ${REVOCATIONS_A_SECOND} a second beside ${LOAD_A_SECOND} honest requests, and asks every worker of every node until it refuses; the process that answered must do so at once, the others within a second.`,
  counted: 'revocations',
  fullCount: 10_000,
  workers: 2,
  run: (parts) => runSpread(parts),
};

async function runSpread(parts: DrillParts): Promise<DrillReport> {
  const { backend, count, mayGoOn, progress } = parts;
  const ground = await drillGround({ ...parts, nodes: NODES, loadPerSecond: LOAD_A_SECOND });
  const { kept, following } = ground;
  const period = (1_000 * CLIENTS) / REVOCATIONS_A_SECOND;
  let begun = 0;
  let told = 0;
  const work = async (): Promise<void> => {
    while (begun < count && mayGoOn()) {
      begun += 1;
      const begunAt = performance.now();
      await followOne(following);
      if (kept.ended.length >= told + REPORT_EVERY) {
        told += REPORT_EVERY;
        progress(`${told} revocations, ${kept.findings.length} findings`);
      }
      await pause(Math.max(0, period - (performance.now() - begunAt)));
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, work));
  // A hundredth as many of those that end every token there is.
  await ground.load.stop();
  await wideSignOuts(ground, Math.ceil(count / 100));
  const { facts, findings } = await ground.conclude();
  const p99 = Math.round(spreadOfMost(kept));
  // On one file "refused" needs no news: what is measured there is how long an answer takes.
  const isSlow = backend !== 'sqlite' && p99 > SPREAD_LIMIT_MILLISECONDS;
  return {
    facts: { processes: ground.fleet.witnesses.length, ...facts },
    findings: [...findings, ...(isSlow ? [`spread p99 ${p99} ms, more than ${SPREAD_LIMIT_MILLISECONDS}`] : [])],
  };
}
