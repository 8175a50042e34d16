import type { Clock } from '../../src/clock/clock.ts';

/** The machine's clock, with a difference that a test chooses: time passes, and tests may make more of it pass. */
export interface MovingClock extends Clock {
  /** Makes this many milliseconds pass at once. */
  pass(milliseconds: number): void;
  /** Makes a new minute begin: what follows at once lies in one minute. */
  beginMinute(): void;
}

const MINUTE_MILLISECONDS = 60_000;

/** @returns a clock that begins at the machine's own time */
export function movingClock(): MovingClock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    pass(milliseconds) {
      ahead += milliseconds;
    },
    beginMinute() {
      ahead += MINUTE_MILLISECONDS - ((Date.now() + ahead) % MINUTE_MILLISECONDS);
    },
  };
}
