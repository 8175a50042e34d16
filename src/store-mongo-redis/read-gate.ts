import { StoreUnavailable } from '../problems/request-problems.ts';
import { withinStoreTime } from './store-failures.ts';

/**
 * Runs one read of the primary in bounded time. After one that failed, the next ones fail at once for a moment: a server
 * that is away would else hold every request for seconds, and the process would fill up with them.
 * @throws StoreUnavailable
 */
export type ReadGate = <T>(read: () => Promise<T>) => Promise<T>;

const SHUT_MILLISECONDS = 250;

/** @returns a gate that is open; one a store */
export function readGate(): ReadGate {
  let shutUntil = 0;
  return async (read) => {
    if (performance.now() < shutUntil) {
      throw new StoreUnavailable({ diagnostic: 'MongoDB did not answer a moment ago' });
    }
    try {
      return await withinStoreTime(read);
    } catch (error) {
      if (error instanceof StoreUnavailable) shutUntil = performance.now() + SHUT_MILLISECONDS;
      throw error;
    }
  };
}
