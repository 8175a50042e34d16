import type { ApiKey } from '../api-keys/api-key.ts';
import { type Change, remove } from '../store/changes.ts';
import { defineCollection, type Entity } from '../store/collection.ts';
import type { Store } from '../store/store.ts';

/**
 * To which group a key belongs, and in which role it acts. The secret, as whom it acts, from where and whether it is active are in the
 * API key of the same id; the two rows are made and removed in one commit.
 */
export interface GroupedKey extends Entity {
  /** That of the API key: `ApiKey-<uuid>`. */
  readonly id: string;
  readonly accountId: string;
  readonly groupId: string;
  /** A CRN, as services list it; absent: it acts with all that its user may. */
  readonly role?: string;
  readonly createdAt: number;
}

/** All keys in groups; followed, because each use of a key asks for its role. */
export const GROUPED_KEYS = defineCollection<GroupedKey>()('grouped_keys', {
  fields: {
    id: 'string',
    entityTag: 'string',
    accountId: 'string',
    groupId: 'string',
    role: 'string',
    createdAt: 'integer',
  },
  indexes: { ofGroup: { fields: ['groupId', 'createdAt', 'id'] } },
  followed: true,
});

/** @returns what goes with a key, whoever removes it; nothing of a key in no group */
export const rowsOfGroupedKeys =
  (store: Store) =>
  async ({ id }: Pick<ApiKey, 'id'>): Promise<readonly Change[]> => {
    const row = await store.read(GROUPED_KEYS).get(id);
    return row === undefined ? [] : [remove(GROUPED_KEYS, row)];
  };

/** @returns the role in which a key acts; `undefined`: in none, or it is in no group */
export const rolesOfGroupedKeys =
  (store: Store) =>
  async ({ id }: Pick<ApiKey, 'id'>): Promise<string | undefined> =>
    (await store.read(GROUPED_KEYS).get(id))?.role;

/** @returns the name of a change in the audit record; the right to it is that over the key */
export const groupedKeyAction = (verb: string): string => `iam-identity.grouped-key.${verb}`;
