/** Random numbers that a seed decides (mulberry32), so that a finding can be made again. */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** @returns one of several, which must not be none */
export function oneOf<T>(all: readonly T[], below: (limit: number) => number): T {
  const chosen = all[below(all.length)];
  if (chosen === undefined) throw new RangeError('there is nothing to choose from');
  return chosen;
}
