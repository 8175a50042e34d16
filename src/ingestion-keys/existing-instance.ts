import type { Caller } from '../access/caller.ts';
import { parseCrn } from '../crn/crn.ts';
import { AccessDenied, NotFound } from '../problems/entity-problems.ts';
import { instanceCrn, RESOURCE_INSTANCES, type ResourceInstance } from '../resource-instances/resource-instance.ts';
import type { Store } from '../store/store.ts';

/**
 * @param name a GUID or a cloud resource name
 * @returns the instance, whatever its state but for one that is no more
 * @throws NotFound  there is none in the account of the caller
 */
export async function existingInstance(store: Store, caller: Caller, name: string): Promise<ResourceInstance> {
  const id = name.startsWith('crn:') ? (parseCrn(name)?.instance ?? '') : name;
  const instance = await store.read(RESOURCE_INSTANCES).get(id);
  // One answer for "missing" and "another account's": ids of other tenants cannot be probed.
  if (instance?.accountId !== caller.accountId || instance.state === 'removed' || !isNamed(instance, name)) {
    throw noSuchInstance();
  }
  return instance;
}

/** Whether this is the name of an instance: its GUID, or its cloud resource name. */
export const isNamed = (instance: ResourceInstance, name: string): boolean =>
  name === instance.id || name === instanceCrn(instance);

/** @throws AccessDenied  nothing is made for it now */
export function requireActive({ state }: Pick<ResourceInstance, 'state'>): void {
  if (state === 'active') return;
  throw new AccessDenied('The resource instance is not active.', {
    details: `Its state is '${state}'; its keys are refused until it is active again.`,
  });
}

const noSuchInstance = (): NotFound => new NotFound('The resource instance could not be found.');
