import { once } from 'node:events';
import { statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Brings what the write-ahead log holds into the file by a thread of its own: on the event loop, where SQLite does it after
 * a commit, it stops every request for 20 to 90 ms.
 */
export interface Checkpoints {
  /** Says that a transaction of this process was committed. */
  committed(): void;
  /** @returns what the next transaction has to wait for, if anything */
  underWay(): Promise<void> | undefined;
  /** To be called before the connection is closed. */
  close(): Promise<void>;
}

/** Of whose log, and how it is bounded. */
export interface CheckpointsParts {
  readonly file: string;
  /** How long after a commit the log is looked at. Default: 100 ms. */
  readonly lookMilliseconds?: number;
  /** So many pages that are not yet in the file are worth a checkpoint. Default: 2,000, which are 8 MB. */
  readonly leastPages?: number;
  /** A log of so many pages must begin anew. Default: 8,000, which are 32 MB. */
  readonly mostPages?: number;
}

/** Pages after which a connection that commits makes the checkpoint itself: when the thread is lost, or falls behind. */
export const OWN_CHECKPOINT_PAGES = 16_000;

const PAGE_BYTES = 4_096;
/** How long writes go on beside a checkpoint. */
const PATIENCE_MILLISECONDS = 500;
/** How long they wait for one; after that the connection that commits keeps the log short. */
const LONGEST_HOLD_MILLISECONDS = 2_000;
const RESTART_PAUSE_MILLISECONDS = 2_000;
const CLOSE_MILLISECONDS = 2_000;

/** What the thread answers. */
interface LogState {
  readonly logPages: number;
  /** Those of them that are not in the file. */
  readonly missingPages: number;
  /** False: others write, read an older state or make a checkpoint. */
  readonly isComplete: boolean;
}

/** @returns what starts its thread when the log has grown for the first time */
export function checkpoints(parts: CheckpointsParts): Checkpoints {
  const { file, lookMilliseconds = 100, leastPages = 2_000, mostPages = 8_000 } = parts;
  let thread: CheckpointThread | undefined;
  let looking: Promise<void> | undefined;
  let held: Promise<void> | undefined;
  let notBefore = 0;
  let hasNews = false;
  const closing = new AbortController();

  const hold = async (work: Promise<LogState>): Promise<void> => {
    const until = Promise.race([settled(work), pause(LONGEST_HOLD_MILLISECONDS, undefined, { ref: false })]);
    held = until;
    await until;
    if (held === until) held = undefined;
  };
  const look = async (): Promise<void> => {
    // The log's file is as long as the log ever was: a short one need not be asked about.
    const { size = 0 } = statSync(`${file}-wal`, { throwIfNoEntry: false }) ?? {};
    if (size < leastPages * PAGE_BYTES) return;
    thread ??= await checkpointThread(file);
    // Writes go on meanwhile, so that at its end there is more in the log, and the log cannot begin anew. Only where the
    // disk is slow they wait too: they would be faster than it.
    const passive = thread.ask('PASSIVE', leastPages);
    const slow = setTimeout(() => void hold(passive), PATIENCE_MILLISECONDS);
    const { logPages } = await passive.finally(() => clearTimeout(slow));
    if (logPages < mostPages || performance.now() < notBefore) return;
    // There is little left in it: writes wait for that, and need not try in vain.
    const restarted = thread.ask('RESTART', 0);
    await hold(restarted);
    // Somebody reads an older state, such as a backup: writes must not wait again and again for the end of that.
    if (!(await restarted).isComplete) notBefore = performance.now() + RESTART_PAUSE_MILLISECONDS;
  };

  const lookWhileNeeded = async (): Promise<void> => {
    // Also for what is committed while it looks: there may be no other commit for long.
    while (hasNews) {
      await pause(lookMilliseconds, undefined, { ref: false, signal: closing.signal });
      hasNews = false;
      await look();
    }
  };

  return {
    committed() {
      if (closing.signal.aborted) return;
      hasNews = true;
      looking ??= lookWhileNeeded()
        // Nobody waits for it; whoever commits makes the checkpoint when the log has become too long.
        .catch(() => undefined)
        .finally(() => {
          looking = undefined;
        });
    },
    underWay: () => held,
    async close() {
      closing.abort();
      await looking;
      await thread?.close();
    },
  };
}

const settled = (work: Promise<unknown>): Promise<void> =>
  work.then(
    () => undefined,
    () => undefined,
  );

interface CheckpointThread {
  /** @param leastPages nothing is done while fewer are missing in the file */
  ask(mode: 'PASSIVE' | 'RESTART', leastPages: number): Promise<LogState>;
  close(): Promise<void>;
}

/** One question at a time. */
async function checkpointThread(file: string): Promise<CheckpointThread> {
  const { Worker } = await import('node:worker_threads');
  const worker = new Worker(new URL('checkpoint-thread.mjs', import.meta.url), {
    workerData: { file },
    // Those of the process would load what this thread does not need.
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  });
  worker.unref();
  const failed = once(worker, 'exit').then(() => {
    throw new Error('the thread for checkpoints has ended');
  });
  failed.catch(() => undefined);
  return {
    async ask(mode, leastPages) {
      worker.postMessage({ mode, leastPages });
      const [answer] = await Promise.race([once(worker, 'message'), failed]);
      // The thread answers nothing else; both files are written as one.
      return answer as LogState;
    },
    async close() {
      const left = pause(CLOSE_MILLISECONDS, undefined, { ref: false });
      // Waited for, so the event loop must not end before it.
      worker.ref();
      worker.postMessage({ mode: 'close' });
      await Promise.race([settled(failed), left]);
      await worker.terminate();
    },
  };
}
