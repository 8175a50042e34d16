import type { Account } from '../accounts/account.ts';
import { defaultResourceGroup } from '../accounts/default-resource-group.ts';
import { accountCrn } from '../crn/crn.ts';
import { defineCollection, type Entity } from '../store/collection.ts';
import { firstEntityTag } from '../store/entity-tag.ts';

/**
 * A part of an account to which resource instances belong. Each account has a default one from its beginning, whose id
 * follows from the account's (`accounts/default-resource-group.ts`): it has a row here only once it was changed.
 */
export interface ResourceGroup extends Entity {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly accountId: string;
  /** Unique among those of the account that are not deleted, without regard to case. */
  readonly name: string;
  /** Nothing is made in a suspended one; what is there stays as it is. */
  readonly state: 'active' | 'suspended' | 'deleted';
  /** Somebody is about to delete it: nothing begins to belong to it. */
  readonly ending: boolean;
  /** Deleted: lists leave it out unless they are asked for it. */
  readonly gone: boolean;
  /** What keeps the name unique: `takenNameOf` the name while the group is there, the id once it is deleted. */
  readonly takenName: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly modifiedAt: number;
}

/** All resource groups but default ones that nobody has changed. */
export const RESOURCE_GROUPS = defineCollection<ResourceGroup>()('resource_groups', {
  fields: {
    id: 'string',
    entityTag: 'string',
    accountId: 'string',
    name: 'string',
    state: 'string',
    ending: 'boolean',
    gone: 'boolean',
    takenName: 'string',
    createdAt: 'integer',
    createdBy: 'string',
    modifiedAt: 'integer',
  },
  indexes: {
    byTakenName: { fields: ['accountId', 'takenName'], unique: true },
    byEnding: { fields: ['ending', 'id'] },
    byCreation: { fields: ['accountId', 'gone', 'createdAt', 'id'] },
  },
});

/** @returns what is equal of names that may not be there twice */
export const takenNameOf = (name: string): string => name.normalize('NFC').toLowerCase();

/** @returns whether it is the group that its account began with, whatever its name is now */
export const isDefaultGroup = ({ id, accountId }: Pick<ResourceGroup, 'id' | 'accountId'>): boolean =>
  id === defaultResourceGroup(accountId).id;

/** @returns the default group of an account as it is as long as nobody has changed it */
export function unchangedDefaultGroup({ id: accountId, createdAt, ownerIamId }: Account): ResourceGroup {
  const { id, name } = defaultResourceGroup(accountId);
  return {
    ...{ id, entityTag: firstEntityTag(), accountId, name, state: 'active', ending: false, gone: false },
    takenName: takenNameOf(name),
    createdAt,
    createdBy: ownerIamId,
    modifiedAt: createdAt,
  };
}

/** @returns the cloud resource name of a resource group */
export const resourceGroupCrn = ({ accountId, id }: Pick<ResourceGroup, 'accountId' | 'id'>): string =>
  accountCrn('resource-controller', accountId, 'resource-group', id);
