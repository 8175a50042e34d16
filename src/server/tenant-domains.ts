import type { Caller } from '../access/caller.ts';
import { recordingForLogReaders } from '../accounts/exchange-records.ts';
import { tenantNamesIn } from '../accounts/tenant-names.ts';
import { dataSourcesIn } from '../data-sources/data-sources.ts';
import { type TenantKeysParts, tenantKeysIn } from '../tenant-keys/tenant-keys.ts';
import { keyProofs, type ProveKeyParts } from '../tokens/prove-key.ts';

/** What the keys of tenants are joined from. */
export type TenantDomainsParts = TenantKeysParts & ProveKeyParts;

/** Joins what doors need whose keys are a tenant's. No exchange needs any of it. */
export function tenantDomainsIn(parts: TenantDomainsParts) {
  return {
    tenantKeys: tenantKeysIn(parts),
    tenantNames: tenantNamesIn(parts.store),
    dataSources: dataSourcesIn(parts),
    proveKey: keyProofs(parts),
    recordingForLogReaders: (caller: Caller) => recordingForLogReaders(parts, caller),
  };
}
