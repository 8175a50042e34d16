import type { Samples } from './samples.ts';

/** One row of the table: what is promised, and what was measured. */
export interface Verdict {
  readonly what: string;
  readonly bound: { readonly atMost: number } | { readonly atLeast: number };
  readonly measured: number;
  /** Of the rounds. */
  readonly spread?: Samples | undefined;
}

/** @returns whether what was measured is what is promised */
export function isMet({ bound, measured }: Verdict): boolean {
  return 'atMost' in bound ? measured <= bound.atMost : measured >= bound.atLeast;
}

/** @returns the whole table in Markdown */
export function verdictTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map((verdict) => {
    const { what, bound, measured, spread } = verdict;
    const promised = 'atMost' in bound ? `≤ ${bound.atMost}` : `≥ ${bound.atLeast}`;
    const between = spread === undefined ? '' : `${shown(spread.least)} to ${shown(spread.most)}`;
    return `| ${what} | ${promised} | ${shown(measured)} | ${between} | ${isMet(verdict) ? 'met' : 'MISSED'} |`;
  });
  return ['| what | promised | measured | rounds | |', '|---|---|---|---|---|', ...rows].join('\n');
}

function shown(value: number): string {
  if (Number.isInteger(value)) return `${value}`;
  return value.toFixed(value >= 100 ? 0 : value < 0.1 ? 4 : 2);
}
