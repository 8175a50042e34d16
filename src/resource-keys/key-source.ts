import type { Caller } from '../access/caller.ts';
import { NotFound } from '../problems/entity-problems.ts';
import { expectActiveAlias } from '../resource-instances/existing-alias.ts';
import { instanceOf, refuseDeleted } from '../resource-instances/existing-instance.ts';
import { RESOURCE_ALIASES, type ResourceAlias } from '../resource-instances/resource-alias.ts';
import { RESOURCE_INSTANCES, type ResourceInstance } from '../resource-instances/resource-instance.ts';
import { type Change, expectUnchanged } from '../store/changes.ts';
import type { Store } from '../store/store.ts';

/** For what a key is made. */
export interface KeySource {
  readonly id: string;
  /** The instance itself, or that of the alias. */
  readonly instance: ResourceInstance;
  /** Absent: it is the instance itself. */
  readonly alias?: ResourceAlias;
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
  const alias = await store.read(RESOURCE_ALIASES).get(id);
  if (alias === undefined) return { id, instance: await instanceOf(store, accountId, id) };
  // One answer for "missing" and "another account's": ids of other tenants cannot be probed.
  if (alias.accountId !== accountId) throw new NotFound('The resource instance could not be found.');
  return { id, alias, instance: await instanceOf(store, accountId, alias.instanceId) };
}

/**
 * Refuses what no key can be made for any more. A lock is no reason: it keeps an instance as it is, and keys are no part of it
 * (IBM Cloud Resource Controller API, "Lock a resource instance").
 * @returns what the commit of a key must expect, so that nothing is made for what is deleted in between
 * @throws Gone  @throws StaleEntityTag  whether the alias is deleted is being decided at this moment
 */
export function expectSource({ instance, alias }: KeySource): readonly Change[] {
  refuseDeleted(instance);
  return [expectUnchanged(RESOURCE_INSTANCES, instance), ...(alias === undefined ? [] : [expectActiveAlias(alias)])];
}
