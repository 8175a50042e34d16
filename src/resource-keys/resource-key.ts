import { defineCollection, type Entity } from '../store/collection.ts';

/**
 * A credential for a resource instance: the service ID, API key, policy and ingestion keys that were made with it, in one
 * commit. What clients see of it, the bundle, is put together from them.
 */
export interface ResourceKey extends Entity {
  /** The GUID: a UUID. */
  readonly id: string;
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
  readonly policyId?: string;
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

/** All resource keys. */
export const RESOURCE_KEYS = defineCollection<ResourceKey>()('resource_keys', {
  fields: {
    id: 'string',
    entityTag: 'string',
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
    byCreation: { fields: ['accountId', 'state', 'createdAt', 'id'] },
    byName: { fields: ['accountId', 'state', 'name', 'id'] },
    byInstance: { fields: ['instanceId', 'state', 'createdAt', 'id'] },
    bySource: { fields: ['sourceId', 'state', 'createdAt', 'id'] },
  },
});
