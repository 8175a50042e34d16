import { availableParallelism } from 'node:os';

/** With one thread alone, one slow look-up of a name would hold up every signature. */
const LEAST_THREADS = 2;

/**
 * Gives Node's thread pool one thread for each core, unless `UV_THREADPOOL_SIZE` is set. With more of them than cores,
 * signatures take the cores from the event loop, which then hears of requests, and tells the ones that are too many, late.
 * To be called before anything uses the pool; later it has no effect.
 */
export function fitThreadPool(environment: NodeJS.ProcessEnv, cores: number = availableParallelism()): void {
  environment['UV_THREADPOOL_SIZE'] ??= String(Math.max(LEAST_THREADS, cores));
}
