import type { Caller } from '../access/caller.ts';
import { type ExistingInstanceParts, existingInstance } from '../resource-instances/existing-instance.ts';
import type { ResourceInstance } from '../resource-instances/resource-instance.ts';
import { type IngestionUse, useOfIn } from './ingestion-use.ts';

/**
 * Tells what was taken in for an instance, whoever sent it; also of a removed one, which stays readable.
 * @param name of the instance: its id or its CRN
 * @throws NotFound @throws AccessDenied as for reading the instance
 */
export type UseOfInstance = (
  caller: Caller,
  name: string,
) => Promise<{
  readonly instance: ResourceInstance;
  /** `undefined`: nothing, as far as is written. */
  readonly use: IngestionUse | undefined;
}>;

/** @returns what tells it of the instances of a store */
export function useOfInstanceIn(parts: ExistingInstanceParts): UseOfInstance {
  const useOf = useOfIn(parts.store);
  return async (caller, name) => {
    const instance = await existingInstance(parts, caller, name, 'retrieve');
    return { instance, use: await useOf(instance.id) };
  };
}
