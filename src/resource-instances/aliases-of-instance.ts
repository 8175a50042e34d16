import type { Caller } from '../access/caller.ts';
import type { Clock } from '../clock/clock.ts';
import { EntityInUse } from '../problems/entity-problems.ts';
import { replace } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import { changedAlias, deletedBy } from './alias-removal.ts';
import { recordedAliasChange } from './existing-alias.ts';
import { RESOURCE_ALIASES } from './resource-alias.ts';
import type { ResourceInstance } from './resource-instance.ts';

/** @returns what to refuse with when an instance has an alias; `undefined`: it has none */
export async function aliasesOfInstance(store: Store, { id }: ResourceInstance): Promise<EntityInUse | undefined> {
  const { rows } = await store.read(RESOURCE_ALIASES).page('byInstance', { equals: [id, false], limit: 1 });
  const [alias] = rows;
  if (alias === undefined) return undefined;
  return new EntityInUse('The resource instance has a resource alias.', {
    details: `Delete the resource alias ${alias.id} first, or ask for a recursive deletion.`,
  });
}

/** Each is two changes: its row and the audit record. */
const ALIASES_PER_COMMIT = 100;

/**
 * Removes every alias of an instance for which nothing can be made any more, and whose keys have been taken away. Asks for no
 * right: whoever removes the instance has. Repeated after a crash, it goes on.
 */
export async function endAliasesOfInstance(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  caller: Caller | undefined,
  instance: ResourceInstance,
): Promise<void> {
  const removeSome = async (): Promise<boolean> => {
    const request = { equals: [instance.id, false], limit: ALIASES_PER_COMMIT };
    const { rows } = await store.read(RESOURCE_ALIASES).page('byInstance', request);
    const at = clock.now();
    const changes = rows.flatMap((before) => {
      const after = changedAlias(before, { state: 'removed', ...deletedBy(caller, at) });
      return [
        replace(RESOURCE_ALIASES, after, before.entityTag),
        recordedAliasChange(caller, { verb: 'delete', before, after, at }),
      ];
    });
    if (changes.length > 0) await store.commit(changes);
    return changes.length > 0;
  };
  while (await untilUndisturbed(removeSome)) {
    // Until none is left.
  }
}
