import { defineCollection, type Entity } from '../store/collection.ts';

/** An account's settings about access groups; an account without a record has the defaults. */
export interface GroupSettings extends Entity {
  /** The account's id. */
  readonly id: string;
  /** Kept and served; nobody is let in without a credential here, so it opens nothing. */
  readonly publicAccessEnabled: boolean;
  readonly modifiedAt: number;
  readonly modifiedBy: string;
}

/** The settings of all accounts. */
export const GROUP_SETTINGS = defineCollection<GroupSettings>()('access_group_settings', {
  fields: {
    id: 'string',
    entityTag: 'string',
    publicAccessEnabled: 'boolean',
    modifiedAt: 'integer',
    modifiedBy: 'string',
  },
  indexes: {},
});
