import type { Target } from '../access/access.ts';
import { formatCrn } from '../crn/crn.ts';
import { defineCollection, type Entity } from '../store/collection.ts';

/** Something that a service of the catalogue keeps for an account, such as a place for log lines. */
export interface ResourceInstance extends Entity {
  /** The GUID: a UUID. */
  readonly id: string;
  readonly accountId: string;
  /** The service's name in CRNs and policies. */
  readonly service: string;
  readonly planId: string;
  /** As in the catalogue: `us-south`, `global`. */
  readonly region: string;
  readonly resourceGroupId: string;
  /** Not unique. */
  readonly name: string;
  readonly state: InstanceState;
  /** True once it is of no use any more: lists leave it out. A `removed` one stays readable by its id. */
  readonly gone: boolean;
  /** A locked one refuses every change but unlock. */
  readonly locked: boolean;
  readonly allowCleanup: boolean;
  /** Resource keys made from now on show their credentials once. */
  readonly onetimeCredentials: boolean;
  /** Whatever its maker sent, echoed. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
  readonly lastOperation: LastOperation;
  /** Every plan that it had, the first first. */
  readonly planHistory: readonly { readonly planId: string; readonly startedAt: number; readonly startedBy: string }[];
  readonly createdAt: number;
  readonly createdBy: string;
  readonly modifiedAt: number;
  readonly modifiedBy: string;
  readonly deletedAt?: number;
  readonly deletedBy?: string;
  readonly restoredAt?: number;
  readonly restoredBy?: string;
  /** When a deleted one that its plan keeps for a while is reclaimed. */
  readonly reclaimAt?: number;
  readonly reclaimBy?: string;
}

/**
 * `removing`: deleted, while what hangs on it is being taken away; nothing may be made for it any more. `pending_reclamation`:
 * deleted, and can be restored until it is reclaimed. Only `active` ones take anything in.
 */
export type InstanceState = 'active' | 'provisioning' | 'pending_reclamation' | 'removing' | 'removed' | 'failed';

/** What was last done to an instance. */
export interface LastOperation {
  readonly type: 'create' | 'update' | 'delete' | 'lock' | 'unlock' | 'reclamation';
  /** Of an update, or of what became of a deleted one. */
  readonly subType?: 'config' | 'pending' | 'restore' | 'delete';
  readonly state: 'in progress' | 'succeeded' | 'failed';
  /** Of a deletion: takes along what would be in its way. */
  readonly recursive?: boolean;
  readonly at: number;
}

/** All resource instances. */
export const RESOURCE_INSTANCES = defineCollection<ResourceInstance>()('resource_instances', {
  fields: {
    id: 'string',
    entityTag: 'string',
    accountId: 'string',
    service: 'string',
    planId: 'string',
    region: 'string',
    resourceGroupId: 'string',
    name: 'string',
    state: 'string',
    gone: 'boolean',
    locked: 'boolean',
    allowCleanup: 'boolean',
    onetimeCredentials: 'boolean',
    parameters: 'json',
    tags: 'json',
    lastOperation: 'json',
    planHistory: 'json',
    createdAt: 'integer',
    createdBy: 'string',
    modifiedAt: 'integer',
    modifiedBy: 'string',
    deletedAt: 'integer',
    deletedBy: 'string',
    restoredAt: 'integer',
    restoredBy: 'string',
    reclaimAt: 'integer',
    reclaimBy: 'string',
  },
  indexes: {
    byState: { fields: ['state', 'modifiedAt', 'id'] },
    byCreation: { fields: ['accountId', 'gone', 'createdAt', 'id'] },
    byName: { fields: ['accountId', 'gone', 'name', 'id'] },
    byGroup: { fields: ['accountId', 'gone', 'resourceGroupId', 'id'] },
  },
  followed: true,
});

/** @returns the cloud resource name of an instance; it ends with two colons */
export const instanceCrn = ({
  service,
  region,
  accountId,
  id,
}: Pick<ResourceInstance, 'service' | 'region' | 'accountId' | 'id'>): string =>
  formatCrn({ service, location: region, scope: `a/${accountId}`, instance: id });

/** @returns an instance as decisions about it see it */
export const instanceTarget = ({ accountId, service, id, resourceGroupId, region }: ResourceInstance): Target => ({
  ...{ accountId, service, instance: id, region },
  resourceGroup: resourceGroupId,
});
