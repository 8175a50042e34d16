/**
 * How much the machine computes for some work, which says how the work grows. How long it takes tells of the machine's
 * other work as well, and on a busy one a linear function takes as long as a quadratic one.
 * @returns milliseconds of CPU of this process
 */
export function cpuMillisecondsOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
