import { replace } from '../store/changes.ts';
import { unlessChanged } from '../store/overtaken.ts';
import type { Lease, Store } from '../store/store.ts';
import { type AliasRemovalParts, changedAlias, finishAliasRemoval } from './alias-removal.ts';
import { RESOURCE_ALIASES, type ResourceAlias } from './resource-alias.ts';

/** What finishing stands on. */
export interface FinishAliasRemovalsParts extends Pick<AliasRemovalParts, 'store' | 'clock'> {
  /** Loaded when there is something to do. */
  readonly hooks: () => Promise<AliasRemovalParts['hooks']>;
}

const ALIASES_PER_RUN = 20;
/** Whoever deletes an alias is given so long to finish alone. */
const PATIENCE_MILLISECONDS = 5_000;

/**
 * Background work: finishes deletions whose process ended halfway. One that had only begun to look is as if not asked for. What one
 * alias fails with does not keep the others waiting.
 */
export async function finishAliasRemovals(parts: FinishAliasRemovalsParts, under: Lease): Promise<void> {
  const { store, clock, hooks } = parts;
  for (const row of await leftHalfway(parts, 'ending')) await keep(store, row, under);
  const removing = await leftHalfway(parts, 'removing');
  if (removing.length === 0) return;
  const rooms = { store, clock, hooks: await hooks() };
  const done = await Promise.allSettled(removing.map((row) => finishAliasRemoval(rooms, undefined, row, under)));
  for (const outcome of done) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}

async function leftHalfway(
  { store, clock }: FinishAliasRemovalsParts,
  state: ResourceAlias['state'],
): Promise<readonly ResourceAlias[]> {
  const { rows } = await store.read(RESOURCE_ALIASES).page('byState', { equals: [state], limit: ALIASES_PER_RUN });
  return rows.filter(({ modifiedAt }) => modifiedAt <= clock.now() - PATIENCE_MILLISECONDS);
}

async function keep(store: Store, ending: ResourceAlias, under: Lease): Promise<void> {
  const kept = replace(RESOURCE_ALIASES, changedAlias(ending, { state: 'active' }), ending.entityTag);
  await unlessChanged(() => store.commit([kept], { under }));
}
