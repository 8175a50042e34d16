import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import type { Clock } from '../clock/clock.ts';
import { AccessDenied, NotFound } from '../problems/entity-problems.ts';
import { changeEntity } from '../store/change-entity.ts';
import { replace } from '../store/changes.ts';
import { nextEntityTag } from '../store/entity-tag.ts';
import { everyPage } from '../store/every-page.ts';
import type { Lease, Store } from '../store/store.ts';
import { existingInstance, recordedChange } from './existing-instance.ts';
import { retrieverOf } from './instance-list.ts';
import type { InstanceRemoval } from './instance-removal.ts';
import { RESOURCE_INSTANCES, type ResourceInstance } from './resource-instance.ts';

/** Which of the reclamations of an account are wanted. */
export interface ReclamationFilter {
  readonly accountId: string;
  readonly instanceId?: string | undefined;
  readonly resourceGroupId?: string | undefined;
}

/** What whoever decides about a deleted instance says of it; kept in the audit record. */
export interface ReclamationReason {
  readonly requestedBy?: string | undefined;
  readonly comment?: string | undefined;
}

/** What may be done with deleted instances that their plan keeps for a while. Every function: @throws AccessDenied, NotFound. */
export interface Reclamations {
  /** Those that the caller may retrieve; of what is done with it is no longer there. */
  list(caller: Caller, filter: ReclamationFilter): Promise<readonly ResourceInstance[]>;
  /** Removes it for good with everything; done when it returns. @returns the instance as it was being removed */
  reclaim(caller: Caller, id: string, reason: ReclamationReason): Promise<ResourceInstance>;
  /** Makes it active again. What deletion took away stays away. */
  restore(caller: Caller, id: string, reason: ReclamationReason): Promise<ResourceInstance>;
  /** The service itself removes one whose time is over. */
  reclaimDue(pending: ResourceInstance, under: Lease): Promise<void>;
}

/** What reclamations stand on. */
export interface ReclamationsParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
  readonly removal: Pick<InstanceRemoval, 'finish'>;
}

/** @returns the reclamations of `store`: an instance waits for one of them, whose id is its own */
export function reclamationsIn(parts: ReclamationsParts): Reclamations {
  const { store, access, clock, removal } = parts;

  const decide = (caller: Caller, id: string, { verb, right, next, reason }: Decision): Promise<ResourceInstance> =>
    changeEntity({
      store,
      collection: RESOURCE_INSTANCES,
      read: async () => requirePending(await existingInstance(parts, caller, id, right).catch(asReclamation)),
      ifMatch: '*',
      next: () => ({ ...next(clock.now()), modifiedAt: clock.now(), modifiedBy: caller.iamId }),
      also: (before, after) => [recordedChange(caller, clock, { verb, before, after, further: { ...reason } })],
    });

  return {
    async list(caller, filter) {
      const { accountId } = caller;
      if (filter.accountId !== accountId) throw new AccessDenied('You are not authorized to perform this action.');
      const mayRetrieve = retrieverOf(access, caller);
      const shown: ResourceInstance[] = [];
      for (const row of await waitingRows(store, filter)) {
        if (await mayRetrieve(row)) shown.push(row);
      }
      return shown;
    },

    async reclaim(caller, id, reason) {
      const next = (at: number): Partial<ResourceInstance> => reclaiming(at);
      const removing = await decide(caller, id, { verb: 'reclaim', right: 'delete', next, reason });
      await removal.finish(caller, removing);
      return removing;
    },

    restore: (caller, id, reason) =>
      decide(caller, id, {
        ...{ verb: 'restore', right: 'update', reason },
        next: (at) => ({
          state: 'active',
          lastOperation: { type: 'reclamation', subType: 'restore', state: 'succeeded', at },
          ...{ restoredAt: at, restoredBy: caller.iamId },
        }),
      }),

    async reclaimDue(pending, under) {
      const at = clock.now();
      const entityTag = nextEntityTag(pending.entityTag);
      const removing: ResourceInstance = { ...pending, ...reclaiming(at), entityTag, modifiedAt: at };
      const record = recordedChange(undefined, clock, { verb: 'reclaim', before: pending, after: removing });
      await store.commit([replace(RESOURCE_INSTANCES, removing, pending.entityTag), record], { under });
      await removal.finish(undefined, removing, under);
    },
  };
}

/** One decision about a deleted instance. */
interface Decision {
  readonly verb: 'reclaim' | 'restore';
  readonly right: 'delete' | 'update';
  readonly next: (at: number) => Partial<ResourceInstance>;
  readonly reason: ReclamationReason;
}

const reclaiming = (at: number): Partial<ResourceInstance> => ({
  state: 'removing',
  lastOperation: { type: 'reclamation', subType: 'delete', state: 'in progress', at },
});

const noSuchReclamation = (): NotFound => new NotFound('The reclamation could not be found.');

function asReclamation(error: unknown): never {
  throw error instanceof NotFound ? noSuchReclamation() : error;
}

function requirePending(instance: ResourceInstance): ResourceInstance {
  if (instance.state !== 'pending_reclamation') throw noSuchReclamation();
  return instance;
}

/** Whether it waits to be reclaimed, or is being reclaimed at this moment. */
const isWaiting = ({ state, lastOperation }: ResourceInstance): boolean =>
  state === 'pending_reclamation' || (state === 'removing' && lastOperation.type === 'reclamation');

const PAGE_ROWS = 500;

/** An account has a bounded number of instances that are not removed. */
async function waitingRows(
  store: Store,
  { accountId, instanceId, resourceGroupId }: ReclamationFilter,
): Promise<readonly ResourceInstance[]> {
  const reader = store.read(RESOURCE_INSTANCES);
  const matches = (row: ResourceInstance): boolean =>
    row.accountId === accountId &&
    isWaiting(row) &&
    (resourceGroupId === undefined || row.resourceGroupId === resourceGroupId);
  if (instanceId !== undefined) {
    const found = await reader.get(instanceId);
    return found !== undefined && matches(found) ? [found] : [];
  }
  const rows: ResourceInstance[] = [];
  const pages = everyPage(reader, 'byCreation', { equals: [accountId, false], limit: PAGE_ROWS });
  for await (const page of pages) rows.push(...page.filter(matches));
  return rows;
}
