/** Where the service learns what time it is; tests give a clock that they move by hand. */
export interface Clock {
  /** Integer milliseconds since the epoch. */
  now(): number;
}

/** The machine's own clock. */
export const SYSTEM_CLOCK: Clock = { now: () => Date.now() };

/** The same instant in whole seconds, rounded down, as JWT claims want it (RFC 7519, section 2, NumericDate). */
export function secondsOf(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
