import type { ApiKeys } from '../api-keys/api-keys.ts';
import type { IngestionKeys } from '../ingestion-keys/ingestion-keys.ts';
import { rowsOfGroupedKeys } from '../key-groups/grouped-key.ts';
import { identityKeyKeeper, instanceKeyKeeper, tenantKeyKeeper } from '../key-list/keepers.ts';
import type { KeyKeepers } from '../key-list/key-keeper.ts';
import type { ServiceAccounts } from '../service-accounts/service-accounts.ts';
import type { Store } from '../store/store.ts';
import type { TenantKeys } from '../tenant-keys/tenant-keys.ts';

/** The rooms that own the keys. */
export interface KeyKeepersParts {
  readonly store: Store;
  readonly apiKeys: ApiKeys;
  readonly ingestionKeys: IngestionKeys;
  readonly tenantKeys: TenantKeys;
  readonly serviceAccounts: Pick<ServiceAccounts, 'remove'>;
}

/**
 * Who does what with a key of each kind; the compiler asks for a row for each. A room that keeps rows of its own beside such a key
 * gives them as the third parameter of `tenantKeyKeeper`, or a keeper of its own, so that they go in the same commit.
 */
export function keyKeepersIn({
  store,
  apiKeys,
  ingestionKeys,
  tenantKeys,
  serviceAccounts,
}: KeyKeepersParts): KeyKeepers {
  return {
    platform: identityKeyKeeper(apiKeys),
    chosen: identityKeyKeeper(apiKeys),
    ingestion: instanceKeyKeeper(ingestionKeys),
    ingestion_service: instanceKeyKeeper(ingestionKeys),
    log_reading: tenantKeyKeeper(tenantKeys, 'log_reading'),
    tenant_program: tenantKeyKeeper(tenantKeys, 'tenant_program'),
    on_behalf: tenantKeyKeeper(tenantKeys, 'on_behalf', rowsOfGroupedKeys(store)),
    public_key: {
      ...tenantKeyKeeper(tenantKeys, 'public_key'),
      remove: async (caller, { id }) => void (await serviceAccounts.remove(caller, id)),
    },
  };
}
