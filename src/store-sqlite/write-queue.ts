import { setImmediate as nextTurn } from 'node:timers/promises';
import { StoreUnavailable } from '../problems/request-problems.ts';
import { jitteredPause, type SqliteConnection, WRITE_BOUND_MILLISECONDS } from './sqlite-connection.ts';
import { isBusy, isConstraint, storeError } from './sqlite-errors.ts';

/** Writes that share one transaction, at most: each transaction waits once for the disk, and stops the event loop so long. */
const LARGEST_GROUP = 64;

/** What a transaction did that matters outside of it. */
export interface Journal {
  /** Says that a row may have changed. */
  touch(collection: string, id: string): void;
  /** Says that a row was added to `changes`. */
  tellWatchers(): void;
}

/** How a write is to be made. */
export interface WriteOptions {
  /**
   * False: it may be lost when the machine loses power before the next write that waits; no crash of the process loses it.
   * Default: true.
   */
  readonly waitsForDisk?: boolean;
}

/** The writes of this process, one after the other. */
export interface WriteQueue {
  /**
   * Runs `write` inside a transaction, once; all of it is undone when it throws, and its error passes. Writes of one turn
   * of the event loop share a transaction, each behind a savepoint, because waiting for the disk is what they cost.
   * @throws StoreUnavailable when other processes held the lock for 5 s, or the disk refused
   */
  run<T>(write: (journal: Journal) => T, options?: WriteOptions): Promise<T>;
  /** Ends when everything that was asked for has been answered. */
  drained(): Promise<void>;
}

/** What the queue stands on. */
export interface WriteQueueParts {
  readonly connection: SqliteConnection;
  /** Called in the turn of the commit, before any reader or caller goes on. */
  readonly onCommit: (
    touched: readonly (readonly [collection: string, id: string])[],
    watchersConcerned: boolean,
  ) => void;
  /** Called when the end of a transaction is not known for certain. */
  readonly onFailure: () => void;
  /** @returns what the next transaction has to wait for, if anything. Default: nothing */
  readonly heldBy?: () => Promise<void> | undefined;
}

interface Waiting {
  readonly endsAt: number;
  readonly waitsForDisk: boolean;
  /** Runs the write. @returns what tells the caller, once the transaction is on the disk */
  readonly attempt: (journal: Journal) => () => void;
  readonly refuse: (error: unknown) => void;
}

/** @returns an empty queue */
export function writeQueue(parts: WriteQueueParts): WriteQueue {
  const waiting: Waiting[] = [];
  let pumping: Promise<void> | undefined;

  async function pump(): Promise<void> {
    while (waiting.length > 0) {
      await (parts.heldBy?.() ?? nextTurn());
      if (!nextGroup(parts, waiting)) await jitteredPause();
    }
    pumping = undefined;
  }

  return {
    run: (write, { waitsForDisk = true } = {}) =>
      new Promise((resolve, reject) => {
        waiting.push({
          waitsForDisk,
          endsAt: performance.now() + WRITE_BOUND_MILLISECONDS,
          attempt(journal) {
            const answer = write(journal);
            return () => resolve(answer);
          },
          refuse: reject,
        });
        pumping ??= pump();
      }),
    drained: async () => pumping,
  };
}

/** @returns whether the group at the head of the queue was dealt with; false while another process holds the lock */
function nextGroup(parts: WriteQueueParts, waiting: Waiting[]): boolean {
  const { connection } = parts;
  const commit = (): boolean => {
    const begun = begin(connection, waiting);
    if (begun) commitGroup(parts, waiting.splice(0, LARGEST_GROUP));
    return begun;
  };
  // A transaction waits for the disk as soon as one of its writes does, and takes with it all that did not wait before.
  if (waiting.slice(0, LARGEST_GROUP).some(({ waitsForDisk }) => waitsForDisk)) return commit();
  connection.execute('PRAGMA synchronous = NORMAL');
  try {
    return commit();
  } finally {
    connection.execute('PRAGMA synchronous = FULL');
  }
}

/** @returns whether the transaction has begun; when not, whoever has waited too long has been refused */
function begin(connection: SqliteConnection, waiting: Waiting[]): boolean {
  try {
    connection.execute('BEGIN IMMEDIATE');
    return true;
  } catch (error) {
    const now = performance.now();
    const refused = isBusy(error) ? waiting.filter(({ endsAt }) => endsAt <= now) : [...waiting];
    for (const write of refused) {
      waiting.splice(waiting.indexOf(write), 1);
      write.refuse(storeError(error));
    }
    return false;
  }
}

function commitGroup({ connection, onCommit, onFailure }: WriteQueueParts, group: readonly Waiting[]): void {
  const touched: (readonly [string, string])[] = [];
  let watchersConcerned = false;
  const journal: Journal = {
    touch: (collection, id) => touched.push([collection, id]),
    tellWatchers() {
      watchersConcerned = true;
    },
  };
  let answers: readonly (() => void)[];
  try {
    answers = group.map((write) => behindSavepoint(connection, write, journal));
    connection.execute('COMMIT');
  } catch (error) {
    undo(connection);
    onFailure();
    for (const { refuse } of group) refuse(storeError(error));
    return;
  }
  try {
    onCommit(touched, watchersConcerned);
  } catch (error) {
    // It is on the disk, and those who watch have not all been told: for its callers the outcome is unknown.
    for (const { refuse } of group) refuse(storeError(error));
    return;
  }
  for (const answer of answers) answer();
}

function behindSavepoint(connection: SqliteConnection, write: Waiting, journal: Journal): () => void {
  connection.execute('SAVEPOINT one_write');
  try {
    const answer = write.attempt(journal);
    connection.execute('RELEASE one_write');
    return answer;
  } catch (error) {
    // A full disk or a failed read may end the whole transaction; then no write of the group counts.
    if (!connection.inTransaction() || isStoreFailure(error)) throw error;
    connection.execute('ROLLBACK TO one_write; RELEASE one_write');
    return () => write.refuse(error);
  }
}

function isStoreFailure(error: unknown): boolean {
  return !isConstraint(error) && storeError(error) instanceof StoreUnavailable;
}

function undo(connection: SqliteConnection): void {
  try {
    if (connection.inTransaction()) connection.execute('ROLLBACK');
  } catch {
    // The error that led here is the one to be told; the transaction ends with the connection at the latest.
  }
}
