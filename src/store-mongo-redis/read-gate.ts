import { StoreUnavailable } from '../problems/request-problems.ts';
import { withinStoreTime } from './store-failures.ts';

/**
 * Runs reads of the primary in bounded time. After one that failed, the next ones fail at once for a moment: a server that is
 * away would else hold every request for seconds, and the process would fill up with them.
 */
export interface ReadGate {
  /** @throws StoreUnavailable */
  read<T>(read: () => Promise<T>): Promise<T>;
  /** Reads also while the gate is shut, to find out whether it may open. @throws StoreUnavailable */
  probe<T>(read: () => Promise<T>): Promise<T>;
}

const SHUT_MILLISECONDS = 250;

/** @returns a gate that is open; one a store. @param believed reads so that the answer may be believed */
export function readGate(believed: <T>(read: () => Promise<T>) => Promise<T>): ReadGate {
  let shutUntil = 0;
  let answeredAt = 0;

  const probe = async <T>(read: () => Promise<T>): Promise<T> => {
    const begunAt = performance.now();
    try {
      const answer = await withinStoreTime(() => believed(read));
      answeredAt = performance.now();
      shutUntil = 0;
      return answer;
    } catch (error) {
      // What was asked of a server that has answered since tells of the past.
      const isNews = answeredAt < begunAt;
      if (isNews && error instanceof StoreUnavailable) shutUntil = performance.now() + SHUT_MILLISECONDS;
      throw error;
    }
  };

  return {
    async read(read) {
      if (performance.now() < shutUntil) {
        throw new StoreUnavailable({ diagnostic: 'MongoDB did not answer a moment ago' });
      }
      return probe(read);
    },
    probe,
  };
}
