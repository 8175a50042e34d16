import type { Caller } from '../access/caller.ts';
import type { Clock } from '../clock/clock.ts';
import type { EntityInUse } from '../problems/entity-problems.ts';
import { changeEntity } from '../store/change-entity.ts';
import { replace } from '../store/changes.ts';
import { nextEntityTag } from '../store/entity-tag.ts';
import { unlessChanged } from '../store/overtaken.ts';
import type { Lease } from '../store/store.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import { type ExistingAliasParts, existingAlias, recordedAliasChange, refuseDeletedAlias } from './existing-alias.ts';
import { RESOURCE_ALIASES, type ResourceAlias } from './resource-alias.ts';

/** What rooms that stand on aliases have to do when one goes; `server` joins them. */
export interface AliasHooks {
  /** @returns what to refuse with when something hangs on the alias that must go first; `undefined`: nothing does */
  readonly dependantsOf: (alias: ResourceAlias) => Promise<EntityInUse | undefined>;
  /**
   * Takes away what hangs on an alias that is `removing`; everything of it is refused when this returns. After a crash it is
   * called again, and goes on.
   * @param caller `undefined`: the service itself, which finishes what somebody began
   */
  readonly endWhatHangsOn: (caller: Caller | undefined, alias: ResourceAlias) => Promise<void>;
}

/** What the removal of aliases stands on. */
export interface AliasRemovalParts extends ExistingAliasParts {
  readonly clock: Clock;
  readonly hooks: AliasHooks;
}

/**
 * Ends an alias: from the answer on nothing can be made for it, and what hung on it is refused.
 * @param recursive also takes away resource keys and bindings, which are in the way else
 * @throws AccessDenied, NotFound, EntityInUse
 * @throws Gone  it was deleted before; of two who delete it at once, one hears this
 */
export function removeAlias(parts: AliasRemovalParts, caller: Caller, id: string, recursive: boolean): Promise<void> {
  const { store, clock, hooks } = parts;
  return untilUndisturbed(async () => {
    const begun = await begin(parts, caller, id, recursive);
    if (begun.state === 'removing') return finishAliasRemoval(parts, caller, begun);
    const problem = await hooks.dependantsOf(begun);
    if (problem !== undefined) {
      await store.commit([replace(RESOURCE_ALIASES, changedAlias(begun, { state: 'active' }), begun.entityTag)]);
      throw problem;
    }
    const after = changedAlias(begun, { state: 'removed', ...deletedBy(caller, clock.now()) });
    await store.commit([
      replace(RESOURCE_ALIASES, after, begun.entityTag),
      recordedAliasChange(caller, { verb: 'delete', before: begun, after, at: clock.now() }),
    ]);
  });
}

/** From this commit on nothing can be made for the alias: it is deleted, or it is being decided whether it is. */
function begin(
  { store, access, clock }: AliasRemovalParts,
  caller: Caller,
  id: string,
  recursive: boolean,
): Promise<ResourceAlias> {
  return changeEntity({
    ...{ store, collection: RESOURCE_ALIASES, ifMatch: '*' },
    read: () => existingAlias({ store, access }, caller, id, 'delete'),
    next(before) {
      refuseDeletedAlias(before);
      return recursive ? { state: 'removing', ...deletedBy(caller, clock.now()) } : { state: 'ending' };
    },
    also: (before, after) =>
      after.state === 'removing'
        ? [recordedAliasChange(caller, { verb: 'delete', before, after, at: clock.now() })]
        : [],
  });
}

/** Takes away what hangs on an alias that is `removing`, and ends that. May be begun again, also by two at once. */
export async function finishAliasRemoval(
  { store, clock, hooks }: Omit<AliasRemovalParts, 'access'>,
  caller: Caller | undefined,
  removing: ResourceAlias,
  under?: Lease,
): Promise<void> {
  await hooks.endWhatHangsOn(caller, removing);
  const after = changedAlias(removing, { state: 'removed', modifiedAt: clock.now() });
  const change = replace(RESOURCE_ALIASES, after, removing.entityTag);
  // Nothing but its end changes an alias that is being removed: who changed it was faster with that.
  await unlessChanged(() => store.commit([change], { ...(under !== undefined && { under }) }));
}

/** @returns the alias after a change of it */
export const changedAlias = (before: ResourceAlias, change: Partial<ResourceAlias>): ResourceAlias => ({
  ...{ ...before, ...change },
  entityTag: nextEntityTag(before.entityTag),
});

/** What stands in an alias of its deletion. */
export const deletedBy = (caller: Caller | undefined, at: number) => {
  const by = caller?.iamId ?? '';
  return { gone: true, deletedAt: at, deletedBy: by, modifiedAt: at, modifiedBy: by };
};
