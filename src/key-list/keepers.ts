import type { ApiKeys } from '../api-keys/api-keys.ts';
import type { IngestionKeys } from '../ingestion-keys/ingestion-keys.ts';
import type { KeyManager } from '../ingestion-keys/key-manager.ts';
import type { AlsoChanged, TenantKeyKind, TenantKeys } from '../tenant-keys/tenant-keys.ts';
import type { KeyKeeper } from './key-keeper.ts';

/** @returns the keeper of the keys that act as an identity */
export function identityKeyKeeper(apiKeys: ApiKeys): KeyKeeper {
  return {
    async setDisabled(caller, { id }, disabled) {
      await apiKeys.setDisabled(caller, id, disabled);
    },
    async setLocked(caller, { id }, locked) {
      await apiKeys.setLocked(caller, id, locked);
    },
    remove: (caller, { id }) => apiKeys.remove(caller, id),
  };
}

/** @returns the keeper of the keys of resource instances, for whom the rights of the console count */
export function instanceKeyKeeper(ingestionKeys: IngestionKeys): KeyKeeper {
  return {
    async setDisabled(caller, { id }, disabled) {
      await ingestionKeys.update({ ...caller, way: 'console' } satisfies KeyManager, id, { disabled });
    },
    async setLocked(caller, { id }, locked) {
      await ingestionKeys.update({ ...caller, way: 'console' } satisfies KeyManager, id, { locked });
    },
    remove: (caller, { id }) => ingestionKeys.remove({ ...caller, way: 'console' } satisfies KeyManager, id),
  };
}

/** What is committed with a change of a key beside the key, read anew for each attempt; absent: nothing. */
export interface BesideTheKey {
  /** The rows of other rooms that go with it. */
  readonly removed?: AlsoChanged;
  /** What must hold of others when it is enabled or unlocked; may refuse. */
  readonly opened?: AlsoChanged;
}

/** @returns the keeper of the keys of one kind of tenants */
export function tenantKeyKeeper(tenantKeys: TenantKeys, kind: TenantKeyKind, beside: BesideTheKey = {}): KeyKeeper {
  const { removed, opened } = beside;
  return {
    async setDisabled(caller, { id }, disabled) {
      await tenantKeys.update(caller, { kind, id }, { disabled }, disabled ? undefined : opened);
    },
    async setLocked(caller, { id }, locked) {
      await tenantKeys.update(caller, { kind, id }, { locked }, locked ? undefined : opened);
    },
    remove: (caller, { id }) => tenantKeys.remove(caller, kind, id, removed),
  };
}
