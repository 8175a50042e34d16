import { setTimeout as pause } from 'node:timers/promises';
import { type FollowParts, followOne } from './followed-revocations.ts';

/** Clients that take tokens back all the time. */
export interface RevokingClients {
  /** Ends them after what is under way. @throws what one of them failed with */
  stop(): Promise<void>;
}

const AFTER_FAILURE_MILLISECONDS = 50;

/** @param clients how many go on at once, each after the other's pace of its own */
export function revokingClients(parts: FollowParts, clients: number, pauseMilliseconds = 0): RevokingClients {
  let isOver = false;
  const work = async (): Promise<void> => {
    while (!isOver) {
      const acknowledged = await followOne(parts);
      await pause(acknowledged ? pauseMilliseconds : AFTER_FAILURE_MILLISECONDS);
    }
  };
  const all = Promise.all(Array.from({ length: clients }, work));
  // Whoever stops them hears of a failure; until then it is nobody's.
  all.catch(() => undefined);
  return {
    async stop() {
      isOver = true;
      await all;
    },
  };
}
