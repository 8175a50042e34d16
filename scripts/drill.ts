import { Command, InvalidArgumentError } from 'commander';
import { VERSION } from '../src/server/version.ts';
import type { Backend } from '../test/harness/backends.ts';
import { serviceProcesses } from '../test/harness/service-process.ts';
import { clocks } from './drills/clocks.ts';
import type { Drill, DrillReport } from './drills/drill.ts';
import { dumpSecrets } from './drills/dump-secrets.ts';
import { fuzzToken } from './drills/fuzz-token.ts';
import { gracefulStop } from './drills/graceful-stop.ts';
import { ingestion } from './drills/ingestion.ts';
import { killNode } from './drills/kill-node.ts';
import { killService } from './drills/kill-service.ts';
import { liveSet } from './drills/live-set.ts';
import { mongoFaults } from './drills/mongo-faults.ts';
import { overload } from './drills/overload.ts';
import { redisFaults } from './drills/redis-faults.ts';
import { removeOwner } from './drills/remove-owner.ts';
import { resourceKeys } from './drills/resource-keys.ts';
import { rotateKeys } from './drills/rotate-keys.ts';
import { spread } from './drills/spread.ts';
import { provideServers } from './servers/provide-servers.ts';

/** `scripts/drill NAME`: one row a drill. */
const DRILLS: readonly Drill[] = [
  killService,
  resourceKeys,
  ingestion,
  fuzzToken,
  dumpSecrets,
  gracefulStop,
  spread,
  clocks,
  redisFaults,
  mongoFaults,
  killNode,
  removeOwner,
  rotateKeys,
  liveSet,
  overload,
];

interface Chosen {
  readonly backend: Backend;
  readonly count?: number;
  readonly workers?: number;
  readonly seed: number;
  readonly minutes: number;
}

const program = new Command('scripts/drill')
  .description('Breaks the service on purpose, with full counts, on loopback and with processes of its own.')
  .showHelpAfterError();
for (const drill of DRILLS) {
  program
    .command(drill.name)
    .description(drill.sentence)
    .option('--count <number>', `${drill.counted} (default: ${drill.fullCount})`, whole)
    .option('--backend <name>', 'sqlite or mongo-redis', backendOf, drill.onlyOn ?? 'sqlite')
    .option('--workers <number>', `of each node (default: ${drill.workers ?? 1})`, whole)
    .option('--seed <number>', 'begins the random numbers', whole, Math.floor(Math.random() * 2 ** 31))
    .option('--minutes <number>', 'ends the drill after this time, with what it has', whole, 20)
    .action(async (chosen: Chosen) => {
      process.exitCode = await runDrill(drill, chosen);
    });
}
await program.parseAsync();

async function runDrill(drill: Drill, chosen: Chosen): Promise<number> {
  const { backend, seed, minutes, count = drill.fullCount, workers = drill.workers ?? 1 } = chosen;
  if (drill.onlyOn !== undefined && drill.onlyOn !== backend) throw new Error(`${drill.name} is of ${drill.onlyOn}`);
  const processes = serviceProcesses();
  const interrupt = (): void => void processes.removeAll().finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
  const stopServers = await serversFor(backend);
  const begunAt = performance.now();
  const elapsed = (): number => performance.now() - begunAt;
  console.log(
    `drill ${drill.name}: ${count} ${drill.counted}, ${backend}, seed ${seed}, Latchkey ${VERSION}, Node ${process.version}`,
  );
  try {
    const report = await drill.run({
      ...{ backend, count, workers, seed, processes },
      mayGoOn: () => elapsed() < minutes * 60_000,
      progress: (line) => console.log(`  ${Math.round(elapsed() / 1_000)} s: ${line}`),
    });
    return conclude(report, elapsed());
  } finally {
    await processes.removeAll();
    await stopServers();
  }
}

async function serversFor(backend: Backend): Promise<() => Promise<void>> {
  if (backend === 'sqlite') return async () => undefined;
  const { mongoUrl, redisUrl, stop } = await provideServers();
  // Where the harness looks for them.
  process.env['LATCHKEY_TEST_MONGO_URL'] = mongoUrl;
  process.env['LATCHKEY_TEST_REDIS_URL'] = redisUrl;
  return stop;
}

function conclude({ facts, findings }: DrillReport, milliseconds: number): number {
  for (const [name, value] of Object.entries(facts)) console.log(`  ${name}: ${value}`);
  for (const finding of findings) console.log(`  FOUND ${finding}`);
  console.log(
    `${findings.length === 0 ? 'passed' : `failed: ${findings.length} findings`} in ${Math.round(milliseconds / 1_000)} s`,
  );
  return findings.length === 0 ? 0 : 1;
}

function whole(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError('a whole number is needed');
  return Number(text);
}

function backendOf(text: string): Backend {
  if (text === 'sqlite' || text === 'mongo-redis') return text;
  throw new InvalidArgumentError('sqlite or mongo-redis');
}
