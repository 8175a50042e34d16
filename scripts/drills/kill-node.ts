import { setTimeout as pause } from 'node:timers/promises';
import { answerOrNone, nodeWitness, type Witness } from '../../test/harness/faults/witnesses.ts';
import { answeringProcesses } from '../../test/harness/faults/worker-processes.ts';
import type { ServiceProcess } from '../../test/harness/service-process.ts';
import type { Drill, DrillParts, DrillReport } from './drill.ts';
import { type DrillGround, drillGround } from './drill-ground.ts';
import { acceptedStill } from './followed-revocations.ts';
import { oneOf } from './random-numbers.ts';
import { revocationLevels } from './revocation-levels.ts';

/** The first is never killed: it says what a node that has lived through it all knows. */
const NODES = 3;
const CLIENTS_A_NODE = 1;
/** Starting costs most of the machine; what is taken back must leave room for it. */
const CLIENT_PAUSE_MILLISECONDS = 25;
const LOAD_A_SECOND = 10;
const LONGEST_LIFE_MILLISECONDS = 400;
const ASKED_AFTER_KILL = 25;
const REPORT_EVERY = 50;
const WORKER_START_MILLISECONDS = 60_000;
/** The machine has much to do while so much is started. */
const STARTS_AT_MOST = 5;

/** R12 for nodes and workers that die while others live on. */
export const killNode: Drill = {
  name: 'kill-node',
  sentence: `Kills (SIGKILL) two of ${NODES} nodes, or one of their workers, again and again at random instants while tokens, keys and service IDs are taken back at all of them; what was acknowledged must be refused by the node that comes back, and in the end by all.`,
  counted: 'kills',
  fullCount: 1_000,
  run: (parts) => runKillNode(parts),
};

async function runKillNode(parts: DrillParts): Promise<DrillReport> {
  const { backend, count, workers, mayGoOn, progress } = parts;
  const ground = await drillGround({ ...parts, nodes: NODES, loadPerSecond: LOAD_A_SECOND, steadyNodes: 1 });
  const { fleet, kept, below } = ground;
  const services = [...fleet.nodes];
  const done = { nodes: 0, workers: 0, startsRepeated: 0 };
  const kills = () => done.nodes + done.workers;
  const revoking = revokeAt(ground, services);
  let begun = 0;

  const killer = async (node: number): Promise<void> => {
    while (begun < count && mayGoOn()) {
      begun += 1;
      await pause(below(LONGEST_LIFE_MILLISECONDS));
      const service = services[node];
      if (service === undefined) return;
      if (workers > 1 && below(2) === 0) {
        await killWorker(service, workers, below);
        done.workers += 1;
      } else {
        await service.kill();
        services[node] = await startedAgain(
          () => fleet.start(node),
          () => {
            done.startsRepeated += 1;
          },
        );
        done.nodes += 1;
      }
      const back = services[node];
      if (back !== undefined)
        kept.findings.push(...(await askAbout(ground, nodeWitness(back, node), backend === 'sqlite')));
      if (kills() % REPORT_EVERY === 0)
        progress(`${kills()} kills, ${kept.ended.length} revocations, ${kept.findings.length} findings`);
    }
  };
  await Promise.all(Array.from({ length: NODES - 1 }, (_, position) => killer(position + 1)));
  await revoking.stop();
  const loaded = await ground.load.stop();
  progress('every revoked token is asked about at every node');
  const late = await acceptedStill(kept.ended, services.map(nodeWitness));
  await Promise.all(services.map((service) => service.stop()));
  return {
    facts: {
      ...{ 'nodes killed': done.nodes, 'workers killed': done.workers, 'revocations acknowledged': kept.ended.length },
      'starts repeated': done.startsRepeated,
      ...{ 'not acknowledged': kept.unacknowledged, 'good keys exchanged at the others': loaded.exchanged },
    },
    findings: [...kept.findings, ...loaded.findings, ...late],
  };
}

/** As whoever looks after processes does it: a start ends by itself when the store does not answer in time. */
async function startedAgain(start: () => Promise<ServiceProcess>, onRepeat: () => void): Promise<ServiceProcess> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      if (attempt >= STARTS_AT_MOST) throw error;
      onRepeat();
    }
  }
}

/** The last ones; where nodes hear of them by servers, those of more than a second ago. */
async function askAbout({ kept }: DrillGround, witness: Witness, atOnce: boolean): Promise<readonly string[]> {
  const before = performance.now() - (atOnce ? 0 : 1_000);
  const last = kept.ended.filter(({ at }) => at <= before).slice(-ASKED_AFTER_KILL);
  return acceptedStill(last, [witness]);
}

async function killWorker(service: ServiceProcess, workers: number, below: (limit: number) => number): Promise<void> {
  const pids = await answeringProcesses(service.pid);
  const victim = oneOf(pids, below);
  if (victim === service.pid) return;
  process.kill(victim, 'SIGKILL');
  const deadline = performance.now() + WORKER_START_MILLISECONDS;
  for (;;) {
    const now = await answeringProcesses(service.pid);
    if (now.length === workers && !now.includes(victim)) return;
    if (performance.now() > deadline)
      throw new Error(`a worker that was killed is not replaced: ${now.length} of ${workers}`);
    await pause(20);
  }
}

/** Clients of each node; they ask nobody afterwards, and what is not answered is not counted. */
function revokeAt({ owner, standing, kept, below }: DrillGround, services: readonly ServiceProcess[]) {
  const prepare = revocationLevels({ owner, standing, switched: [], below });
  let isOver = false;
  const client = async (node: number): Promise<void> => {
    while (!isOver) {
      const service = services[node];
      if (service === undefined) return;
      const at = nodeWitness(service, node);
      const prepared = await prepare(at);
      const answer = prepared && (await answerOrNone(() => prepared.revoke(at)));
      if (prepared !== undefined && answer !== undefined && answer.status < 300) {
        kept.ended.push({ token: prepared.token, level: prepared.level, by: at, at: performance.now() });
      } else {
        kept.unacknowledged += 1;
      }
      await pause(CLIENT_PAUSE_MILLISECONDS);
    }
  };
  const all = Promise.all(services.flatMap((_, node) => Array.from({ length: CLIENTS_A_NODE }, () => client(node))));
  all.catch(() => undefined);
  return {
    async stop() {
      isOver = true;
      await all;
    },
  };
}
