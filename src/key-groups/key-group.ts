import { accountCrn } from '../crn/crn.ts';
import { defineCollection, type Entity } from '../store/collection.ts';

/** Keys of one account that belong together for whoever looks after them. It gives them nothing. */
export interface KeyGroup extends Entity {
  /** A UUID. */
  readonly id: string;
  readonly accountId: string;
  /** Unique in the account. */
  readonly name: string;
  /** `''`: none. */
  readonly description: string;
  /** `ending` while it is asked whether it may go, `removing` once that is decided: no key may begin to be in it. */
  readonly state: 'active' | 'ending' | 'removing';
  readonly createdAt: number;
  readonly createdBy: string;
  readonly modifiedAt: number;
}

/** How many key groups an account may have, and keys a group: they are listed at once. */
export const MOST_KEY_GROUPS = 100;
/** Keys of one group. */
export const MOST_KEYS_IN_GROUP = 100;

/** All key groups. */
export const KEY_GROUPS = defineCollection<KeyGroup>()('key_groups', {
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
    byState: { fields: ['state', 'modifiedAt', 'id'] },
  },
});

/** @returns the cloud resource name of a key group */
export const keyGroupCrn = ({ accountId, id }: Pick<KeyGroup, 'accountId' | 'id'>): string =>
  accountCrn('iam-identity', accountId, 'key-group', id);

/** @returns the name of a change in the audit record; the right to it is that over the key */
export const keyGroupAction = (verb: string): string => `iam-identity.key-group.${verb}`;
