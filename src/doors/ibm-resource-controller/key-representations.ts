import { accountCrn } from '../../crn/crn.ts';
import { serviceNamed } from '../../resource-catalog/catalog.ts';
import { aliasCrn } from '../../resource-instances/resource-alias.ts';
import { instanceCrn, type ResourceInstance } from '../../resource-instances/resource-instance.ts';
import type { Credentials } from '../../resource-keys/credentials.ts';
import { type ResourceKey, resourceKeyCrn } from '../../resource-keys/resource-key.ts';
import type { ShownKey } from '../../resource-keys/resource-keys.ts';
import { dateOf } from './dates.ts';
import type { BindingRepresentation, CredentialsRepresentation, KeyRepresentation } from './key-schemas.ts';

/** A resource key as it is written (IBM Cloud Resource Controller API, "Resource keys"). */
export function keyRepresentation(shown: ShownKey): KeyRepresentation {
  const { key, instance } = shown;
  return {
    ...commonMembers(shown),
    url: `/v2/resource_keys/${key.id}`,
    role: key.roleCrn ?? null,
    onetime_credentials: key.onetimeCredentials,
    resource_instance_url: `/v2/resource_instances/${instance.id}`,
  };
}

/** A resource binding as it is written (IBM Cloud Resource Controller API, "Resource bindings"). */
export function bindingRepresentation(shown: ShownKey): BindingRepresentation {
  const { key } = shown;
  const { targetCrn = '' } = key;
  return {
    ...commonMembers(shown),
    url: `/v2/resource_bindings/${key.id}`,
    target_crn: targetCrn,
    region_binding_id: key.id,
    region_binding_crn: bindingInTarget(targetCrn, key.id),
  };
}

/** What the binding is called there: the target's own environment, region and scope, and the id of the binding. */
function bindingInTarget(targetCrn: string, id: string): string {
  const [crn, version, name, type, service, region, scope] = targetCrn.split(':');
  return [crn, version, name, type, service, region, scope, '', 'cf-service-binding', id].join(':');
}

function commonMembers({ key, instance, credentials }: ShownKey) {
  const crn = resourceKeyCrn(key, instance);
  return {
    ...{ id: crn, guid: key.id, crn },
    created_at: new Date(key.createdAt).toISOString(),
    updated_at: new Date(key.modifiedAt).toISOString(),
    deleted_at: dateOf(key.deletedAt),
    created_by: key.createdBy,
    updated_by: key.modifiedBy,
    deleted_by: key.deletedBy ?? '',
    source_crn: sourceCrn(key, instance),
    name: key.name,
    state: key.state,
    account_id: key.accountId,
    resource_group_id: key.resourceGroupId,
    resource_id: serviceNamed(instance.service)?.instances?.catalogId ?? '',
    parameters: key.parameters,
    credentials: credentialsRepresentation(key, credentials),
    iam_compatible: true,
    migrated: false,
    resource_alias_url: key.sourceKind === 'alias' ? `/v2/resource_aliases/${key.sourceId}` : null,
  } as const;
}

const sourceCrn = ({ sourceKind, sourceId }: ResourceKey, instance: ResourceInstance): string =>
  sourceKind === 'instance' ? instanceCrn(instance) : aliasCrn({ ...instance, id: sourceId, instanceId: instance.id });

/** Member by member: whatever else comes to be known of a key stays inside. */
function credentialsRepresentation(key: ResourceKey, credentials: Credentials): CredentialsRepresentation {
  if (!credentials.shown) return { REDACTED: credentials.why === 'redacted' ? 'REDACTED' : 'REDACTED_EXPLICIT' };
  const { apiKey, roleCrn, serviceId, ingestionKey, serviceKey } = credentials.bundle;
  return {
    ...(apiKey !== undefined && {
      apikey: apiKey.secret,
      iam_apikey_description: apiKey.description,
      iam_apikey_id: apiKey.id,
      iam_apikey_name: apiKey.name,
    }),
    ...(roleCrn !== undefined && { iam_role_crn: roleCrn }),
    iam_serviceid_crn: accountCrn('iam-identity', key.accountId, 'serviceid', serviceId),
    ...(ingestionKey !== undefined && { ingestion_key: ingestionKey }),
    ...(serviceKey !== undefined && { service_key: serviceKey }),
  };
}
