import type { Access } from '../access/access.ts';
import type { RequireAllowedAddress } from '../accounts/allowed-addresses.ts';
import type { AuthenticateApiKey } from '../api-keys/authenticate-api-key.ts';
import type { ApiKeyMakerParts } from '../api-keys/new-api-key.ts';
import type { Clock } from '../clock/clock.ts';
import { useOfIn } from '../ingestion/ingestion-use.ts';
import { useOfInstanceIn } from '../ingestion/instance-use.ts';
import { logLinesIn } from '../ingestion/read-lines.ts';
import { endKeysOfInstance } from '../ingestion-keys/end-ingestion-keys.ts';
import { ingestionKeysIn } from '../ingestion-keys/ingestion-keys.ts';
import { authenticateServiceKeyWith } from '../ingestion-keys/key-manager.ts';
import { newDefaultIngestionKey } from '../ingestion-keys/new-ingestion-key.ts';
import type { FailedAttempts } from '../limits/failed-attempts.ts';
import { policySetsIn } from '../policies/policy-sets.ts';
import { resourceGroupsIn } from '../resource-groups/resource-groups.ts';
import type { AliasHooks } from '../resource-instances/alias-removal.ts';
import { aliasesOfInstance, endAliasesOfInstance } from '../resource-instances/aliases-of-instance.ts';
import type { InstanceHooks } from '../resource-instances/instance-hooks.ts';
import { instanceRemovalIn } from '../resource-instances/instance-removal.ts';
import { reclamationsIn } from '../resource-instances/reclamations.ts';
import { resourceAliasesIn } from '../resource-instances/resource-aliases.ts';
import { RESOURCE_INSTANCES } from '../resource-instances/resource-instance.ts';
import { resourceInstancesIn } from '../resource-instances/resource-instances.ts';
import {
  endResourceKeysOfAlias,
  endResourceKeysOfInstance,
  keysOfAlias,
  keysOfInstance,
} from '../resource-keys/end-keys.ts';
import { resourceKeysIn } from '../resource-keys/resource-keys.ts';
import type { Spool } from '../spool/spool.ts';
import type { Store } from '../store/store.ts';

/** What resources and the keys to them are joined from. */
export interface ResourceDomainParts extends ApiKeyMakerParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
  readonly authenticateApiKey: AuthenticateApiKey;
  readonly requireAllowedAddress: RequireAllowedAddress;
  readonly spool: Pick<Spool, 'read'>;
  /** Removes the log lines of an instance that is gone for good, unless somebody waits for them. */
  readonly removeLines: (instanceId: string) => Promise<void>;
  /** When the service stops. */
  readonly stopping: AbortSignal;
  /** @returns the limiter of this name */
  readonly limiter: (name: string) => FailedAttempts;
}

/**
 * Joins the rooms of resource instances with those that stand on them. No exchange needs any: they are loaded with the first request
 * that does.
 */
export function resourceDomainsIn(parts: ResourceDomainParts) {
  const hooks: InstanceHooks = {
    alsoProvisioned: (caller, instance) => newDefaultIngestionKey(parts, instance, caller, parts.clock.now()),
    dependantsOf: async (instance) =>
      (await keysOfInstance(parts.store, instance)) ?? (await aliasesOfInstance(parts.store, instance)),
    async endWhatHangsOn(caller, instance, forGood) {
      await endResourceKeysOfInstance(parts, caller, instance);
      await endAliasesOfInstance(parts, caller, instance);
      // Those that stand alone are refused while the instance is not active, and are there again once it is restored.
      if (!forGood) return;
      await endKeysOfInstance(parts, caller, instance);
      await parts.removeLines(instance.id);
    },
  };
  const aliasHooks: AliasHooks = {
    dependantsOf: ({ id }) => keysOfAlias(parts.store, id),
    async endWhatHangsOn(caller, { id: aliasId, instanceId }) {
      const instance = await parts.store.read(RESOURCE_INSTANCES).get(instanceId);
      if (instance !== undefined) await endResourceKeysOfAlias(parts, caller, { aliasId, instance });
    },
  };
  const instanceRemoval = instanceRemovalIn({ ...parts, hooks });
  return {
    resourceKeys: resourceKeysIn({ ...parts, policySets: policySetsIn(parts) }),
    resourceGroups: resourceGroupsIn({
      ...parts,
      inUse: async ({ accountId, id }) => {
        const inGroup = [accountId, false, id];
        return (await parts.store.read(RESOURCE_INSTANCES).count('byGroup', inGroup, 1)) > 0;
      },
    }),
    resourceInstances: resourceInstancesIn({ ...parts, hooks }),
    instanceRemoval,
    ingestionKeys: ingestionKeysIn(parts),
    useOfIngestionKey: useOfIn(parts.store),
    useOfInstance: useOfInstanceIn(parts),
    logLines: logLinesIn(parts),
    authenticateServiceKey: authenticateServiceKeyWith({
      ...parts,
      failedAttempts: parts.limiter('failed_service_keys'),
    }),
    aliasHooks,
    resourceAliases: resourceAliasesIn({ ...parts, hooks: aliasHooks }),
    reclamations: reclamationsIn({ ...parts, removal: instanceRemoval }),
  };
}
