import type { AuditedState } from '../audit/audit-event.ts';
import { formatCrn } from '../crn/crn.ts';
import type { ResourceInstance } from '../resource-instances/resource-instance.ts';
import { defineCollection, type Entity } from '../store/collection.ts';

/**
 * A credential for a resource instance: the service ID, API key, policy and ingestion keys that were made with it, in one
 * commit. What clients see of it, the bundle, is put together from them.
 */
export interface ResourceKey extends Entity {
  /** The GUID: a UUID. */
  readonly id: string;
  readonly kind: CredentialKind;
  readonly accountId: string;
  /** The instance, or the alias of it, for which it was made. */
  readonly sourceId: string;
  readonly sourceKind: 'instance' | 'alias';
  /** The instance, also of an alias. */
  readonly instanceId: string;
  readonly resourceGroupId: string;
  /** Not unique. */
  readonly name: string;
  /** Absent: it gives no rights but those of its ingestion key. */
  readonly roleCrn?: string;
  /** Whatever its maker sent, echoed. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly apiKeyId: string;
  /** `ServiceId-<uuid>`, as which the API key acts. */
  readonly serviceId: string;
  /** Whether the service ID was made with it, and goes with it; else it was there before. */
  readonly madeServiceId: boolean;
  /** What gives the service ID the role on the instance; absent without a role. */
  readonly policyId?: string;
  /** Whether the policy was made with it, and goes with it; else it was there before. */
  readonly madePolicy: boolean;
  /** Of a binding: what uses the credential, a CRN of any form. */
  readonly targetCrn?: string;
  /** As its instance said when it was made; stays. */
  readonly onetimeCredentials: boolean;
  readonly state: 'active' | 'removed';
  readonly createdAt: number;
  readonly createdBy: string;
  readonly modifiedAt: number;
  readonly modifiedBy: string;
  readonly deletedAt?: number;
  readonly deletedBy?: string;
}

/** `binding`: made for an application that is named, from an alias; for the rest it is a key. */
export type CredentialKind = 'key' | 'binding';

/** All resource keys, and bindings. */
export const RESOURCE_KEYS = defineCollection<ResourceKey>()('resource_keys', {
  fields: {
    id: 'string',
    entityTag: 'string',
    kind: 'string',
    accountId: 'string',
    sourceId: 'string',
    sourceKind: 'string',
    instanceId: 'string',
    resourceGroupId: 'string',
    name: 'string',
    roleCrn: 'string',
    parameters: 'json',
    apiKeyId: 'string',
    serviceId: 'string',
    madeServiceId: 'boolean',
    policyId: 'string',
    madePolicy: 'boolean',
    targetCrn: 'string',
    onetimeCredentials: 'boolean',
    state: 'string',
    createdAt: 'integer',
    createdBy: 'string',
    modifiedAt: 'integer',
    modifiedBy: 'string',
    deletedAt: 'integer',
    deletedBy: 'string',
  },
  indexes: {
    byCreation: { fields: ['accountId', 'kind', 'state', 'createdAt', 'id'] },
    byName: { fields: ['accountId', 'kind', 'state', 'name', 'id'] },
    byInstance: { fields: ['instanceId', 'state', 'createdAt', 'id'] },
    byApiKey: { fields: ['apiKeyId', 'state', 'id'] },
    bySource: { fields: ['sourceId', 'kind', 'state', 'createdAt', 'id'] },
  },
});

/** The kind of thing in the CRN of each. */
export const CREDENTIAL_RESOURCE_TYPES = { key: 'resource-key', binding: 'resource-binding' } as const;

/** @returns the cloud resource name of a key to the instance */
export const resourceKeyCrn = (
  { kind, id }: Pick<ResourceKey, 'kind' | 'id'>,
  { service, region, accountId, id: instance }: ResourceInstance,
): string =>
  formatCrn({
    ...{ service, location: region, scope: `a/${accountId}`, instance },
    ...{ resourceType: CREDENTIAL_RESOURCE_TYPES[kind], resource: id },
  });

/** What the audit record keeps of a resource key. */
export function auditedResourceKey(key: ResourceKey): AuditedState {
  const { kind, name, state, sourceId, instanceId, roleCrn, targetCrn, apiKeyId, serviceId, policyId } = key;
  return { kind, name, state, sourceId, instanceId, roleCrn, targetCrn, apiKeyId, serviceId, policyId };
}
