import type { Target } from '../access/access.ts';
import { formatCrn } from '../crn/crn.ts';
import { defineCollection, type Entity } from '../store/collection.ts';

/** A name under which an instance stands in another environment; credentials can be made for it as for the instance. */
export interface ResourceAlias extends Entity {
  /** The GUID: a UUID. */
  readonly id: string;
  readonly accountId: string;
  readonly instanceId: string;
  /** Of the instance, as are region and resource group: what decisions about the alias see. None of them ever changes. */
  readonly service: string;
  readonly region: string;
  readonly resourceGroupId: string;
  /** Not unique. */
  readonly name: string;
  /** The place of the other environment in which it stands; not ours, so nothing of it is looked up. */
  readonly targetCrn: string;
  readonly state: AliasState;
  /** Deleted, or as good as: lists leave it out. It stays readable by its id. */
  readonly gone: boolean;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly modifiedAt: number;
  readonly modifiedBy: string;
  readonly deletedAt?: number;
  readonly deletedBy?: string;
}

/**
 * `ending`: somebody looks whether anything hangs on it, and deletes it if nothing does. `removing`: deleted, while what hangs on
 * it is being taken away. Nothing can be made for either.
 */
export type AliasState = 'active' | 'ending' | 'removing' | 'removed';

/** All resource aliases. */
export const RESOURCE_ALIASES = defineCollection<ResourceAlias>()('resource_aliases', {
  fields: {
    id: 'string',
    entityTag: 'string',
    accountId: 'string',
    instanceId: 'string',
    service: 'string',
    region: 'string',
    resourceGroupId: 'string',
    name: 'string',
    targetCrn: 'string',
    state: 'string',
    gone: 'boolean',
    createdAt: 'integer',
    createdBy: 'string',
    modifiedAt: 'integer',
    modifiedBy: 'string',
    deletedAt: 'integer',
    deletedBy: 'string',
  },
  indexes: {
    byState: { fields: ['state', 'modifiedAt', 'id'] },
    byCreation: { fields: ['accountId', 'gone', 'createdAt', 'id'] },
    byName: { fields: ['accountId', 'gone', 'name', 'id'] },
    byInstance: { fields: ['instanceId', 'gone', 'createdAt', 'id'] },
  },
});

/** All that its name is made of. */
type NamedAlias = Pick<ResourceAlias, 'service' | 'region' | 'accountId' | 'instanceId' | 'id'>;

/** @returns the cloud resource name of an alias: that of its instance, and its own id */
export const aliasCrn = ({ service, region, accountId, instanceId, id }: NamedAlias): string =>
  formatCrn({
    ...{ service, location: region, scope: `a/${accountId}`, instance: instanceId },
    ...{ resourceType: 'resource-alias', resource: id },
  });

/** @returns an alias as decisions about it see it: as its instance */
export const aliasTarget = ({ accountId, service, instanceId, resourceGroupId, region }: ResourceAlias): Target => ({
  ...{ accountId, service, instance: instanceId, region },
  resourceGroup: resourceGroupId,
});
