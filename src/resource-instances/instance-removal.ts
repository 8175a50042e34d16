import type { Caller } from '../access/caller.ts';
import type { Clock } from '../clock/clock.ts';
import { servicePlan } from '../resource-catalog/catalog.ts';
import { changeEntity } from '../store/change-entity.ts';
import { replace } from '../store/changes.ts';
import { nextEntityTag } from '../store/entity-tag.ts';
import { unlessChanged } from '../store/overtaken.ts';
import type { Lease } from '../store/store.ts';
import { type ExistingInstanceParts, existingInstance, recordedChange, refuseDeleted } from './existing-instance.ts';
import type { InstanceHooks } from './instance-hooks.ts';
import { type LastOperation, RESOURCE_INSTANCES, type ResourceInstance } from './resource-instance.ts';
import { refuseLocked } from './resource-instances.ts';

/** How long a deleted instance can be restored, where its plan keeps it: 7 days (IBM Cloud docs, "Using resource reclamations"). */
export const RESTORABLE_MILLISECONDS = 7 * 24 * 3_600_000;

/** What ends instances. */
export interface InstanceRemoval {
  /**
   * Ends an instance: from then on nothing can be made for it, and it takes nothing in. It is removed, or waits to be reclaimed.
   * @param recursive also takes away resource keys, aliases and bindings, which are in the way else
   * @throws AccessDenied, NotFound, EntityLocked, EntityInUse
   * @throws Gone  it was deleted before; of two who delete it at once, one hears this
   */
  remove(caller: Caller, id: string, options: { readonly recursive: boolean }): Promise<void>;
  /**
   * Takes away what hangs on an instance that is `removing`, and ends that. May be begun again, also by two at once.
   * @param caller `undefined`: the service itself
   * @throws EntityInUse  what it may not take along came before it was refused: it is active again
   */
  finish(caller: Caller | undefined, removing: ResourceInstance, under?: Lease): Promise<void>;
}

/** What removal stands on. */
export interface InstanceRemovalParts extends ExistingInstanceParts {
  readonly clock: Clock;
  readonly hooks: Pick<InstanceHooks, 'dependantsOf' | 'endWhatHangsOn'>;
}

/** @returns what ends the instances of `store` */
export function instanceRemovalIn(parts: InstanceRemovalParts): InstanceRemoval {
  const { clock, hooks } = parts;

  const finish: InstanceRemoval['finish'] = async (caller, removing, under) => {
    const problem = mayTakeAll(removing) ? undefined : await hooks.dependantsOf(removing);
    if (problem !== undefined) {
      // Somebody made one after the look at them and before the instance refused it: it is as if nothing had been asked.
      const after = keptAfterAll(removing, clock.now());
      await endRemoving(parts, caller, { removing, after, verb: 'keep', under });
      throw problem;
    }
    await hooks.endWhatHangsOn(caller, removing, endsForGood(removing));
    await endRemoving(parts, caller, { removing, after: ended(removing, clock.now()), under });
  };

  return {
    finish,

    async remove(caller, id, { recursive }) {
      if (!recursive) await refuseDependants(parts, caller, id);
      await finish(caller, await begin(parts, caller, id, recursive));
    },
  };
}

/** Whether what hangs on it goes along: what waits to be reclaimed has lost it before. */
const mayTakeAll = ({ lastOperation: { type, recursive } }: ResourceInstance): boolean =>
  type === 'reclamation' || recursive === true;

async function refuseDependants(parts: InstanceRemovalParts, caller: Caller, id: string): Promise<void> {
  const instance = await existingInstance(parts, caller, id, 'delete');
  refuseDeleted(instance);
  refuseLocked(instance);
  const problem = await parts.hooks.dependantsOf(instance);
  if (problem !== undefined) throw problem;
}

/** From this commit on nothing can be made for the instance, and it takes nothing in. */
function begin(parts: InstanceRemovalParts, caller: Caller, id: string, recursive: boolean): Promise<ResourceInstance> {
  const { store, clock } = parts;
  return changeEntity({
    store,
    collection: RESOURCE_INSTANCES,
    read: () => existingInstance(parts, caller, id, 'delete'),
    ifMatch: '*',
    next: (before) => {
      refuseDeleted(before);
      refuseLocked(before);
      const at = clock.now();
      return {
        state: 'removing',
        lastOperation: { type: 'delete', state: 'in progress', recursive, at },
        ...{ deletedAt: at, deletedBy: caller.iamId, modifiedAt: at, modifiedBy: caller.iamId },
      };
    },
    also: (before, after) => [recordedChange(caller, clock, { verb: 'delete', before, after })],
  });
}

function keptAfterAll({ deletedAt, deletedBy, ...kept }: ResourceInstance, at: number): ResourceInstance {
  return {
    ...kept,
    ...{ entityTag: nextEntityTag(kept.entityTag), state: 'active', modifiedAt: at },
    lastOperation: { type: 'delete', state: 'failed', at },
  };
}

/** Whether it cannot be restored: its plan does not keep it, or it is being reclaimed. */
function endsForGood({ planId, lastOperation }: ResourceInstance): boolean {
  return lastOperation.type === 'reclamation' || servicePlan(planId)?.plan.reclaims !== true;
}

function ended(removing: ResourceInstance, at: number): ResourceInstance {
  const entityTag = nextEntityTag(removing.entityTag);
  const { deletedAt = at, deletedBy = '', lastOperation } = removing;
  if (endsForGood(removing)) {
    const done: LastOperation = { ...lastOperation, state: 'succeeded', at };
    return { ...removing, entityTag, state: 'removed', gone: true, lastOperation: done, modifiedAt: at };
  }
  return {
    ...removing,
    ...{ entityTag, state: 'pending_reclamation', modifiedAt: at },
    lastOperation: { type: 'reclamation', subType: 'pending', state: 'succeeded', at },
    ...{ reclaimAt: deletedAt + RESTORABLE_MILLISECONDS, reclaimBy: deletedBy },
  };
}

/** How it ends that an instance is being removed. */
interface End {
  readonly removing: ResourceInstance;
  readonly after: ResourceInstance;
  /** Absent: the record of its beginning says it all. */
  readonly verb?: 'keep';
  readonly under: Lease | undefined;
}

async function endRemoving(
  { store, clock }: InstanceRemovalParts,
  caller: Caller | undefined,
  { removing, after, verb, under }: End,
): Promise<void> {
  const record = verb === undefined ? [] : [recordedChange(caller, clock, { verb, before: removing, after })];
  const changes = [replace(RESOURCE_INSTANCES, after, removing.entityTag), ...record];
  // Nothing but its end changes an instance that is being removed: who changed it was faster with that.
  await unlessChanged(() => store.commit(changes, { ...(under !== undefined && { under }) }));
}
