import { accountCrn } from '../crn/crn.ts';
import { defineCollection, type Entity } from '../store/collection.ts';

/**
 * Access groups: identities of one account that are given rights together. This room owns groups, who is in them, their
 * rules and the account's settings about them; what a group is given, policies say.
 */
export interface AccessGroup extends Entity {
  /** `AccessGroupId-<uuid>`: what policies name. */
  readonly id: string;
  readonly accountId: string;
  /** Unique in the account, without regard to case. */
  readonly name: string;
  /** `nameKeyOf` the name; the id once the group is deleted, which is no name's key: so the name is free again. */
  readonly nameKey: string;
  /** `''`: none. */
  readonly description: string;
  /** A deleted one stays as a tombstone until its members are removed in the background; it gives nobody anything. */
  readonly state: 'active' | 'deleted';
  readonly createdAt: number;
  readonly createdBy: string;
  readonly modifiedAt: number;
  readonly modifiedBy: string;
}

/** The first part of a group's id. */
export const ACCESS_GROUP_ID_PREFIX = 'AccessGroupId-';

/** @returns what is equal of names that are the same without regard to case */
export const nameKeyOf = (name: string): string => name.normalize('NFC').toLowerCase();

/** @returns the cloud resource name of a group */
export const accessGroupCrn = ({ accountId, id }: Pick<AccessGroup, 'accountId' | 'id'>): string =>
  accountCrn('iam-groups', accountId, 'group', id);

/** All access groups. */
export const ACCESS_GROUPS = defineCollection<AccessGroup>()('access_groups', {
  fields: {
    id: 'string',
    entityTag: 'string',
    accountId: 'string',
    name: 'string',
    nameKey: 'string',
    description: 'string',
    state: 'string',
    createdAt: 'integer',
    createdBy: 'string',
    modifiedAt: 'integer',
    modifiedBy: 'string',
  },
  indexes: {
    byNameKey: { fields: ['accountId', 'nameKey'], unique: true },
    byAccount: { fields: ['accountId', 'state', 'createdAt', 'id'] },
    byState: { fields: ['state', 'modifiedAt', 'id'] },
  },
  followed: true,
});
