import { accessSync, constants, mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

const IN_MEMORY = '/dev/shm';
const PREFIX = 'latchkey-suite-';
/** Several MongoDB servers with their journals take most of it. */
const LEAST_BYTES = 6 * 1024 ** 3;

/**
 * A folder in memory for one run of the tests. Their stores commit some ten thousand times, and no test cuts the power: on a disk that others
 * write to, waiting for it is most of the time in which a service on MongoDB starts. What runs that were killed left there goes.
 * @param parent a file system in memory. Default: that of Linux
 * @returns its path; `undefined` where there is none, or not enough memory is free
 */
export function makeMemoryFolder(parent: string = IN_MEMORY): string | undefined {
  try {
    accessSync(parent, constants.W_OK);
    removeAbandoned(parent);
    const { bavail, bsize } = statfsSync(parent);
    if (Math.min(bavail * bsize, process.availableMemory()) < LEAST_BYTES) return undefined;
    const folder = join(parent, `${PREFIX}${process.pid}`);
    mkdirSync(folder, { mode: 0o700 });
    return folder;
  } catch {
    return undefined;
  }
}

function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : Number.NaN;
    if (Number.isInteger(pid) && !isAlive(pid)) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process cannot be asked, and is alive.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
