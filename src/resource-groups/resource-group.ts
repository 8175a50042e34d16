import { defineCollection, type Entity } from '../store/collection.ts';

/**
 * A part of an account to which resource instances belong. Each account has a default one from its beginning, whose id
 * follows from the account's (`accounts/default-resource-group.ts`): it has a row here only once it was changed.
 */
export interface ResourceGroupRow extends Entity {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly accountId: string;
  /** Unique among those of the account that are not deleted. */
  readonly name: string;
  readonly state: 'active' | 'suspended' | 'deleted';
  /** What keeps the name unique: the name while the group is there, the id once it is deleted. */
  readonly takenName: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly modifiedAt: number;
}

/** All resource groups but default ones that nobody has changed. */
export const RESOURCE_GROUPS = defineCollection<ResourceGroupRow>()('resource_groups', {
  fields: {
    id: 'string',
    entityTag: 'string',
    accountId: 'string',
    name: 'string',
    state: 'string',
    takenName: 'string',
    createdAt: 'integer',
    createdBy: 'string',
    modifiedAt: 'integer',
  },
  indexes: {
    byTakenName: { fields: ['accountId', 'takenName'], unique: true },
    byCreation: { fields: ['accountId', 'createdAt', 'id'] },
  },
});
