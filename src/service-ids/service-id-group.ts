import { accountCrn } from '../crn/crn.ts';
import { defineCollection, type Entity } from '../store/collection.ts';

/** Service IDs of one account that belong together for whoever looks after them. It gives them nothing. */
export interface ServiceIdGroup extends Entity {
  /** `ServiceIdGroup-<uuid>`. */
  readonly id: string;
  readonly accountId: string;
  /** Unique in the account. */
  readonly name: string;
  /** `''`: none. */
  readonly description: string;
  /** `ending` while it is asked whether a service ID is in it: none may begin to. */
  readonly state: 'active' | 'ending';
  readonly createdAt: number;
  readonly createdBy: string;
  readonly modifiedAt: number;
}

/** All service ID groups. */
export const SERVICE_ID_GROUPS = defineCollection<ServiceIdGroup>()('service_id_groups', {
  fields: {
    id: 'string',
    entityTag: 'string',
    accountId: 'string',
    name: 'string',
    description: 'string',
    state: 'string',
    createdAt: 'integer',
    createdBy: 'string',
    modifiedAt: 'integer',
  },
  indexes: {
    byName: { fields: ['accountId', 'name'], unique: true },
    byCreation: { fields: ['accountId', 'createdAt', 'id'] },
  },
});

/** @returns the cloud resource name of a service ID group */
export const serviceIdGroupCrn = ({ accountId, id }: Pick<ServiceIdGroup, 'accountId' | 'id'>): string =>
  accountCrn('iam-identity', accountId, 'serviceid_group', id);
