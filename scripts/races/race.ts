import { settingsOf } from '../../test/harness/backends.ts';
import { type ServiceProcess, serviceProcesses } from '../../test/harness/service-process.ts';
import { findLanes, type Lane, type RaceNode } from './find-lanes.ts';
import { type Round, runRound } from './run-round.ts';

/** How large the field is. */
export interface RaceParts {
  readonly nodes: number;
  /** Of each node. */
  readonly workers: number;
}

/** Nodes that run, and what was measured on them. */
export interface Race {
  /** Each worker of each node, in this order for good. */
  readonly lanes: readonly Lane[];
  /** Every round so far, the first one first. */
  readonly rounds: readonly Round[];
  /** What it runs on, for whoever reads the numbers. */
  readonly description: string;
  /** Revokes a fresh token; each worker in turn is the one that is asked to. */
  run(): Promise<Round>;
  /** Ends the nodes. */
  close(): Promise<void>;
}

/** Starts the nodes on the MongoDB and Redis of the environment (`LATCHKEY_TEST_MONGO_URL`, `LATCHKEY_TEST_REDIS_URL`). */
export async function startRace({ nodes: count, workers }: RaceParts): Promise<Race> {
  const processes = serviceProcesses();
  try {
    const settings = {
      ...settingsOf('mongo-redis'),
      // Lanes are found by what is logged.
      LATCHKEY_LOG_LEVEL: 'debug',
      ...(workers > 1 && { LATCHKEY_WORKERS: String(workers) }),
    };
    // The first one makes the installation; the others need not wait for each other.
    const first = await processes.start({ settings });
    const others = Array.from({ length: count - 1 }, () => processes.start({ settings }));
    const nodes = [first, ...(await Promise.all(others))];
    const apiKey = await first.adminKey();
    return await raceOn(nodes, workers, apiKey, processes.removeAll);
  } catch (failure) {
    await processes.removeAll();
    throw failure;
  }
}

async function raceOn(
  processes: readonly ServiceProcess[],
  workers: number,
  apiKey: string,
  removeAll: () => Promise<void>,
): Promise<Race> {
  const nodes = processes.map(({ url, output }): RaceNode => ({ url, workers, output }));
  const findAll = async (): Promise<readonly Lane[]> =>
    (await Promise.all(nodes.map((node, index) => findLanes(node, index + 1)))).flat();
  let lanes = await findAll();
  const rounds: Round[] = [];
  const [first] = processes;
  if (first === undefined) throw new Error('a race needs a node');

  return {
    get lanes() {
      return lanes;
    },
    rounds,
    description: `${nodes.length} nodes of ${workers === 1 ? 'one worker' : `${workers} workers`} each, ${storeOf(first)}`,
    async run() {
      if (!lanes.every(({ connection }) => connection.isSame())) {
        // A node closes what is idle for a minute, and the next connection may go to another worker.
        for (const { connection } of lanes) connection.close();
        lanes = await findAll();
      }
      const [token, asker] = await Promise.all([first.tokenOf(apiKey), first.tokenOf(apiKey)]);
      const number = rounds.length + 1;
      const round = await runRound({ number, lanes, revoker: rounds.length % lanes.length, token, asker });
      rounds.push(round);
      return round;
    },
    async close() {
      for (const { connection } of lanes) connection.close();
      await Promise.all(processes.map((node) => node.stop()));
      await removeAll();
    },
  };
}

const storeOf = (node: ServiceProcess): string => /^ {2}store +(.*)$/m.exec(node.output())?.[1] ?? 'an unknown store';
