import { EntityInUse } from '../problems/entity-problems.ts';

/** @returns the id of the resource key or binding that was made with an API key, and goes with it; `undefined`: it stands alone */
export type ResourceKeyOf = (apiKeyId: string) => Promise<string | undefined>;

/** @returns what to refuse with who deletes one part of a resource key: the rest would be a credential that does not work */
export const goesWithResourceKey = (resourceKeyId: string): EntityInUse =>
  new EntityInUse('The key belongs to a resource key, and goes with it.', {
    details: `Delete the resource key ${resourceKeyId} instead.`,
  });
