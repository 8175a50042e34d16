import { defineCollection, type Entity } from '../store/collection.ts';

/** An identity of a service or application, of one account. */
export interface ServiceId extends Entity {
  /** `ServiceId-<uuid>`. */
  readonly id: string;
  /** `iam-ServiceId-<uuid>`: what keys, policies and tokens name. */
  readonly iamId: string;
  readonly accountId: string;
  /** The service ID group it is in, for good; absent: in none. */
  readonly groupId?: string;
  /** Not unique. */
  readonly name: string;
  readonly description: string;
  readonly uniqueInstanceCrns: readonly string[];
  readonly locked: boolean;
  /** A deleted one stays as a tombstone until its keys are removed in the background. */
  readonly state: 'active' | 'deleted';
  /** Bumped to end every token of the service ID. */
  readonly generation: number;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly modifiedAt: number;
}

/** The realm in which service IDs live; the first part of their iam id. */
export const SERVICE_ID_REALM = 'iam';

/** All service IDs. */
export const SERVICE_IDS = defineCollection<ServiceId>()('service_ids', {
  fields: {
    id: 'string',
    entityTag: 'string',
    iamId: 'string',
    accountId: 'string',
    groupId: 'string',
    name: 'string',
    description: 'string',
    uniqueInstanceCrns: 'json',
    locked: 'boolean',
    state: 'string',
    generation: 'integer',
    createdAt: 'integer',
    createdBy: 'string',
    modifiedAt: 'integer',
  },
  indexes: {
    byIamId: { fields: ['iamId'], unique: true },
    byState: { fields: ['state', 'modifiedAt', 'id'] },
    byName: { fields: ['accountId', 'state', 'name', 'id'] },
    byDescription: { fields: ['accountId', 'state', 'description', 'id'] },
    byCreation: { fields: ['accountId', 'state', 'createdAt', 'id'] },
    byModification: { fields: ['accountId', 'state', 'modifiedAt', 'id'] },
    // Asked for one group only, so that those in none need no value in its place.
    byGroup: { fields: ['accountId', 'state', 'groupId', 'createdAt', 'id'] },
  },
  followed: true,
});

/** The order of a list of service IDs, and the index that has it. */
export const SERVICE_ID_ORDERS = {
  name: 'byName',
  description: 'byDescription',
  created_at: 'byCreation',
  modified_at: 'byModification',
} as const;
