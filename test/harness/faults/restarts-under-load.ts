import { setTimeout as pause } from 'node:timers/promises';
import type { Environment } from '../../../src/config/read-settings.ts';
import type { ServiceProcess, ServiceProcesses } from '../service-process.ts';
import { keepAliveLoad, type Load, type LoadReport } from './keep-alive-load.ts';

/** What restarts under load come to. */
export interface RestartsUnderLoad extends LoadReport {
  readonly restarts: number;
  readonly slowestStopMilliseconds: number;
  /** Ends that were not 0. */
  readonly badEnds: readonly string[];
}

/** What the restarts need. */
export interface RestartsParts {
  readonly processes: ServiceProcesses;
  readonly settings: Environment;
  readonly dataFolder: string;
  readonly restarts: number;
  readonly requestsPerSecond: number;
  /** Of each service. Default: 1. */
  readonly workers?: number;
  /** Told after each restart; @returns false to stop early. */
  readonly onRestart?: (restarts: number, failures: number) => boolean;
}

/**
 * Two services on one installation; the first takes all the load until it is stopped, then the other, and a fresh one takes
 * its place. So every stop is a stop under full load, and every request has somewhere to go (R37).
 */
export async function restartsUnderLoad(parts: RestartsParts): Promise<RestartsUnderLoad> {
  const { processes, settings, dataFolder, requestsPerSecond, onRestart, workers } = parts;
  const start = () => processes.start({ settings, dataFolder, ...(workers !== undefined && { workers }) });
  const services: ServiceProcess[] = [await start(), await start()];
  const apikey = (await services[0]?.adminKey()) ?? '';
  const load = keepAliveLoad({ apikey, requestsPerSecond, targets: () => services.map(({ url }) => url) });
  const stops = { slowest: 0, bad: [] as string[] };
  let restarts = 0;
  while (restarts < parts.restarts) {
    const [first, second] = services;
    if (first === undefined || second === undefined) break;
    await underLoad(load);
    const begunAt = performance.now();
    // The load learns of it by `Connection: close` or a refused connection, and only then from the list.
    const { exitCode, signal } = await first.stop();
    stops.slowest = Math.max(stops.slowest, Math.round(performance.now() - begunAt));
    if (exitCode !== 0) stops.bad.push(`restart ${restarts}: ended with ${exitCode ?? signal}`);
    services.splice(0, 1);
    services.push(await start());
    restarts += 1;
    if (onRestart?.(restarts, stops.bad.length) === false) break;
  }
  const report = await load.stop();
  await Promise.all(services.map((service) => service.stop()));
  return { ...report, restarts, slowestStopMilliseconds: stops.slowest, badEnds: stops.bad };
}

const STEADY_REQUESTS = 50;
const STEADY_LIMIT_MILLISECONDS = 20_000;

/** Its connections are made, and requests come over them: a stop before that would only be a stop of an idle service. */
async function underLoad(load: Load): Promise<void> {
  const wanted = load.answered() + STEADY_REQUESTS;
  const deadline = Date.now() + STEADY_LIMIT_MILLISECONDS;
  while (load.answered() < wanted) {
    if (Date.now() > deadline) throw new Error('no load came to be');
    await pause(10);
  }
}
