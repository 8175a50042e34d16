import cluster from 'node:cluster';
import { type AddressInfo, createServer } from 'node:net';
import type { Config } from '../../config/config.ts';
import { type Listener, listen } from '../../http/listener.ts';
import { newLogger } from '../../telemetry/logger.ts';
import { banner } from '../banner.ts';
import type { CommandParts } from '../commands/command-parts.ts';
import { firstSignal } from '../first-signal.ts';
import { operationsApp, type ServiceReadiness } from '../operations-app.ts';
import { STORE_MILLISECONDS } from '../readiness.ts';
import { type NewsAmongWorkers, newsAmongWorkers } from './news-among-workers.ts';
import { type PassedConnections, passedConnections } from './passed-connections.ts';
import { type WorkerChild, type WorkerChildParts, workerChild } from './worker-child.ts';
import { isRecord } from './worker-messages.ts';
import { workerMetrics } from './worker-metrics.ts';
import { type Serving, type WorkerPool, workerPool } from './worker-pool.ts';

/**
 * Starts the workers and looks after them until SIGTERM or SIGINT. It holds the port and passes each connection on, one
 * worker after the other (`node:cluster`); it reads none of it, opens no store, and has the operations listener.
 * @returns the exit code
 * @throws WorkersFailed, and whatever a listener fails with
 */
export async function runPrimary({ config, say }: CommandParts): Promise<number> {
  const logger = newLogger({ level: config.logLevel });
  const port = await portToShare(config);
  const connections = passedConnections();
  const among = newsAmongWorkers(logger);
  const fork = (worker: number): WorkerChild => forkWorker({ worker, port, among }, connections);
  const pool = workerPool({ count: config.workers, logger, fork });
  const begun = Promise.withResolvers<Serving>();
  let accepting = true;
  const operations = await listenForOperations({
    config,
    pool,
    among,
    begun: begun.promise,
    accepting: () => accepting,
  });
  try {
    const signalled = firstSignal();
    begun.resolve(pool.begin());
    const serving = await Promise.race([begun.promise, signalled]);
    if (serving === undefined) return 0;
    const { publicUrl, back } = serving;
    const { dataFolder, workers } = config;
    say(banner({ publicUrl, back, dataFolder, workers, operationsUrl: operations.url }));
    await Promise.race([signalled, pool.failed]);
    return 0;
  } finally {
    accepting = false;
    await pool.stop(STOP_MILLISECONDS);
    await operations.stop(OPERATIONS_STOP_MILLISECONDS);
  }
}

/** A worker needs up to 9.7 s; with the end of this process less than 10 s. */
const STOP_MILLISECONDS = 9_750;
const OPERATIONS_STOP_MILLISECONDS = 100;
/** More than a worker waits for its store, less than the second that load balancers wait. */
const READINESS_MILLISECONDS = STORE_MILLISECONDS + 50;
const METRICS_MILLISECONDS = 2_000;

/**
 * Takes the port for a moment: one that is taken is told before any worker is, and a free one is chosen here, so that it
 * stays the same when every worker has ended.
 */
async function portToShare({ host, port }: Config): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  // Safe: a server that listens on a host and a port has an AddressInfo.
  const chosen = (server.address() as AddressInfo).port;
  await new Promise((resolve) => server.close(resolve));
  return chosen;
}

function forkWorker(parts: WorkerChildParts, connections: PassedConnections): WorkerChild {
  // One writes the compiled code that is kept; the others only read it (docs/decisions/compiled-code-is-kept.md).
  const child = cluster.fork(parts.worker === 1 ? {} : { NODE_COMPILE_CACHE_READONLY: '1' });
  connections.keep(child);
  return workerChild(child, parts);
}

interface OperationsListenerParts {
  readonly config: Config;
  readonly pool: WorkerPool;
  readonly among: NewsAmongWorkers;
  readonly begun: Promise<Serving>;
  readonly accepting: () => boolean;
}

function listenForOperations({ config, pool, among, begun, accepting }: OperationsListenerParts): Promise<Listener> {
  const { operationsHost: host, operationsPort: port, workers: of } = config;
  const counts = () => ({ of, ends: pool.ends(), lateNews: among.late() });
  const metrics = workerMetrics();
  const readiness = async (): Promise<ServiceReadiness> => {
    const answered = await pool.ask('readiness', READINESS_MILLISECONDS);
    const answers = answered.map(({ answer }) => answer).filter(isRecord);
    const ready = answers.filter((answer) => answer['storeUp'] === true && answer['accepting'] === true).length;
    const storeUp = answers.some((answer) => answer['storeUp'] === true);
    return { storeUp, accepting: accepting(), workers: { ready, of } };
  };
  const handler = operationsApp({
    readiness,
    metrics: async () => metrics.render(await pool.ask('metrics', METRICS_MILLISECONDS), counts()),
    openApi: async () => (await import('../service-document.ts')).serviceDocument((await begun).publicUrl),
  });
  return listen({ handler, host, port });
}
