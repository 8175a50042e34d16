import { mongo } from 'mongoose';
import { Problem } from '../problems/problem.ts';
import { StoreUnavailable } from '../problems/request-problems.ts';

/** What no call but a commit outlives. */
export const CALL_MILLISECONDS = 3_000;

// MongoDB error codes, in the words of the server's error_codes.yml: the node is not, or no longer, able to answer.
const UNAVAILABLE_CODES = new Set<number | string | undefined>([
  6, // HostUnreachable
  7, // HostNotFound
  50, // MaxTimeMSExpired
  64, // WriteConcernTimeout
  89, // NetworkTimeout
  91, // ShutdownInProgress
  112, // WriteConflict, still after all repeats
  134, // ReadConcernMajorityNotAvailableYet
  189, // PrimarySteppedDown
  246, // SnapshotUnavailable
  251, // NoSuchTransaction: the primary has changed or given it up
  262, // ExceededTimeLimit
  9001, // SocketException
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11602, // InterruptedDueToReplStateChange
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
]);

const UNAVAILABLE_LABELS = ['TransientTransactionError', 'UnknownTransactionCommitResult', 'RetryableWriteError'];

const UNAVAILABLE_ERRORS = [
  mongo.MongoServerSelectionError,
  mongo.MongoNotConnectedError,
  mongo.MongoTopologyClosedError,
  mongo.MongoClientClosedError,
  mongo.MongoExpiredSessionError,
  mongo.MongoWriteConcernError,
] as const;

// What Node says of a connection that is gone, where the driver passes it on as it came.
const LOST_CONNECTION_CODES = new Set<unknown>([
  ...['ECONNABORTED', 'ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT'],
  ...['ERR_SOCKET_CLOSED', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'],
]);

/**
 * Runs one call of the durable store in bounded time.
 * @throws StoreUnavailable when MongoDB could not be reached, or did not answer in time; every other error passes
 */
export async function withinStoreTime<T>(work: () => Promise<T>, milliseconds = CALL_MILLISECONDS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new StoreUnavailable({ diagnostic: `MongoDB did not answer within ${milliseconds} ms` }));
    }, milliseconds);
  });
  try {
    return await Promise.race([work(), late]);
  } catch (error) {
    throw asStoreFailure(error);
  } finally {
    clearTimeout(timer);
  }
}

/** @returns StoreUnavailable for an error that says that MongoDB cannot answer now; every other error as it is */
export function asStoreFailure(error: unknown): unknown {
  if (error instanceof Problem || !isUnavailable(error)) return error;
  return new StoreUnavailable({ diagnostic: 'MongoDB cannot answer now', cause: error });
}

/** @returns whether a unique value or an id is taken (`E11000`) */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === 11000;
}

/** @returns whether MongoDB put this label on the error */
export function hasLabel(error: unknown, label: string): boolean {
  return causesOf(error).some((cause) => cause instanceof mongo.MongoError && cause.hasErrorLabel(label));
}

/** @returns whether the connection was lost: what became of the call is not known */
export function isConnectionLost(error: unknown): boolean {
  return causesOf(error).some(
    (cause) =>
      cause instanceof mongo.MongoNetworkError ||
      (cause instanceof Error && 'code' in cause && LOST_CONNECTION_CODES.has(cause.code)),
  );
}

/** The error itself, and what it was made from: a failed bulk write keeps that as the `errorResponse`, without its labels. */
function causesOf(error: unknown): readonly unknown[] {
  const causes = [error];
  if (error instanceof mongo.MongoServerError) causes.push(error.errorResponse);
  if (error instanceof Error) causes.push(error.cause);
  return causes;
}

function isUnavailable(error: unknown): boolean {
  if (isConnectionLost(error)) return true;
  if (UNAVAILABLE_ERRORS.some((kind) => error instanceof kind)) return true;
  // The pool was cleared or its queue was too long: classes that the driver does not export everywhere.
  if (error instanceof Error && /^(MongoPoolCleared|MongoWaitQueueTimeout|MongooseServerSelection)/.test(error.name))
    return true;
  if (error instanceof mongo.MongoServerError && UNAVAILABLE_CODES.has(error.code)) return true;
  return UNAVAILABLE_LABELS.some((label) => hasLabel(error, label));
}
