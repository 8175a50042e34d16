// @ts-check
// JavaScript: a thread of its own keeps no compiled code, and the first TypeScript in it would load Node's type stripper.

import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

/** How long a checkpoint that has to be complete waits for writers and readers of all processes. */
const WAIT_MILLISECONDS = 100;

const address = pathToFileURL(workerData.file);
// A file that was taken away must not be made anew.
address.searchParams.set('mode', 'rw');
const database = new DatabaseSync(address, { timeout: WAIT_MILLISECONDS });

/**
 * Pages of the log, those of them that are not in the file, and whether all was done that was asked for.
 * @param {'NOOP' | 'PASSIVE' | 'RESTART'} mode
 */
function checkpoint(mode) {
  const { busy, log, checkpointed } = Object(database.prepare(`PRAGMA wal_checkpoint(${mode})`).get());
  return { logPages: Number(log), missingPages: Number(log) - Number(checkpointed), isComplete: Number(busy) === 0 };
}

parentPort?.on('message', ({ mode, leastPages }) => {
  if (mode === 'close') {
    database.close();
    parentPort?.close();
    return;
  }
  // SQLite before 3.51 takes NOOP for PASSIVE, which is right too, only oftener than needed.
  const before = checkpoint('NOOP');
  parentPort?.postMessage(before.missingPages < leastPages ? before : checkpoint(mode));
});
