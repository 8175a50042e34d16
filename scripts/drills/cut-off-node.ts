import { setTimeout as pause } from 'node:timers/promises';
import { type Verdict, verdictOf, type Witness } from '../../test/harness/faults/witnesses.ts';
import { acceptedStill, type EndedToken, type Ledger } from './followed-revocations.ts';
import type { OwnedKey, Owner } from './given-keys.ts';

/** What watching takes. */
export interface CutOffParts {
  readonly node: Witness;
  readonly others: readonly Witness[];
  readonly kept: Ledger;
  readonly owner: Owner;
  readonly goodKeys: readonly OwnedKey[];
  /** Whether news still come to it by Redis; then a revocation must reach it within a second all the same. */
  readonly hearsThroughRedis: boolean;
  readonly cut: () => void;
  readonly heal: () => void;
}

const HEARD_MILLISECONDS = 1_000;
/** A second in which it may think itself current, and the grace of ten. */
const GRACE_ENDS_MILLISECONDS = 11_000;
/** With what a look that has begun before may take. */
const SURELY_OVER_MILLISECONDS = 15_000;
const WATCHED_AFTER_MILLISECONDS = 3_000;
const RECOVERY_MILLISECONDS = 20_000;
const SAMPLE = 5;

/** Cuts a node off for longer than its grace, asks it all the time, and lets it come back. @returns what must not be */
export async function watchCutOffNode(parts: CutOffParts): Promise<readonly string[]> {
  const { node, kept, owner, cut, heal } = parts;
  const findings: string[] = [];
  const before = kept.ended.slice();
  // Heard of for certain.
  await pause(HEARD_MILLISECONDS);
  cut();
  const cutAt = performance.now();
  const elapsed = () => performance.now() - cutAt;
  let accepted = 0;
  while (elapsed() < SURELY_OVER_MILLISECONDS + WATCHED_AFTER_MILLISECONDS) {
    const askedAfter = elapsed();
    const isOver = askedAfter > SURELY_OVER_MILLISECONDS;
    const [old, young, good] = await Promise.all([
      ask(node, lastOf(before)),
      ask(node, lastOf(kept.ended.filter(({ at }) => at > cutAt && performance.now() - at > HEARD_MILLISECONDS))),
      verdictOf(node, owner.token, 'introspect'),
    ]);
    if (old.includes('accepted')) findings.push(`accepted what was revoked before, ${seconds(askedAfter)}`);
    if (young.includes('accepted')) {
      accepted += 1;
      // In its grace a node that hears nothing cannot know: that is what the grace is for.
      if (parts.hearsThroughRedis || askedAfter > GRACE_ENDS_MILLISECONDS + HEARD_MILLISECONDS)
        findings.push(`accepted what was revoked elsewhere, ${seconds(askedAfter)}`);
    }
    if (good === 'refused') findings.push(`refused a good token, ${seconds(askedAfter)}`);
    if (isOver && good !== 'unknown') findings.push(`still answers after its grace, ${seconds(askedAfter)}`);
    await pause(100);
  }
  kept.graceLooks += accepted;
  heal();
  findings.push(...(await comeBack(parts)));
  return [...new Set(findings)];
}

/** Once it answers again it must know everything. */
async function comeBack({ node, kept, owner, goodKeys }: CutOffParts): Promise<readonly string[]> {
  const healedAt = performance.now();
  while ((await verdictOf(node, owner.token, 'introspect')) === 'unknown') {
    if (performance.now() - healedAt > RECOVERY_MILLISECONDS)
      return ['does not answer 20 s after it is connected again'];
    await pause(20);
  }
  const ended = kept.ended.filter(({ at }) => at < performance.now() - HEARD_MILLISECONDS);
  const late = await acceptedStill(ended.slice(-300), [node]);
  const [key] = goodKeys;
  const asked = { grant_type: 'apikey', apikey: key?.secret ?? '' };
  const { status, text } = await node.call('POST', '/identity/token', { form: asked });
  return status === 200 ? late : [...late, `does not exchange a good key once it is back: ${status} ${text}`];
}

const lastOf = (ended: readonly EndedToken[]): readonly EndedToken[] => ended.slice(-SAMPLE);

const ask = (node: Witness, ended: readonly EndedToken[]): Promise<readonly Verdict[]> =>
  Promise.all(ended.map(({ token }) => verdictOf(node, token, 'introspect')));

const seconds = (milliseconds: number): string => `${Math.round(milliseconds / 1_000)} s after the cut`;
