import type { Logger } from 'pino';
import type { StartReport, WorkerChild } from './worker-child.ts';
import type { Subject } from './worker-messages.ts';
import { WorkersFailed } from './workers-failed.ts';

/** What a worker that serves says of the service. */
export type Serving = Extract<StartReport, { readonly kind: 'serving' }>;

/** What one worker that serves has answered; `undefined`: nothing in time. */
export interface WorkerAnswer {
  readonly worker: number;
  readonly pid: number | undefined;
  readonly answer: unknown;
}

/** The processes that serve. */
export interface WorkerPool {
  /**
   * Starts one worker, and the others when it serves: the first makes what all need. Each has begun, or has failed once,
   * when this returns.
   * @throws WorkersFailed  the first could not start
   */
  begin(): Promise<Serving>;
  /** Never resolves. @throws WorkersFailed  none serves, and starts have failed several times in a row */
  readonly failed: Promise<never>;
  /** Asks everyone who serves. */
  ask(about: Subject, limitMilliseconds: number): Promise<readonly WorkerAnswer[]>;
  /** How many processes have ended that others took the place of. */
  ends(): number;
  /** Ends all: those who serve finish what is under way; whoever is still there after the limit is killed. */
  stop(limitMilliseconds: number): Promise<void>;
}

/** What a pool is made of. */
export interface WorkerPoolParts {
  /** How many are to serve. */
  readonly count: number;
  readonly logger: Logger;
  /** Starts the process of the worker with this number. */
  readonly fork: (worker: number) => WorkerChild;
}

/** A worker that served for so long did not end because of how it was started. */
const STEADY_MILLISECONDS = 10_000;
const FIRST_DELAY_MILLISECONDS = 100;
const LONGEST_DELAY_MILLISECONDS = 10_000;
/** So many starts that fail in a row while nobody serves: something is wrong that a further one does not mend. */
const FAILED_STARTS = 5;

interface Place {
  readonly worker: number;
  child: WorkerChild | undefined;
  /** How often in a row its process ended soon. */
  quickEnds: number;
  restart: NodeJS.Timeout | undefined;
}

/** @returns a pool in which nothing runs yet */
export function workerPool({ count, logger, fork }: WorkerPoolParts): WorkerPool {
  const places = Array.from({ length: count }, (_, index) => newPlace(index + 1));
  const failed = Promise.withResolvers<never>();
  // Nobody may be listening yet, or any more.
  failed.promise.catch(() => undefined);
  const state = { prepared: false, stopping: false, failedStarts: 0, ends: 0 };
  const alive = () => places.flatMap(({ child }) => child ?? []);
  const serving = () => alive().filter((child) => child.servedMilliseconds() !== undefined);

  const launch = (place: Place): Promise<StartReport> => {
    const child = fork(place.worker);
    place.child = child;
    void child.ended.then((how) => replace(place, child, how));
    return child.begun;
  };

  const replace = (place: Place, { pid, servedMilliseconds }: WorkerChild, how: string): void => {
    place.child = undefined;
    if (state.stopping || !state.prepared) return;
    const served = servedMilliseconds();
    state.ends += 1;
    state.failedStarts = served === undefined ? state.failedStarts + 1 : 0;
    place.quickEnds = served !== undefined && served >= STEADY_MILLISECONDS ? 0 : place.quickEnds + 1;
    if (state.failedStarts >= FAILED_STARTS && serving().length === 0) {
      failed.reject(new WorkersFailed(how));
      return;
    }
    const delayMilliseconds = delayAfter(place.quickEnds);
    logger.warn(
      { worker: place.worker, workerPid: pid, how, delayMilliseconds },
      'a worker ended; another takes its place',
    );
    place.restart = setTimeout(() => void launch(place), delayMilliseconds);
  };

  return {
    async begin() {
      const [first, ...others] = places;
      const report = first === undefined ? undefined : await launch(first);
      if (report?.kind !== 'serving') throw new WorkersFailed(report?.sentence ?? 'There are no workers.');
      state.prepared = true;
      if (!state.stopping) await Promise.all(others.map(launch));
      return report;
    },
    failed: failed.promise,
    ask: (about, limitMilliseconds) =>
      Promise.all(
        serving().map(async ({ worker, pid, ask }) => ({ worker, pid, answer: await ask(about, limitMilliseconds) })),
      ),
    ends: () => state.ends,
    async stop(limitMilliseconds) {
      state.stopping = true;
      for (const { restart } of places) clearTimeout(restart);
      await endAll(alive(), limitMilliseconds, logger);
    },
  };
}

const newPlace = (worker: number): Place => ({ worker, child: undefined, quickEnds: 0, restart: undefined });

/** At once after the first sudden end; slower and slower after further ones. */
function delayAfter(quickEnds: number): number {
  return quickEnds <= 1 ? 0 : Math.min(FIRST_DELAY_MILLISECONDS * 2 ** (quickEnds - 2), LONGEST_DELAY_MILLISECONDS);
}

/** Who does not serve yet has nothing under way, and is ended by the same signal at once. */
async function endAll(children: readonly WorkerChild[], limitMilliseconds: number, logger: Logger): Promise<void> {
  const left = new Set(children);
  for (const child of children) {
    void child.ended.then(() => left.delete(child));
    child.signal('SIGTERM');
  }
  const kill = setTimeout(() => {
    for (const child of left) {
      logger.warn({ worker: child.worker, workerPid: child.pid }, 'a worker did not stop in time and is killed');
      child.signal('SIGKILL');
    }
  }, limitMilliseconds);
  await Promise.all(children.map(({ ended }) => ended)).finally(() => clearTimeout(kill));
}
