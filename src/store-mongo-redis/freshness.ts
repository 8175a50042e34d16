/** How old what a process has heard through one way may be at most. */
export interface Freshness {
  /** The process's own heartbeat of this number came back: everything committed before it was sent has come as well. */
  saw(beat: number): void;
  /** @returns milliseconds since the newest heartbeat that came back was sent; infinite before the first */
  age(): number;
  /** @returns when that heartbeat was sent, by the monotonic clock: everything committed before then has come */
  provenAt(): number;
}

/** A process that hears of changes later than this no longer trusts its memory. */
export const CURRENT_MILLISECONDS = 1_000;

/** How long a process that can reach no primary goes on with its memory: about one election. */
export const GRACE_MILLISECONDS = 10_000;

/** @param sentAt when a heartbeat was sent, by the monotonic clock; `undefined` for one that is not remembered */
export function freshness(sentAt: (beat: number) => number | undefined): Freshness {
  let provenAt = Number.NEGATIVE_INFINITY;
  return {
    saw(beat) {
      provenAt = Math.max(provenAt, sentAt(beat) ?? Number.NEGATIVE_INFINITY);
    },
    // Monotonic: also a process that was stopped for a while, or whose wall clock was set, knows that time has passed.
    age: () => performance.now() - provenAt,
    provenAt: () => provenAt,
  };
}
