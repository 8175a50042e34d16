/** What was measured in every round, and what is said of it. */
export interface Samples {
  readonly all: readonly number[];
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** @returns the summary of at least one sample @throws RangeError when there is none */
export function samplesOf(all: readonly number[]): Samples {
  const sorted = all.toSorted((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined || most === undefined) throw new RangeError('nothing was measured');
  const upper = sorted[sorted.length >> 1] ?? most;
  const lower = sorted[(sorted.length - 1) >> 1] ?? least;
  return { all, median: (lower + upper) / 2, least, most };
}

/** @returns the ratio of two measurements, round by round: both of a round were taken one right after the other */
export function ratiosOf(measured: readonly number[], yardstick: readonly number[]): Samples {
  return samplesOf(measured.map((sample, round) => sample / (yardstick[round] ?? Number.NaN)));
}

/** @returns `median (least to most)`, with this many decimals */
export function summary({ median, least, most }: Samples, decimals: number): string {
  return `${median.toFixed(decimals)} (${least.toFixed(decimals)} to ${most.toFixed(decimals)})`;
}

/** @returns the raw samples in the order of the rounds */
export function raw({ all }: Samples, decimals: number): string {
  return all.map((sample) => sample.toFixed(decimals)).join(' ');
}
