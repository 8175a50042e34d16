import type { Caller } from '../access/caller.ts';
import { Gone, NotFound } from '../problems/entity-problems.ts';
import { RESOURCE_INSTANCES, type ResourceInstance } from '../resource-instances/resource-instance.ts';
import { type Change, expectUnchanged } from '../store/changes.ts';
import type { Store } from '../store/store.ts';

/** For what a key is made. */
export interface KeySource {
  readonly id: string;
  readonly kind: 'instance' | 'alias';
  /** The instance itself, or that of the alias. */
  readonly instance: ResourceInstance;
  /** What the commit of a key expects: nothing is made for what is deleted in between. */
  readonly expected: readonly Change[];
}

/**
 * @returns the instance or alias of this id, whatever its state; asks for no right
 * @throws NotFound  the account has no such thing
 */
export async function sourceNamed(
  store: Store,
  { accountId }: Pick<Caller, 'accountId'>,
  id: string,
): Promise<KeySource> {
  const instance = await store.read(RESOURCE_INSTANCES).get(id);
  // One answer for "missing" and "another account's": ids of other tenants cannot be probed.
  if (instance?.accountId !== accountId) throw new NotFound('The resource instance could not be found.');
  return { id, kind: 'instance', instance, expected: [expectUnchanged(RESOURCE_INSTANCES, instance)] };
}

/**
 * Refuses what no key can be made for any more. A lock is no reason: it keeps an instance as it is, and keys are no part of it
 * (IBM Cloud Resource Controller API, "Lock a resource instance").
 * @throws Gone
 */
export function refuseEnded({ instance }: KeySource): void {
  if (instance.state !== 'active') throw new Gone('The resource instance was deleted before.');
}
