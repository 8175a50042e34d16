import type { Caller } from '../access/caller.ts';
import { recordingForLogReaders } from '../accounts/exchange-records.ts';
import { tenantNamesIn } from '../accounts/tenant-names.ts';
import { dataSourcesIn } from '../data-sources/data-sources.ts';
import { openRecentDataSources } from '../data-sources/recent-data-sources.ts';
import { actInRoleWith } from '../key-groups/act-in-role.ts';
import { groupKeysIn } from '../key-groups/group-keys.ts';
import { rolesOfGroupedKeys } from '../key-groups/grouped-key.ts';
import { keyGroupsIn } from '../key-groups/key-groups.ts';
import { type TenantKeysParts, tenantKeysIn } from '../tenant-keys/tenant-keys.ts';
import { usableKeys } from '../tokens/is-usable-key.ts';
import { keyProofs, type ProveKeyParts } from '../tokens/prove-key.ts';
import { namedMembersIn } from '../users/named-members.ts';
import { usersIn } from '../users/users.ts';
import { whenAsked } from './when-asked.ts';

/** What the keys of tenants are joined from. */
export interface TenantDomainsParts extends TenantKeysParts, ProveKeyParts {
  /** Told of what must be closed again. */
  readonly opened: AsyncDisposableStack;
}

/** Joins what doors need whose keys are a tenant's. No exchange needs any of it. */
export function tenantDomainsIn(parts: TenantDomainsParts) {
  const { store, opened } = parts;
  // Followed from the first search on.
  const recentDataSources = whenAsked(async () => {
    const recent = await openRecentDataSources(store);
    opened.defer(() => recent.close());
    return recent;
  });
  const tenantKeys = tenantKeysIn({ ...parts, roleOf: rolesOfGroupedKeys(parts.store) });
  return {
    tenantKeys,
    keyGroups: keyGroupsIn({ ...parts, tenantKeys }),
    groupKeys: groupKeysIn({ ...parts, tenantKeys, users: usersIn(parts) }),
    actInRole: actInRoleWith(parts),
    tenantNames: tenantNamesIn(parts.store),
    dataSources: dataSourcesIn({ ...parts, recent: recentDataSources }),
    isUsableKey: usableKeys(parts),
    namedMembers: namedMembersIn(parts),
    proveKey: keyProofs(parts),
    recordingForLogReaders: (caller: Caller) => recordingForLogReaders(parts, caller),
  };
}
