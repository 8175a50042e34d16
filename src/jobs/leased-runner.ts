import type { Lease, Store } from '../store/store.ts';
import { LeaseLost } from '../store/store-errors.ts';

/** Work in the background that one process at a time does for all. */
export interface Job {
  readonly name: string;
  /** How long after the end of one run the next begins, at the soonest. */
  readonly everyMilliseconds: number;
  /** Does a bounded piece of the work. Its commits name the lease, so that a paused old holder's are refused. */
  run(under: Lease): Promise<void>;
}

/** A runner that is going. */
export interface LeasedRunner {
  /** Runs every job that is due, if this process holds the lease or can have it. @returns whether it held the lease */
  runDue(): Promise<boolean>;
  /** Whether this process holds the lease now, as far as it knows. */
  isHolder(): boolean;
  /** Ends after the run under way and gives the lease up. */
  close(): Promise<void>;
}

/** What the runner stands on. */
export interface LeasedRunnerParts {
  readonly store: Store;
  readonly jobs: readonly Job[];
  /** How often it looks whether something is due. Default: 1,000 ms. */
  readonly tickMilliseconds?: number;
  readonly onError: (job: string, cause: unknown) => void;
}

const LEASE_NAME = 'background-work';
/** After a holder died, another goes on this much later. */
const LEASE_MILLISECONDS = 15_000;

/** Starts the one runner of background work of this process; among all processes one holds the lease. */
export function leasedRunner({ store, jobs, tickMilliseconds = 1_000, onError }: LeasedRunnerParts): LeasedRunner {
  const dueAt = new Map<string, number>();
  let lease: Lease | undefined;
  let heldUntil = 0;
  let running: Promise<unknown> = Promise.resolve();
  let closed = false;

  const hold = async (): Promise<Lease | undefined> => {
    const askedAt = performance.now();
    if (lease !== undefined && !(await lease.renew(LEASE_MILLISECONDS))) lease = undefined;
    lease ??= await store.lease(LEASE_NAME, LEASE_MILLISECONDS);
    heldUntil = askedAt + LEASE_MILLISECONDS;
    return lease;
  };

  const runJob = async (job: Job, under: Lease): Promise<void> => {
    try {
      await job.run(under);
    } catch (cause) {
      if (cause instanceof LeaseLost) lease = undefined;
      onError(job.name, cause);
    }
    // Monotonic: a wall clock that is set back must not hold up the work.
    dueAt.set(job.name, performance.now() + job.everyMilliseconds);
  };

  const runDue = async (): Promise<boolean> => {
    const due = jobs.filter(({ name }) => (dueAt.get(name) ?? 0) <= performance.now());
    if (due.length === 0) return lease !== undefined;
    const held = await hold();
    if (held === undefined) return false;
    for (const job of due) {
      if (closed || lease === undefined) break;
      await runJob(job, held);
    }
    return true;
  };

  const oneAtATime = (): Promise<boolean> => {
    const next = running.then(runDue);
    running = next.catch((cause: unknown) => onError('lease', cause));
    return next;
  };

  let idle = true;
  const timer = setInterval(() => {
    if (!idle) return;
    idle = false;
    void oneAtATime().then(
      () => {
        idle = true;
      },
      () => {
        idle = true;
      },
    );
  }, tickMilliseconds).unref();

  return {
    runDue: oneAtATime,
    // Monotonic: a process that stood still, or cannot reach the store, does not go on taking itself for the holder.
    isHolder: () => lease !== undefined && performance.now() < heldUntil,
    async close() {
      closed = true;
      clearInterval(timer);
      await running;
      const held = lease;
      lease = undefined;
      await held?.release().catch((cause: unknown) => onError('lease', cause));
    },
  };
}
