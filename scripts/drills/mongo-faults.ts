import { setTimeout as pause } from 'node:timers/promises';
import { type CuttablePorts, cuttablePorts } from '../../test/harness/faults/cuttable-ports.ts';
import { askMongo, startReplicaSet } from '../../test/harness/servers/mongod-process.ts';
import { startRedis } from '../../test/harness/servers/redis-process.ts';
import type { ServerProcess } from '../../test/harness/servers/server-process.ts';
import { watchCutOffNode } from './cut-off-node.ts';
import type { Drill, DrillParts, DrillReport } from './drill.ts';
import { type DrillGround, drillGround } from './drill-ground.ts';
import { revokingClients } from './revoking-clients.ts';

/** The last one is the one that is cut off. */
const NODES = 3;
const CUT_NODE = NODES - 1;
const CLIENTS = 4;
const CLIENTS_PAUSE_MILLISECONDS = 30;
const LOAD_A_SECOND = 40;
const ELECTION_MILLISECONDS = 15_000;
const AFTER_FAULT_MILLISECONDS = 1_500;

/** What the faults are brought about with. */
interface Servers {
  readonly members: readonly ServerProcess[];
  readonly redis: ServerProcess;
  readonly network: CuttablePorts;
}

type Fault = (ground: DrillGround, servers: Servers) => Promise<readonly string[]>;

const FAULTS: readonly (readonly [name: string, fault: Fault])[] = [
  ['primary killed', killPrimary],
  ['primary stepped down', stepDown],
  ['node cut off', (ground, servers) => cutOff(ground, servers, 'from everything')],
  ['node cut off from MongoDB', (ground, servers) => cutOff(ground, servers, 'from MongoDB')],
];

/** R12, and the freshness of a node that is cut off. */
export const mongoFaults: Drill = {
  name: 'mongo-faults',
  sentence:
    'Kills the primary of three MongoDB members, lets it step down, and cuts one node off from MongoDB and Redis, or from MongoDB alone, in turns, while tokens are taken back on the others under load. No acknowledged revocation may be lost, nothing good may be refused; the node that is cut off accepts nothing that was revoked before, and answers 503 after its grace.',
  counted: 'faults',
  fullCount: 24,
  onlyOn: 'mongo-redis',
  run: (parts) => runMongoFaults(parts),
};

async function runMongoFaults(parts: DrillParts): Promise<DrillReport> {
  const { count, mayGoOn, progress } = parts;
  const [{ url, members }, redis] = await Promise.all([startReplicaSet(3), startRedis()]);
  const network = await cuttablePorts([...members, redis].map(({ port }) => port));
  try {
    const database = url.replace('/?', '/latchkey_drill?');
    const settings = { LATCHKEY_MONGO_URL: database, LATCHKEY_REDIS_URL: redis.url };
    const settingsOfNode = (node: number) => (node === CUT_NODE ? network.settings : {});
    const ground = await drillGround({
      ...parts,
      nodes: NODES,
      settings,
      settingsOfNode,
      loadPerSecond: LOAD_A_SECOND,
    });
    const findings: string[] = [];
    let done = 0;
    for (; done < count && mayGoOn(); done += 1) {
      const [name, fault] = FAULTS[done % FAULTS.length] ?? ['primary killed', killPrimary];
      findings.push(...(await fault(ground, { members, redis, network })).map((finding) => `${name}: ${finding}`));
      progress(`${done + 1} faults, last ${name}; ${findings.length + ground.kept.findings.length} findings`);
    }
    const concluded = await ground.conclude();
    return { facts: { faults: done, ...concluded.facts }, findings: [...findings, ...concluded.findings] };
  } finally {
    await network.close();
    await Promise.all([...members, redis].map((server) => server.remove()));
  }
}

async function killPrimary({ following, below }: DrillGround, { members }: Servers): Promise<readonly string[]> {
  const clients = revokingClients(following, CLIENTS, CLIENTS_PAUSE_MILLISECONDS);
  const primary = await primaryOf(members);
  await pause(below(1_000));
  await primary.kill();
  await primaryOf(members);
  await pause(AFTER_FAULT_MILLISECONDS);
  await primary.restart();
  await clients.stop();
  return [];
}

async function stepDown({ following, below }: DrillGround, { members }: Servers): Promise<readonly string[]> {
  const clients = revokingClients(following, CLIENTS, CLIENTS_PAUSE_MILLISECONDS);
  await pause(below(1_000));
  const command = { replSetStepDown: 3, secondaryCatchUpPeriodSecs: 2, force: true };
  // Another may just be taking over from it, as after a kill the first member does: then that one is asked.
  const steppedDown = async () => askMongo(directUrl(await primaryOf(members)), command).catch(() => undefined);
  for (let attempt = 0; (await steppedDown()) === undefined && attempt < 10; attempt += 1) await pause(200);
  await primaryOf(members);
  await pause(AFTER_FAULT_MILLISECONDS);
  await clients.stop();
  return [];
}

/** Tokens are taken back on the other nodes before and while one is cut off. */
async function cutOff(ground: DrillGround, servers: Servers, from: 'from everything' | 'from MongoDB') {
  const { members, redis, network } = servers;
  const ports = (from === 'from MongoDB' ? members : [...members, redis]).map(({ port }) => port);
  const all = ground.fleet.witnesses;
  const node = all.find((witness) => witness.node === CUT_NODE);
  if (node === undefined) throw new Error('there is no node to cut off');
  // Who hears of them through Redis has no excuse; who hears nothing is asked about apart.
  const witnesses = () => all.filter((witness) => witness !== node);
  const clients = revokingClients({ ...ground.following, witnesses }, CLIENTS, CLIENTS_PAUSE_MILLISECONDS);
  await pause(1_500);
  const findings = await watchCutOffNode({
    ...{
      node,
      kept: ground.kept,
      owner: ground.owner,
      others: witnesses(),
      hearsThroughRedis: from === 'from MongoDB',
    },
    goodKeys: ground.standing,
    cut: () => network.cut(ports),
    heal: network.heal,
  });
  await clients.stop();
  return findings;
}

/** Waits for one, as an election may be on. */
async function primaryOf(members: readonly ServerProcess[]): Promise<ServerProcess> {
  const deadline = performance.now() + ELECTION_MILLISECONDS;
  while (performance.now() < deadline) {
    for (const member of members) {
      const hello = await askMongo(directUrl(member), { hello: 1 }).catch(() => undefined);
      if (hello?.['isWritablePrimary'] === true) return member;
    }
    await pause(100);
  }
  throw new Error('no primary was elected in 15 s');
}

const directUrl = ({ port }: ServerProcess): string => `mongodb://127.0.0.1:${port}/?directConnection=true`;
