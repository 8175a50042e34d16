import { type Child, childOf } from './child.ts';
import type { DecisionAnswer, DecisionQuestion } from './decisions.ts';
import type { RawAnswer, RawQuestion } from './raw-signatures.ts';
import { ratiosOf, type Samples, samplesOf } from './samples.ts';

/** What one decision costs, over so many policies. */
export interface DecisionCost {
  readonly policies: number;
  readonly manner: DecisionQuestion['manner'];
  /** Microseconds of CPU. */
  readonly decision: Samples;
  readonly signature: Samples;
  readonly ratios: Samples;
  /** Share of the decisions that was a yes. */
  readonly permitted: number;
}

/** What is measured: one decision over each of these. */
type Case = Pick<DecisionCost, 'policies' | 'manner'>;

const CASES: readonly Case[] = [
  { policies: 100, manner: 'mixed' },
  { policies: 1_000, manner: 'mixed' },
  { policies: 100, manner: 'unindexed' },
  { policies: 1_000, manner: 'unindexed' },
];
/** CPU between two looks is a tenth of a second at least. */
const DECISIONS = { mixed: 400_000, unindexed: 20_000 };
const SIGNATURE = { algorithm: 'ES256', manner: 'loop', count: 20_000, inputBytes: 1_265 } as const;

interface Processes {
  readonly decisions: Child<DecisionQuestion, DecisionAnswer>;
  readonly raw: Child<RawQuestion, RawAnswer>;
}

/** Measures in turn, round by round: a signature, then decisions, so that both meet the same machine. */
export async function measureDecisions(rounds: number): Promise<readonly DecisionCost[]> {
  const processes: Processes = {
    decisions: childOf<DecisionQuestion, DecisionAnswer>('decisions.ts'),
    raw: childOf<RawQuestion, RawAnswer>('raw-signatures.ts'),
  };
  try {
    const costs: DecisionCost[] = [];
    for (const one of CASES) costs.push(await measureCase(processes, one, rounds));
    return costs;
  } finally {
    processes.decisions.end();
    processes.raw.end();
  }
}

async function measureCase({ decisions, raw }: Processes, one: Case, rounds: number): Promise<DecisionCost> {
  const [decided, signed]: [DecisionAnswer[], number[]] = [[], []];
  while (decided.length < rounds) {
    signed.push((await raw.ask(SIGNATURE)).cpuMicroseconds);
    decided.push(await decisions.ask({ ...one, count: DECISIONS[one.manner] }));
  }
  const spent = decided.map(({ cpuMicroseconds }) => cpuMicroseconds);
  return {
    ...one,
    decision: samplesOf(spent),
    signature: samplesOf(signed),
    ratios: ratiosOf(spent, signed),
    permitted: samplesOf(decided.map(({ permitted }) => permitted)).median,
  };
}
