import { setTimeout as after } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

const SPREAD_MILLISECONDS = 1_000;

/** @returns what it comes to be: as expected, or whatever it still is a second after the call */
export async function withinASecond<T>(look: () => Promise<T>, expected: T): Promise<T> {
  const deadline = performance.now() + SPREAD_MILLISECONDS;
  for (;;) {
    const startedAt = performance.now();
    const seen = await look();
    if (isDeepStrictEqual(seen, expected) || startedAt > deadline) return seen;
    await after(5);
  }
}
