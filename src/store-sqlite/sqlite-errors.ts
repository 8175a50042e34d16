import { StoreUnavailable } from '../problems/request-problems.ts';

// Primary result codes: https://sqlite.org/rescode.html
const BUSY = 5;
const LOCKED = 6;
const PROTOCOL = 15;
const CONSTRAINT = 19;
const CONSTRAINT_PRIMARY_KEY = 1555;
const CONSTRAINT_UNIQUE = 2067;

/** NOMEM, READONLY, INTERRUPT, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB: the file, its disk or the machine, not our SQL. */
const FAILURES: ReadonlySet<number> = new Set([7, 8, 9, 10, 11, 13, 14, 26]);

/** @returns whether another process holds what is needed, so that a repeat in a moment may succeed */
export function isBusy(error: unknown): boolean {
  const code = primaryCodeOf(error);
  return code === BUSY || code === LOCKED || code === PROTOCOL;
}

/** @returns whether an id or a unique value is taken */
export function isTaken(error: unknown): boolean {
  const code = resultCodeOf(error);
  return code === CONSTRAINT_PRIMARY_KEY || code === CONSTRAINT_UNIQUE;
}

/** @returns whether SQLite refused a value; the transaction around it may go on */
export function isConstraint(error: unknown): boolean {
  return primaryCodeOf(error) === CONSTRAINT;
}

/**
 * @returns `StoreUnavailable` for what the file, its disk, its locks or a closed store are the reason of; any other error
 *   as it is, because it is a fault of ours
 */
export function storeError(error: unknown): unknown {
  const code = primaryCodeOf(error);
  if (isBusy(error) || (code !== undefined && FAILURES.has(code)) || isClosed(error)) {
    return new StoreUnavailable({ diagnostic: `SQLite: ${messageOf(error)}`, cause: error });
  }
  return error;
}

// By shape, not by class: an error of `node:sqlite` may belong to another realm (tests run in a context of their own).
function resultCodeOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}

// The extended code keeps the primary one in its lowest byte (https://sqlite.org/rescode.html, "Primary Result Codes").
function primaryCodeOf(error: unknown): number | undefined {
  const code = resultCodeOf(error);
  return code === undefined ? undefined : code & 0xff;
}

function isClosed(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_INVALID_STATE';
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : 'unknown';
}
