import type { Clock } from '../../src/clock/clock.ts';

/** The machine's clock, with a difference that a test chooses: time passes, and tests may make more of it pass. */
export interface MovingClock extends Clock {
  /** Makes this many milliseconds pass at once. */
  pass(milliseconds: number): void;
}

/** @returns a clock that begins at the machine's own time */
export function movingClock(): MovingClock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    pass(milliseconds) {
      ahead += milliseconds;
    },
  };
}
