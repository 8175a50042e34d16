import { setTimeout as after } from 'node:timers/promises';

/**
 * Tries `promise` again and again until it does not throw, for at most `milliseconds`; then its error passes. By default for 10 s,
 * because the machine may have much else to do: a test of something that is promised for sooner says for when.
 */
export async function eventually(promise: () => void | Promise<void>, milliseconds = 10_000): Promise<void> {
  const endsAt = performance.now() + milliseconds;
  for (;;) {
    try {
      await promise();
      return;
    } catch (error) {
      if (performance.now() >= endsAt) throw error;
      await after(10);
    }
  }
}

/** How many of the promises were kept, and the errors of the others. */
export async function outcomes(
  promises: readonly Promise<unknown>[],
): Promise<{ readonly kept: number; readonly errors: readonly unknown[] }> {
  const settled = await Promise.allSettled(promises);
  const errors = settled.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  return { kept: settled.length - errors.length, errors };
}
