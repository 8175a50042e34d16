import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import type { AuditedChange } from '../audit/audit-event.ts';
import { auditedBy } from '../audit/audited-by.ts';
import type { Clock } from '../clock/clock.ts';
import { parseCrn } from '../crn/crn.ts';
import { Gone, NotFound } from '../problems/entity-problems.ts';
import { type Change, expectUnchanged } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { auditedInstance } from './new-instance.ts';
import { instanceCrn, instanceTarget, RESOURCE_INSTANCES, type ResourceInstance } from './resource-instance.ts';

/** What may be done with an instance: the last part of an action of its service. */
export type InstanceVerb = 'retrieve' | 'create' | 'update' | 'delete';

/** What reading an instance for somebody stands on. */
export interface ExistingInstanceParts {
  readonly store: Store;
  readonly access: Access;
}

/**
 * @returns the instance, also one that was removed
 * @throws NotFound      it is missing, or of another account
 * @throws AccessDenied  the caller may not do this to it
 */
export async function existingInstance(
  { store, access }: ExistingInstanceParts,
  caller: Caller,
  id: string,
  verb: InstanceVerb,
): Promise<ResourceInstance> {
  const instance = await instanceOf(store, caller.accountId, id);
  await access.require(caller, `resource-controller.instance.${verb}`, instanceTarget(instance));
  return instance;
}

/**
 * Asks for no right.
 * @param name its id, or its whole CRN, of which every part must be right
 * @returns the instance of the account, also one that was removed
 * @throws NotFound
 */
export async function instanceOf(store: Store, accountId: string, name: string): Promise<ResourceInstance> {
  const crn = parseCrn(name);
  const instance = await store.read(RESOURCE_INSTANCES).get(crn?.instance ?? name);
  // One answer for "missing" and "another account's": ids of other tenants cannot be probed.
  if (instance?.accountId !== accountId || (crn !== undefined && instanceCrn(instance) !== name)) {
    throw new NotFound('The resource instance could not be found.');
  }
  return instance;
}

/**
 * For what is made for an instance: asks for no right, that is its own room's to do.
 * @returns the instance, and what the commit must expect, so that it is not deleted in between
 * @throws NotFound  it is missing, or of another account
 * @throws Gone      it was deleted
 */
export async function activeInstance(
  store: Store,
  accountId: string,
  id: string,
): Promise<{ readonly instance: ResourceInstance; readonly expected: Change }> {
  const instance = await instanceOf(store, accountId, id);
  refuseDeleted(instance);
  return { instance, expected: expectUnchanged(RESOURCE_INSTANCES, instance) };
}

/** @throws Gone the instance was deleted, even if it can be restored */
export function refuseDeleted({ state }: ResourceInstance): void {
  if (state === 'active' || state === 'provisioning' || state === 'failed') return;
  throw new Gone('The resource instance was deleted before.', {
    ...(state === 'pending_reclamation' && { details: 'It can be restored until it is reclaimed.' }),
  });
}

/**
 * The audit record of a change of an instance.
 * @param caller `undefined`: the service itself did it, and the record names nobody
 */
export function recordedChange(caller: Caller | undefined, clock: Clock, change: RecordedChange): Change {
  const { verb, before, after, further = {} } = change;
  const recorded: AuditedChange = {
    at: clock.now(),
    action: `resource-controller.instance.${verb}`,
    accountId: after.accountId,
    target: instanceCrn(after),
    targetId: after.id,
    before: before && auditedInstance(before),
    after: { ...auditedInstance(after), ...further },
  };
  return auditedBy(caller, recorded);
}

interface RecordedChange {
  readonly verb: string;
  readonly before: ResourceInstance | undefined;
  readonly after: ResourceInstance;
  /** What else is worth keeping of the change. */
  readonly further?: AuditedChange['after'];
}
