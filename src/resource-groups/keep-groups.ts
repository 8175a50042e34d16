import { replace } from '../store/changes.ts';
import { nextEntityTag } from '../store/entity-tag.ts';
import { unlessChanged } from '../store/overtaken.ts';
import type { Lease, Store } from '../store/store.ts';
import { RESOURCE_GROUPS } from './resource-group.ts';

const GROUPS_PER_RUN = 100;

/**
 * Background work: takes the mark from groups whose deletion ended halfway, so that things can be made in them again. Whoever is
 * deleting one at this moment is only disturbed, and looks again.
 */
export async function keepGroupsLeftEnding(store: Store, under: Lease): Promise<void> {
  const { rows } = await store.read(RESOURCE_GROUPS).page('byEnding', { equals: [true], limit: GROUPS_PER_RUN });
  for (const row of rows) {
    const kept = { ...row, ending: false, entityTag: nextEntityTag(row.entityTag) };
    await unlessChanged(() => store.commit([replace(RESOURCE_GROUPS, kept, row.entityTag)], { under }));
  }
}
