import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { nodeWitness } from '../../test/harness/faults/witnesses.ts';
import { startRedis } from '../../test/harness/servers/redis-process.ts';
import type { ServerProcess } from '../../test/harness/servers/server-process.ts';
import type { Drill, DrillParts, DrillReport } from './drill.ts';
import { type DrillGround, drillGround } from './drill-ground.ts';
import { acceptedStill } from './followed-revocations.ts';
import { revokingClients } from './revoking-clients.ts';

const NODES = 2;
const CLIENTS = 4;
const LOAD_A_SECOND = 60;
const SHORTEST_FAULT_MILLISECONDS = 800;
const LONGEST_FAULT_MILLISECONDS = 3_000;
const RECOVERY_MILLISECONDS = 10_000;
/** Six, so that of five faults it is another one each time. */
const FRESH_NODE_EVERY = 6;
const ASKED_OF_FRESH_NODE = 200;

/** Brings a fault about and ends it after the time that it is given. */
type Fault = (redis: ServerProcess, meanwhile: () => Promise<unknown>) => Promise<unknown>;

const FAULTS: readonly (readonly [name: string, fault: Fault])[] = [
  ['killed', (redis, meanwhile) => inTurn(redis.kill, meanwhile, redis.restart)],
  ['stopped', (redis, meanwhile) => inTurn(redis.pause, meanwhile, async () => redis.resume())],
  ['flushed', (redis, meanwhile) => inTurn(() => ask(redis, (client) => client.flushall()), meanwhile)],
  ['restarted empty', (redis, meanwhile) => inTurn(redis.restart, meanwhile)],
  [
    'evicting',
    (redis, meanwhile) =>
      inTurn(
        () => evict(redis, '1mb'),
        meanwhile,
        () => evict(redis, '0'),
      ),
  ],
];

async function inTurn(...steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const step of steps) await step();
}

/** R13, R14. */
export const redisFaults: Drill = {
  name: 'redis-faults',
  sentence:
    'Kills Redis, stops it (SIGSTOP), flushes it, restarts it empty and lets it evict, in turns, while tokens are taken back on two nodes under load. No revoked token may be accepted a second after the answer, also not by a node that starts meanwhile; nothing good may be refused; afterwards Redis must be used again.',
  counted: 'faults',
  fullCount: 100,
  onlyOn: 'mongo-redis',
  run: (parts) => runRedisFaults(parts),
};

async function runRedisFaults(parts: DrillParts): Promise<DrillReport> {
  const { count, mayGoOn, progress } = parts;
  const redis = await startRedis();
  try {
    const settings = { LATCHKEY_REDIS_URL: redis.url };
    const ground = await drillGround({ ...parts, nodes: NODES, settings, loadPerSecond: LOAD_A_SECOND });
    const clients = revokingClients(ground.following, CLIENTS, 20);
    const findings: string[] = [];
    let done = 0;
    for (; done < count && mayGoOn(); done += 1) {
      findings.push(...(await oneFault(ground, redis, done)));
      if ((done + 1) % 10 === 0)
        progress(`${done + 1} faults, ${findings.length + ground.kept.findings.length} findings`);
    }
    await clients.stop();
    const concluded = await ground.conclude();
    return { facts: { faults: done, ...concluded.facts }, findings: [...findings, ...concluded.findings] };
  } finally {
    await redis.remove();
  }
}

async function oneFault(ground: DrillGround, redis: ServerProcess, round: number): Promise<readonly string[]> {
  const chosen = FAULTS[round % FAULTS.length];
  if (chosen === undefined) return [];
  const [name, fault] = chosen;
  const findings: string[] = [];
  const lasts = SHORTEST_FAULT_MILLISECONDS + ground.below(LONGEST_FAULT_MILLISECONDS - SHORTEST_FAULT_MILLISECONDS);
  await pause(ground.below(500));
  await fault(redis, async () => {
    const over = pause(lasts);
    if (round % FRESH_NODE_EVERY === 0) findings.push(...(await freshNode(ground)));
    await over;
  });
  if (!(await isUsedAgain(redis))) findings.push(`Redis was ${name}, and is not used again after 10 s`);
  return findings;
}

/** A node that starts now has heard of nothing, and must refuse everything. */
async function freshNode({ fleet, kept }: DrillGround): Promise<readonly string[]> {
  const before = kept.ended.slice(-ASKED_OF_FRESH_NODE);
  const service = await fleet.start(fleet.nodes.length);
  const found = await acceptedStill(before, [nodeWitness(service, fleet.nodes.length)]);
  await service.stop();
  return found;
}

/** Whether processes write to it what they commit: some stream has an entry of this last second. */
async function isUsedAgain(redis: ServerProcess): Promise<boolean> {
  const deadline = performance.now() + RECOVERY_MILLISECONDS;
  while (performance.now() < deadline) {
    const isYoung = await ask(redis, async (client) => {
      const [, streams] = await client.scan('0', 'COUNT', '10000', 'TYPE', 'stream');
      const newest = await Promise.all(streams.map((stream) => client.xrevrange(stream, '+', '-', 'COUNT', 1)));
      return newest.flat().some(([id]) => Date.now() - Number(id.split('-')[0]) < 1_000);
    });
    if (isYoung) return true;
    await pause(50);
  }
  return false;
}

/** With less memory than it uses it may throw away what it likes; with `0` it has enough again. */
async function evict(redis: ServerProcess, maxmemory: '1mb' | '0'): Promise<void> {
  await ask(redis, async (client) => {
    await client.config('SET', 'maxmemory-policy', maxmemory === '0' ? 'noeviction' : 'allkeys-random');
    await client.config('SET', 'maxmemory', maxmemory);
  });
}

async function ask<T>({ url }: ServerProcess, question: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { maxRetriesPerRequest: 3 });
  client.on('error', () => undefined);
  try {
    return await question(client);
  } finally {
    client.disconnect();
  }
}
