import type { Access } from '../access/access.ts';
import type { ApiKeys } from '../api-keys/api-keys.ts';
import { expectOwner } from '../api-keys/owners.ts';
import type { IngestionKeys } from '../ingestion-keys/ingestion-keys.ts';
import { rolesOfGroupedKeys, rowsOfGroupedKeys } from '../key-groups/grouped-key.ts';
import { requireOnBehalfOf } from '../key-groups/on-behalf-of.ts';
import { identityKeyKeeper, instanceKeyKeeper, tenantKeyKeeper } from '../key-list/keepers.ts';
import type { KeyKeepers } from '../key-list/key-keeper.ts';
import type { ServiceAccounts } from '../service-accounts/service-accounts.ts';
import type { Store } from '../store/store.ts';
import type { TenantKeys } from '../tenant-keys/tenant-keys.ts';

/** The rooms that own the keys. */
export interface KeyKeepersParts {
  readonly store: Store;
  readonly access: Access;
  readonly apiKeys: ApiKeys;
  readonly ingestionKeys: IngestionKeys;
  readonly tenantKeys: TenantKeys;
  readonly serviceAccounts: Pick<ServiceAccounts, 'remove'>;
}

/**
 * Who does what with a key of each kind; the compiler asks for a row for each. A room that keeps rows of its own beside such a key
 * gives them in the third parameter of `tenantKeyKeeper`, or a keeper of its own, so that they go in the same commit.
 */
export function keyKeepersIn({
  store,
  access,
  apiKeys,
  ingestionKeys,
  tenantKeys,
  serviceAccounts,
}: KeyKeepersParts): KeyKeepers {
  const grouped = tenantKeyKeeper(tenantKeys, 'on_behalf', { removed: rowsOfGroupedKeys(store) });
  return {
    platform: identityKeyKeeper(apiKeys),
    chosen: identityKeyKeeper(apiKeys),
    ingestion: instanceKeyKeeper(ingestionKeys),
    ingestion_service: instanceKeyKeeper(ingestionKeys),
    log_reading: tenantKeyKeeper(tenantKeys, 'log_reading'),
    tenant_program: tenantKeyKeeper(tenantKeys, 'tenant_program'),
    on_behalf: {
      ...grouped,
      async setDisabled(caller, apiKey, disabled) {
        // Way around: who may not let keys act as others in their group must not be able to here.
        if (!disabled && apiKey.disabled) {
          const role = await rolesOfGroupedKeys(store)(apiKey);
          await requireOnBehalfOf(access, caller, { iamId: apiKey.iamId, role });
        }
        await grouped.setDisabled(caller, apiKey, disabled);
      },
    },
    public_key: {
      ...tenantKeyKeeper(tenantKeys, 'public_key', {
        // A lock keeps the service ID as it is, and what wakes or frees its key would open it, as where it is managed.
        opened: async (apiKey) => [await expectOwner(store, apiKey, apiKey)],
      }),
      remove: async (caller, { id }) => void (await serviceAccounts.remove(caller, id)),
    },
  };
}
