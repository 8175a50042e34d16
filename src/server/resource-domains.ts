import type { Access } from '../access/access.ts';
import type { ApiKeyMakerParts } from '../api-keys/new-api-key.ts';
import type { Clock } from '../clock/clock.ts';
import type { InstanceHooks } from '../resource-instances/instance-hooks.ts';
import type { Store } from '../store/store.ts';

/** What resources and the keys to them are joined from. */
export interface ResourceDomainParts extends ApiKeyMakerParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

/** All of it. No exchange needs any: it is loaded with the first request that does. */
export type ResourceDomains = ReturnType<typeof resourceDomainsIn>;

/** Joins the rooms of resource instances with those that stand on them. */
export function resourceDomainsIn(_parts: ResourceDomainParts) {
  const hooks: InstanceHooks = {
    alsoProvisioned: () => [],
    dependantsOf: async () => undefined,
    endWhatHangsOn: async () => undefined,
  };
  return { hooks };
}
