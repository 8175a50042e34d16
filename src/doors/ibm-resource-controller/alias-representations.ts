import { serviceNamed } from '../../resource-catalog/catalog.ts';
import { aliasCrn, type ResourceAlias } from '../../resource-instances/resource-alias.ts';
import { instanceCrn } from '../../resource-instances/resource-instance.ts';
import type { AliasRepresentation } from './alias-schemas.ts';
import { dateOf } from './dates.ts';

const STATES = { active: 'active', ending: 'active', removing: 'pending_removal', removed: 'removed' } as const;

/** An alias, member by member (IBM Cloud Resource Controller API, "Get a resource alias"). */
export function aliasRepresentation(alias: ResourceAlias): AliasRepresentation {
  const { id, accountId, instanceId, service, region, targetCrn } = alias;
  const crn = aliasCrn(alias);
  const url = `/v2/resource_aliases/${id}`;
  return {
    ...{ id: crn, guid: id, url },
    created_at: new Date(alias.createdAt).toISOString(),
    updated_at: new Date(alias.modifiedAt).toISOString(),
    deleted_at: dateOf(alias.deletedAt),
    created_by: alias.createdBy,
    updated_by: alias.modifiedBy,
    deleted_by: alias.deletedBy ?? '',
    name: alias.name,
    resource_instance_id: instanceCrn({ service, region, accountId, id: instanceId }),
    target_crn: targetCrn,
    account_id: accountId,
    resource_id: serviceNamed(service)?.instances?.catalogId ?? '',
    resource_group_id: alias.resourceGroupId,
    crn,
    region_instance_id: id,
    region_instance_crn: instanceInTarget(targetCrn, id),
    state: STATES[alias.state],
    migrated: false,
    resource_instance_url: `/v2/resource_instances/${instanceId}`,
    resource_bindings_url: `${url}/resource_bindings`,
    resource_keys_url: `${url}/resource_keys`,
  };
}

/** What the alias is called there: the target's own environment, region and scope, and the id of the alias. */
function instanceInTarget(targetCrn: string, id: string): string {
  const [crn, version, name, type, service, region, scope] = targetCrn.split(':');
  return [crn, version, name, type, service, region, scope, '', 'cf-service-instance', id].join(':');
}
