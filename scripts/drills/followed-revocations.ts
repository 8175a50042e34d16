import { setTimeout as pause } from 'node:timers/promises';
import { answerOrNone, type Verdict, verdictOf, type Witness } from '../../test/harness/faults/witnesses.ts';
import { oneOf } from './random-numbers.ts';
import type { PreparedRevocation, PrepareRevocation } from './revocation-levels.ts';

/** A token whose end was acknowledged. */
export interface EndedToken {
  readonly token: string;
  readonly level: string;
  /** Who acknowledged it, and when by the monotonic clock. */
  readonly by: Witness;
  readonly at: number;
}

/** What is kept of all revocations of a drill. */
export interface Ledger {
  readonly ended: EndedToken[];
  /** Milliseconds from each answer until another witness had refused. */
  readonly spread: number[];
  readonly levels: Map<string, number>;
  /** Revocations without an answer, or answered 503. */
  unacknowledged: number;
  /** Looks at a token that ended in 503 or no answer. */
  unknown: number;
  /** Looks at which a node that was cut off accepted, in its grace, what others had revoked since. */
  graceLooks: number;
  readonly findings: string[];
}

/** @returns an empty ledger */
export function ledger(): Ledger {
  return { ended: [], spread: [], levels: new Map(), unacknowledged: 0, unknown: 0, graceLooks: 0, findings: [] };
}

/** What following takes. */
export interface FollowParts {
  readonly witnesses: () => readonly Witness[];
  readonly prepare: PrepareRevocation;
  readonly kept: Ledger;
  readonly below: (limit: number) => number;
  /** How long after the answer another process may still accept; 0: not at all. */
  readonly othersMilliseconds: number;
}

const BETWEEN_LOOKS_MILLISECONDS = 10;
/** After this, a witness that says neither yes nor no is no longer waited for; all are asked again at the end. */
const PATIENCE_MILLISECONDS = 3_000;

/** Ends one token and asks every witness until it refuses. @returns whether the end was acknowledged */
export async function followOne({
  witnesses,
  prepare,
  kept,
  below,
  othersMilliseconds,
}: FollowParts): Promise<boolean> {
  const all = witnesses();
  const prepared = await preparedBy(prepare, oneOf(all, below), kept);
  if (prepared === undefined) return false;
  const at = oneOf(all, below);
  await requireFresh(oneOf(all, below), prepared, kept);
  const answer = await answerOrNone(() => prepared.revoke(at));
  const answeredAt = performance.now();
  const acknowledged = answer !== undefined && answer.status < 300;
  if (!acknowledged) {
    kept.unacknowledged += 1;
    if (answer !== undefined && answer.status !== 503)
      kept.findings.push(`${prepared.level} at ${at.name}: answered ${answer.status} ${answer.text}`);
    await prepared.after?.(at);
    return false;
  }
  const ended = { token: prepared.token, level: prepared.level, by: at, at: answeredAt };
  kept.ended.push(ended);
  kept.levels.set(ended.level, 1 + (kept.levels.get(ended.level) ?? 0));
  const others = all.filter((witness) => witness !== at);
  await Promise.all([
    lookUntilRefused(at, ended, 0, kept),
    ...others.map(async (witness) => {
      const refusedAt = await lookUntilRefused(witness, ended, othersMilliseconds, kept);
      if (refusedAt !== undefined) kept.spread.push(refusedAt - answeredAt);
    }),
  ]);
  await prepared.after?.(at);
  return true;
}

/** What cannot even be prepared, because something good was refused or failed, is a finding and not the end of the drill. */
async function preparedBy(
  prepare: PrepareRevocation,
  at: Witness,
  kept: Ledger,
): Promise<PreparedRevocation | undefined> {
  try {
    return await prepare(at);
  } catch (error) {
    kept.findings.push(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

async function requireFresh(witness: Witness, { token, level }: PreparedRevocation, kept: Ledger): Promise<void> {
  const verdict = await verdictOf(witness, token, 'introspect');
  if (verdict === 'refused') kept.findings.push(`${witness.name} refused a fresh token (${level})`);
  if (verdict === 'unknown') kept.unknown += 1;
}

/** @returns when it had refused, by the monotonic clock; `undefined` when it said neither yes nor no for too long */
async function lookUntilRefused(
  witness: Witness,
  ended: EndedToken,
  toleratedMilliseconds: number,
  kept: Ledger,
): Promise<number | undefined> {
  let isReported = false;
  for (let turn = 0; ; turn += 1) {
    const askedAfter = performance.now() - ended.at;
    const verdict = await verdictOf(witness, ended.token, turn % 2 === 0 ? 'introspect' : 'bearer');
    if (verdict === 'refused') return performance.now();
    if (verdict === 'unknown') kept.unknown += 1;
    if (verdict === 'accepted' && askedAfter >= toleratedMilliseconds && !isReported) {
      isReported = true;
      const late = Math.round(askedAfter);
      kept.findings.push(
        `${witness.name} accepted a revoked token (${ended.level} at ${ended.by.name}) after ${late} ms`,
      );
    }
    if (askedAfter > PATIENCE_MILLISECONDS) return undefined;
    await pause(BETWEEN_LOOKS_MILLISECONDS);
  }
}

const LOOKERS = 16;
const SETTLING_MILLISECONDS = 15_000;

/** Asks each witness about each ended token once more. @returns a sentence for each that is accepted, or still unknown */
export async function acceptedStill(ended: readonly EndedToken[], witnesses: readonly Witness[]): Promise<string[]> {
  const found: string[] = [];
  const rest = ended.values();
  const look = async (): Promise<void> => {
    for (const { token, level, by } of rest) {
      for (const witness of witnesses) {
        const verdict = await settledVerdict(witness, token);
        if (verdict !== 'refused')
          found.push(`in the end ${witness.name}: ${verdict}, a token ended at ${by.name} (${level})`);
      }
    }
  };
  // The lookers share one iterator, so each token is looked at once.
  await Promise.all(Array.from({ length: LOOKERS }, look));
  return found;
}

/** A process may be starting still, or waiting for an election. */
async function settledVerdict(witness: Witness, token: string): Promise<Verdict> {
  const deadline = performance.now() + SETTLING_MILLISECONDS;
  for (;;) {
    const verdict = await verdictOf(witness, token, 'introspect');
    if (verdict !== 'unknown' || performance.now() > deadline) return verdict;
    await pause(100);
  }
}

/** What a ledger comes to, by name. */
export function ledgerFacts({ ended, spread, levels, unacknowledged, unknown, graceLooks }: Ledger) {
  const sorted = spread.toSorted((a, b) => a - b);
  const quantile = (part: number) => Math.round(sorted[Math.floor(part * (sorted.length - 1))] ?? 0);
  return {
    revocations: ended.length,
    'by level': [...levels].map(([level, count]) => `${level} ${count}`).join(', '),
    'spread to other processes, ms': `p50 ${quantile(0.5)}, p99 ${quantile(0.99)}, max ${quantile(1)}`,
    'revocations not acknowledged': unacknowledged,
    'answers "cannot know"': unknown,
    ...(graceLooks > 0 && { 'looks accepted in the grace of a node cut off': graceLooks }),
  };
}

/** @returns the spread that only one in a hundred exceeds, milliseconds */
export function spreadOfMost({ spread }: Ledger): number {
  return spread.toSorted((a, b) => a - b)[Math.floor(0.99 * (spread.length - 1))] ?? 0;
}
