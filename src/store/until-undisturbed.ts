import { setTimeout as after } from 'node:timers/promises';
import { EntityTagStale } from '../problems/entity-problems.ts';
import { StaleEntityTag } from './store-errors.ts';

/** Of so many that change one thing at once, each round lets one through. */
const ATTEMPTS = 50;
const LONGEST_PAUSE_MILLISECONDS = 20;

/**
 * Makes a change whose caller named no version: when something it was based on was changed by others between its reading
 * and its commit, it is made again from what is there now.
 * @param change reads, decides and commits; everything anew at each call
 * @throws EntityTagStale  others were faster 50 times
 */
export async function untilUndisturbed<T>(change: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await change();
    } catch (error) {
      if (!(error instanceof StaleEntityTag)) throw error;
      // Few attempts would let a flood of changes keep a stolen key from being disabled (starvation).
      if (attempt < ATTEMPTS) {
        await after(Math.random() * Math.min(LONGEST_PAUSE_MILLISECONDS, attempt));
        continue;
      }
      throw new EntityTagStale('It is being changed by others at this moment.', {
        details: 'Try again.',
        cause: error,
      });
    }
  }
}
